"""What python-docx has no call for: the memo's styles, fields, bookmarks, numbered sources, table layout."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

FONT = "Arial"
RED, BLUE, GREY = "A3341B", "1F5FA8", "57616C"
# Style → its base, size in points, colour, bold, space before and after in points.
_STYLES: dict[str, tuple[str, float, str, bool, float, float]] = {
    "Title": ("Normal", 18, "", True, 0, 2),
    "Subtitle": ("Normal", 9.5, GREY, False, 0, 4),
    "Heading 1": ("Normal", 12.5, "", True, 9, 3),
    "Heading 2": ("Normal", 10.5, "", True, 7, 2),
    "Caption": ("Normal", 8, GREY, False, 4, 2),
    "Stamp": ("Normal", 12, RED, True, 0, 4),
    "Ask": ("Normal", 12.5, BLUE, True, 2, 4),
    "List Bullet": ("Normal", 9, "", False, 0, 1),
    "Source": ("Normal", 8.5, "", False, 0, 2),
    "Command": ("Normal", 8, "", False, 0, 2),
    "toc 1": ("Normal", 8.5, "", False, 0, 0),
    "Table text": ("Normal", 8, "", False, 0, 0),
    "Table figure": ("Table text", 8, "", False, 0, 0),
    "Table head": ("Table text", 7.5, GREY, True, 0, 0),
    "Table head figure": ("Table head", 7.5, GREY, True, 0, 0),
    "Table note": ("Table text", 7.5, GREY, False, 0, 0),
    "Table note figure": ("Table note", 7.5, GREY, False, 0, 0),
    "Table end": ("Normal", 4, "", False, 0, 0),
}
_TABLE = """<w:style {} w:type="table" w:customStyle="1" w:styleId="MemoTable"><w:name w:val="Memo table"/>
<w:basedOn w:val="TableNormal"/><w:uiPriority w:val="99"/><w:tblPr><w:tblBorders>
<w:top w:val="single" w:sz="6" w:space="0" w:color="1F5FA8"/>
<w:bottom w:val="single" w:sz="4" w:space="0" w:color="D5DAE0"/>
<w:insideH w:val="single" w:sz="4" w:space="0" w:color="D5DAE0"/></w:tblBorders>
<w:tblCellMar><w:top w:w="20" w:type="dxa"/><w:left w:w="50" w:type="dxa"/>
<w:bottom w:w="20" w:type="dxa"/><w:right w:w="50" w:type="dxa"/></w:tblCellMar></w:tblPr></w:style>"""
_NUMBERS = """<w:abstractNum {} w:abstractNumId="{}"><w:multiLevelType w:val="singleLevel"/><w:lvl w:ilvl="0">
<w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="[%1]"/><w:lvlJc w:val="left"/>
<w:pPr><w:ind w:left="510" w:hanging="510"/></w:pPr></w:lvl></w:abstractNum>"""


def styles(document: Any) -> None:
    """The memo's styles, so that a change of one changes the document."""
    from docx.enum.style import WD_STYLE_TYPE
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls
    from docx.shared import Pt, RGBColor

    known = document.styles
    _font(known["Normal"])
    known["Normal"].font.size = Pt(9)
    known["Normal"].paragraph_format.space_after = Pt(3)
    known["Normal"].paragraph_format.line_spacing = 1.05
    there = {style.name for style in known}
    for name, (base, size, colour, bold, before, after) in _STYLES.items():
        if name not in there:
            known.add_style(name, WD_STYLE_TYPE.PARAGRAPH, builtin=name == "toc 1")
        style = known[name]
        if name not in ("Heading 1", "Heading 2", "List Bullet"):
            style.base_style = known[base]
        _font(style)
        style.font.size, style.font.bold, style.font.italic = Pt(size), bold, False
        style.font.color.rgb = RGBColor.from_string(colour or "1B1F24")
        style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(before), Pt(after)
    for name in ("Caption", "Ask"):
        known[name].paragraph_format.keep_with_next = True
    known["Command"].font.name = "Courier New"
    _fonts(known["Command"], "Courier New")
    known["Stamp"].paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    for name in ("Table figure", "Table head figure", "Table note figure"):
        known[name].paragraph_format.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    title = known["Title"].element.get_or_add_pPr()
    for border in title.findall("{*}pBdr"):  # the template's rule under the title
        title.remove(border)
    known.element.append(parse_xml(_TABLE.format(nsdecls("w"))))
    _numbered(document, known["Source"])


def _font(style: Any) -> None:
    style.font.name = FONT
    _fonts(style, FONT)


def _fonts(style: Any, name: str) -> None:
    """One font for all scripts: the template's theme fonts would win over the name alone."""
    from docx.oxml.ns import qn

    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    fonts.attrib.clear()
    for script in ("ascii", "hAnsi", "cs", "eastAsia"):
        fonts.set(qn(f"w:{script}"), name)


