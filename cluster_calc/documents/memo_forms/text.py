"""A memo as HTML and as Markdown, from its templates."""

from __future__ import annotations

import base64
import hashlib
import re
from typing import Any

from cluster_calc.documents.memo.view import Memo
from cluster_calc.documents.memo_forms import rows
from cluster_calc.documents.render.markdown import escape
from cluster_calc.documents.render.templates import template_environment
from cluster_calc.documents.render.view import Cell
from cluster_calc.files.shipped import shipped
from cluster_calc.quantities.display import printable


def html(view: Memo) -> str:
    """The memo as one HTML file that needs nothing else."""
    environment = template_environment("")
    environment.filters |= {"cited": rows.cited, "narrow": rows.narrow, "reason": rows.reason,
                            "short": rows.short, "wordy": rows.wordy}  # fmt: skip
    sheets = [environment.get_template(name).render().strip() for name in ("style.css", "memo.css")]
    # The only style that the page's policy lets in is the one that it carries.
    style = "\n" + "\n\n".join(sheets) + "\n"
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    template = environment.get_template("memo.html.j2")
    page = template.render(memo=view, sources=rows.sources(view), style=style, style_hash=digest)
    return page.lstrip() + "\n"


def markdown(view: Memo) -> str:
    """The memo as Markdown; what people typed stays text."""
    import jinja2

    environment = jinja2.Environment(  # Markdown is escaped by the two filters, not as HTML
        loader=jinja2.FileSystemLoader(str(shipped("templates"))),
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters |= {"md": paragraph, "cell": cell}
    text = environment.get_template("memo.md.j2").render(memo=view)
    return re.sub(r"\n{3,}", "\n\n", re.sub(r"[ ]+\n", "\n", text)).strip() + "\n"


def paragraph(text: str) -> str:
    """Text that begins a line: nothing in it begins a list, a heading or a quotation.

    >>> paragraph("- a < b"), paragraph("1. b")
    ('\\\\- a &lt; b', '1\\\\. b')
    """
    text = escape(printable(text)).strip()
    text = re.sub(r"^([-+=>:])", r"\\\1", text)
    return re.sub(r"^(\d+)([.)])", r"\1\\\2", text)


def cell(entry: Any) -> str:
    """A cell of a table, with the line under its figure."""
    if not isinstance(entry, Cell):
        return escape(printable(str(entry)))
    small = f" ({escape(printable(entry.small))})" if entry.small else ""
    return escape(printable(entry.text)) + small
