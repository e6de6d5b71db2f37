"""Public prices of tokens: what an API charges for the same model, from the dated table of the catalog."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

from cluster_calc.catalog.current import catalog
from cluster_calc.catalog.model_figures import model_id
from cluster_calc.errors import InputError, did_you_mean, quoted
from cluster_calc.files.shipped import shipped

_DAY = re.compile(r"20\d\d-\d\d(-\d\d)?")


# What sellers hang on a model's name: a dated or tuned release of the same shapes, or its format.
_RELEASE = re.compile(
    r"[-.](instruct|chat|it|hf|base|fp8|nvfp4|fp4|bf16|mxfp4|thinking|preview|versatile|instant|\d{4}|v1:0|1:0|v0:1)$"
)


def bare_name(text: str) -> str:
    """A seller's name of a model without what does not change the shapes.

    >>> bare_name("meta.llama3-3-70b-instruct-v1:0"), bare_name("Qwen/Qwen3-235B-A22B-Instruct-2507-FP8")
    ('llama3-3-70b', 'qwen3-235b-a22b')
    """
    name = re.sub(r"^[a-z]+\.(?=[a-z])", "", text.rsplit("/", 1)[-1].lower())
    name = re.sub(r"(?<=\d)p(?=\d)", ".", name).replace("llama-v3", "llama-3")
    while (cut := _RELEASE.sub("", name)) != name:
        name = cut
    return name


class TokenPrice(NamedTuple):
    """What a seller asks for a million tokens, in dollars; None where it is not said."""

    provider: str
    model: str
    input: float
    cached: float | None
    output: float
    as_of: str
    source: str

    def blended(self, input_tokens: float, output_tokens: float, hit: float = 0.0) -> float:
        """Dollars for a million tokens of requests of that mix.

        >>> TokenPrice("a", "m", 1.0, 0.1, 4.0, "2026-08", "").blended(3000, 1000)
        1.75
        """
        cached = self.input if self.cached is None else self.cached
        paid = input_tokens * ((1 - hit) * self.input + hit * cached) + output_tokens * self.output
        return paid / (input_tokens + output_tokens)


@cache
def _rows() -> tuple[tuple[str, TokenPrice], ...]:
    found = []
    newest = sorted((shipped("catalog") / "token_prices").glob("*.csv"))[-1]
    with newest.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if not row["usd_per_m_input"] or not row["usd_per_m_output"] or row["retired"] == "yes":
                continue
            day = _DAY.search(row["checked"] or row["valid_from"] or newest.stem)
            cached = row["usd_per_m_cached_input"]
            price = TokenPrice(
                row["provider"], row["model"], float(row["usd_per_m_input"]), float(cached) if cached else None,
                float(row["usd_per_m_output"]), day[0] if day else newest.stem, row["source"],
            )  # fmt: skip
            found.append((_id_of(row["model"]), price))
    return tuple(found)


def _id_of(text: str) -> str:
    """The catalog's id of a seller's model, or its bare name where the catalog does not know it."""
    try:
        return model_id(catalog(), bare_name(text))
    except InputError:
        return bare_name(text)


def prices_of(model: str) -> list[TokenPrice]:
    """What is asked for a model of the catalog, the cheapest output first; one price for each seller, the newest.

    >>> any(price.provider == "groq" for price in prices_of("gpt-oss-120b"))
    True
    """
    newest: dict[str, TokenPrice] = {}
    for known, price in _rows():
        if known == model and (price.provider not in newest or price.as_of > newest[price.provider].as_of):
            newest[price.provider] = price
    return sorted(
        (price for price in newest.values() if price.output > 0), key=lambda price: (price.output, price.input)
    )


def price_at(text: str) -> TokenPrice:
    """The price that `MODEL@PROVIDER` names; without a provider, the cheapest seller's.

    >>> price_at("gpt-oss-120b@fireworks").output
    0.6
    """
    name, _, provider = text.partition("@")
    found = prices_of(_id_of(name.strip()))
    if not found:
        raise InputError(f"against: no price of {quoted(name)} in the table.{did_you_mean(bare_name(name), _models())}")
    if not provider:
        return found[0]
    chosen = next((price for price in found if price.provider == provider.strip().lower()), None)
    if chosen is None:
        sellers = [price.provider for price in found]
        raise InputError(
            f"against: {quoted(provider)} sells no {name} in the table; {', '.join(sellers)} do.{did_you_mean(provider, sellers)}"
        )
    return chosen


def _models() -> Iterable[str]:
    return dict.fromkeys(known for known, _ in _rows())
