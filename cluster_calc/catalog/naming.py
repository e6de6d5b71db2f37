"""Names of chips as tools, clouds, tables and papers print them: words compared as a set, counts and instances read.

What a name leaves open between unlike parts is never guessed: its candidates are listed. The words are those of the
chips' own files (`id`, `name`, `aliases`), and so are the instances that hold them (`instances`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from cluster_calc.catalog.heads import Head, fold, instances_of
from cluster_calc.errors import InputError, quoted

# Makers, lines and what every accelerator is: no part is told from another by them.
_COMMON = frozenset({
    "nvidia", "amd", "google", "amazon", "aws", "intel", "huawei", "microsoft", "meta", "cerebras", "graphcore",
    "groq", "sambanova", "habana", "cloud", "tesla", "instinct", "geforce", "radeon", "hgx", "oam", "gpu", "gpus",
    "accelerator", "accelerators", "generation", "tensor", "core", "module", "card", "the", "edition", "graphics",
    "corporation", "inc",
})  # fmt: skip
_COUNT = re.compile(
    r"^\s*(?:gpu[_-])?(?P<before>[0-9]{1,7})\s*(?:[x×*]\s*|_|\s+(?=[A-Za-z]))(?P<name>(?=\S*[A-Za-z]).+?)\s*$",
    re.IGNORECASE,
)
_COUNT_BEHIND = re.compile(
    r"^\s*(?P<name>.*[A-Za-z0-9)])(?:\s*[:×*]\s*|\s+[x×*]\s*|[x](?=[0-9]{1,3}$))(?P<behind>[0-9]{1,7})\s*$"
)
# A letter x may end the name of a part (MI300X): then a number behind it is no count.
_SIZE = re.compile(r"(?<![0-9.])([0-9]+)[\s_-]*(?:gi?b|g)(?![a-z0-9])")
_MODEL = re.compile(r"(?=.*[0-9])(?!sxm|[0-9]+gb$|hbm|gddr|pcie|nvl$)[a-z0-9.]+$")


class Counted(NamedTuple):
    """A name and how many chips it says there are."""

    name: str
    chips: int


def words(text: str) -> frozenset[str]:
    """The words of a name that tell parts apart.

    >>> sorted(words("NVIDIA A100-SXM4-80 GB")), sorted(words("Tesla V100-SXM2-32GB"))
    (['80gb', 'a100', 'sxm4'], ['32gb', 'sxm2', 'v100'])
    """
    plain = _SIZE.sub(r" \1gb ", re.sub(r"\((?:r|tm)\)|[®™]", " ", text[:200].lower()))
    plain = re.sub(r"\bpci[\s-]?e(?:xpress)?\b|\bpcie(?:[0-9]|\s?gen\s?[0-9])\b", "pcie", plain)
    return frozenset(re.findall(r"[a-z0-9.]+", plain)) - _COMMON


def named(text: str, heads: Mapping[str, Head]) -> list[str]:
    """The chips that a name can mean: one where it is clear, none where no chip has all of its words."""
    asked = words(text)
    if not asked or not text.isprintable():
        return []
    exact = [item for item, head in heads.items() if any(asked == words(name) for name in _names(item, head))]
    if exact:
        return exact
    if not _models(asked):
        return []
    return [item for item, head in heads.items() if asked <= _all_words(item, head)]


def relatives(text: str, heads: Mapping[str, Head]) -> list[str]:
    """The chips of the family that a name speaks of, whatever else it says."""
    asked = _models(words(text))
    return [item for item, head in heads.items() if asked & _models(_all_words(item, head))]


def alike(word: str, other: str) -> bool:
    """Whether one word is the other with a letter left out or two exchanged; another digit is another part.

    >>> alike("h10", "h100"), alike("a5000", "a6000"), alike("mi355", "mi355x"), alike("h010", "h100"), alike("h1o0", "h100")
    (True, False, True, True, True)
    """
    if word != other and word.replace("o", "0").replace("l", "1") == other:
        return True
    if len(word) == len(other):
        return word != other and sorted(word) == sorted(other)
    short, long = sorted((word, other), key=len)
    return len(long) - len(short) == 1 and any(long[:n] + long[n + 1 :] == short for n in range(len(long)))


def slips(text: str, heads: Mapping[str, Head]) -> list[str]:
    """The names that the text is with one slip of the keyboard, one of a chip."""
    plain = unicodedata.normalize("NFKC", text[:200])
    asked = {fold(plain), *words(plain)}
    found = []
    for item, head in heads.items():
        for name in (*head.aliases, item, head.name):
            if any(word == fold(name) or alike(word, fold(name)) for word in asked):
                found.append(name)
                break
    return found


def fragments(text: str, heads: Mapping[str, Head]) -> list[str]:
    """The chips in whose names the text stands: one word alone may be a fragment."""
    key = fold(text)
    if len(key) < 2 or " " in text.strip():
        return []
    return [item for item, head in heads.items() if key in fold(f"{item} {head.name}")]


def counted(text: str, heads: Mapping[str, Head]) -> Counted | None:
    """A name with a count (`8xH100`, `H100:8`) or of an instance (`p5.48xlarge`) as a chip's name and the chips.

    >>> from cluster_calc.catalog.heads import Head
    >>> counted("8xH100", {}), counted("MI300X", {}), counted("H100:8", {})
    (Counted(name='H100', chips=8), None, Counted(name='H100', chips=8))
    """
    if found := _instance(text, heads):
        return found
    match = _COUNT.match(text) or _COUNT_BEHIND.match(text)
    if match is None:
        return None
    parts = match.groupdict()
    number = int(parts.get("before") or parts.get("behind") or 0)
    if number < 1:
        raise InputError(f"chip: {quoted(text)} counts no chips; write for example 8xH100")
    return Counted(parts["name"].strip(" _-"), number)


def _instance(text: str, heads: Mapping[str, Head]) -> Counted | None:
    key = re.sub(r"^(?:standard|ml|vm-standard)[_.](?=\S*[0-9])", "", text.strip().lower())
    if not re.search(r"[0-9]", key) or len(key) > 60:
        return None
    for item, head in heads.items():
        for _, path in head.paths:
            for pattern, chips in instances_of(path).items():
                plain = pattern.lower()
                if plain == key:
                    return Counted(item, round(chips))
                start, star, end = plain.partition("*")
                number = key[len(start) : len(key) - len(end)]
                if star and key == f"{start}{number}{end}" and number.isdigit() and len(number) < 7:
                    return _slice(text, item, int(number) * chips)
    return None


def _slice(text: str, item: str, chips: float) -> Counted:
    if chips < 1 or chips != round(chips):
        raise InputError(f"chip: {quoted(text)} is no whole number of chips ({chips:g})")
    return Counted(item, round(chips))


def _names(item: str, head: Head) -> Iterable[str]:
    return (item, head.name, *head.aliases)


def _all_words(item: str, head: Head) -> frozenset[str]:
    found = frozenset().union(*(words(name) for name in _names(item, head)))
    return found | {re.sub(r"[0-9]+$", "", word) for word in found if word.startswith("sxm")}


def _models(found: frozenset[str]) -> frozenset[str]:
    return frozenset(word for word in found if _MODEL.match(word) and len(word) > 1)