def _numbered(document: Any, style: Any) -> None:
    """The style of a source carries its number: [1], [2] and so on, counted by the reader's program."""
    from docx.oxml import OxmlElement, parse_xml
    from docx.oxml.ns import nsdecls, qn

    numbering = document.part.numbering_part.element
    abstract = str(1 + max(int(entry.get(qn("w:abstractNumId"))) for entry in numbering.findall(qn("w:abstractNum"))))
    last = numbering.findall(qn("w:abstractNum"))[-1]
    last.addnext(parse_xml(_NUMBERS.format(nsdecls("w"), abstract)))
    number = numbering.add_num(int(abstract))
    properties = style.element.get_or_add_pPr()
    entry = OxmlElement("w:numPr")
    identity = OxmlElement("w:numId")
    identity.set(qn("w:val"), str(number.numId))
    entry.append(identity)
    properties.insert_element_before(entry, "w:spacing", "w:ind", "w:jc", "w:outlineLvl")


def page(document: Any, stamp: str, title: str) -> None:
    """A4, the stamp (or the title) above every page, the page's number below it."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Mm, RGBColor

    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(16)
    section.top_margin, section.bottom_margin = Mm(18), Mm(15)
    section.header_distance = section.footer_distance = Mm(8)
    header, footer = section.header.paragraphs[0], section.footer.paragraphs[0]
    header.alignment = footer.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run = header.add_run(stamp or title)
    run.bold = bool(stamp)
    if stamp:
        run.font.color.rgb = RGBColor.from_string(RED)
    footer.add_run("Page ")
    field(footer, "PAGE", "1")
    footer.add_run(" of ")
    field(footer, "NUMPAGES", "1")


def field(paragraph: Any, instruction: str, shown: str) -> None:
    """A field that the reader's program fills in; `shown` stands until it does."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    for kind in ("begin", "", "separate", "text", "end"):
        run = paragraph.add_run(shown if kind == "text" else "")
        if kind == "":
            part = OxmlElement("w:instrText")
            part.set(qn("xml:space"), "preserve")
            part.text = f" {instruction} "
            run._r.append(part)
        elif kind != "text":
            part = OxmlElement("w:fldChar")
            part.set(qn("w:fldCharType"), kind)
            run._r.append(part)


def heading_mark(number: int) -> str:
    """The bookmark of a heading, as the table of contents names it."""
    return f"_Toc{number:08d}"


def source_mark(number: int) -> str:
    """The bookmark of a numbered source."""
    return f"source_{number}"


def bookmark(paragraph: Any, name: str) -> None:
    """A bookmark around a paragraph's text."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    number = str(sum(1 for _ in paragraph.part.element.iter(qn("w:bookmarkStart"))) + 1)
    start, end = OxmlElement("w:bookmarkStart"), OxmlElement("w:bookmarkEnd")
    for node in (start, end):
        node.set(qn("w:id"), number)
    start.set(qn("w:name"), name)
    place = 1 if paragraph._p.pPr is not None else 0
    paragraph._p.insert(place, start)
    paragraph._p.append(end)


def reference(paragraph: Any, mark: str, shown: str) -> None:
    """A citation that follows the number of its source."""
    field(paragraph, f"REF {mark} \\r \\h", shown)


def contents(document: Any, titles: Sequence[str]) -> None:
    """A table of contents as a field: filled in with links, its page numbers are Word's to add when it is updated."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    document.add_paragraph("Contents", style="Caption")
    marks = [heading_mark(number) for number in range(1, len(titles) + 1)]
    for place, (title, mark) in enumerate(zip(titles, marks, strict=True)):
        paragraph = document.add_paragraph(style="toc 1")
        if place == 0:
            _open(paragraph, 'TOC \\o "1-1" \\h \\z \\u')
        link = OxmlElement("w:hyperlink")
        link.set(qn("w:anchor"), mark)
        link.set(qn("w:history"), "1")
        run, text = OxmlElement("w:r"), OxmlElement("w:t")
        text.text = title
        text.set(qn("xml:space"), "preserve")
        run.append(text)
        link.append(run)
        paragraph._p.append(link)
        if place == len(titles) - 1:
            _char(paragraph, "end")


def _open(paragraph: Any, instruction: str) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    _char(paragraph, "begin")
    part = OxmlElement("w:instrText")
    part.set(qn("xml:space"), "preserve")
    part.text = f" {instruction} "
    paragraph.add_run()._r.append(part)
    _char(paragraph, "separate")


def _char(paragraph: Any, kind: str) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    part = OxmlElement("w:fldChar")
    part.set(qn("w:fldCharType"), kind)
    paragraph.add_run()._r.append(part)


def layout(table: Any, widths: Sequence[float], about: str) -> None:
    """Fixed columns of these widths in millimetres, and what the table is about for who does not see it."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Mm

    table.autofit = False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(width)
    if about:
        caption = OxmlElement("w:tblCaption")
        caption.set(qn("w:val"), about[:250])
        table._tbl.tblPr.append(caption)


def repeated(row: Any) -> None:
    """The head of a table, again on every page that it goes over to."""
    _flag(row, "w:cantSplit")
    _flag(row, "w:tblHeader")


def together(table: Any) -> None:
    """A short table on one page: each row with the next."""
    from docx.oxml.ns import qn

    for row in table._tbl.tr_lst[:-1]:
        for paragraph in row.iter(qn("w:p")):
            paragraph.get_or_add_pPr().get_or_add_keepNext()


def whole(row: Any) -> None:
    """A row that is not divided between two pages."""
    _flag(row, "w:cantSplit")


def _flag(row: Any, name: str) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    flag = OxmlElement(name)
    flag.set(qn("w:val"), "true")
    row._tr.get_or_add_trPr().append(flag)
