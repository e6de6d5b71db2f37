"""What a published utilisation counts for a token, and what the same steps come to under another convention."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from cluster_calc.errors import InputError, did_you_mean, quoted
from cluster_calc.quantities.datum import TYPED, Datum

ARCHITECTURE = ("layers", "hidden_size", "sequence_length")
# Attention that makes the arithmetic less than this many times as much is not worth a warning.
LEFT_OUT = 1.05


# The name of what no convention says: a typed figure.
AS_GIVEN = "as given"


class Convention(NamedTuple):
    """What a published utilisation counts for a token."""

    per_parameter: float
    per_attended_token: float
    without_embedding: bool
    words: str


CONVENTIONS: dict[str, Convention] = {
    "6N": Convention(6.0, 0.0, False, "6 FLOP per active parameter and token; attention is not counted"),
    "6N+attention": Convention(6.0, 12.0, False, "6 FLOP per active parameter, and attention to every token"),
    "6N-embedding+attention": Convention(
        6.0, 12.0, True, "6 FLOP per parameter but the input embedding's, and attention"
    ),
    "causal": Convention(6.0, 6.0, False, "6 FLOP per active parameter, and attention to earlier tokens alone"),
    "8N-hfu": Convention(
        8.0, 16.0, False, "what the hardware executes under full recomputation: the utilisation is an HFU"
    ),
}


def convention_of(settings: Mapping[str, Any]) -> str:
    """The FLOP convention asked for, or 6N.

    >>> convention_of({"flop_convention": "causal"})
    'causal'
    """
    name = str(settings.get("flop_convention", "6N"))
    if name not in CONVENTIONS:
        raise InputError(
            f"flop_convention: {quoted(name)} is not one of {', '.join(CONVENTIONS)}.{did_you_mean(name, CONVENTIONS)}"
        )
    return name


def counted_as(settings: Mapping[str, Any], data: Mapping[str, Datum]) -> tuple[str, str]:
    """What the utilisation counts, by name and in words: the convention, or the arithmetic of a token that was typed."""
    typed = data.get("flop_per_parameter_token")
    if typed is None or typed.source.id not in TYPED:
        name = convention_of(settings)
        return name, CONVENTIONS[name].words
    from cluster_calc.quantities.display import shown

    return AS_GIVEN, f"{shown('flop_per_parameter_token', typed.value)}, as given"


def flop_per_token(values: Mapping[str, Any], convention: str) -> float:
    """Arithmetic of a token as a convention counts it, from the architecture among the values.

    >>> model = {"active_parameters": 6.738e9, "layers": 32, "hidden_size": 4096, "sequence_length": 4096, "vocabulary": 32000}
    >>> round(flop_per_token(model, "6N-embedding+attention") / 1e9, 1)
    46.1
    """
    from cluster_calc.formulas import utilisation

    rule = CONVENTIONS[convention]
    counted = utilisation.counted_parameters(values["active_parameters"])
    if rule.without_embedding:
        counted = utilisation.counted_without_embedding(
            values["active_parameters"], values["vocabulary"], values["hidden_size"]
        )
    size = (values[name] for name in ARCHITECTURE)
    return float(utilisation.flop_per_token(rule.per_parameter, counted, rule.per_attended_token, *size))


def known(values: Mapping[str, Any]) -> bool:
    """Whether the architecture is there, as numbers."""
    return all(
        name in values and not getattr(values[name], "shape", ()) for name in (*ARCHITECTURE, "active_parameters")
    )


def warnings(values: Mapping[str, Any], settings: Mapping[str, Any], data: Mapping[str, Datum]) -> list[str]:
    """Attention that the convention leaves out, where it is more than a rounding."""
    from cluster_calc.quantities.display import plain, shown

    name, _ = counted_as(settings, data)
    if (
        "mfu" not in values
        or name == AS_GIVEN
        or not known(values)
        or CONVENTIONS[name].per_attended_token
        or values.get("flop_per_attended_token")
    ):
        return []
    ratio = flop_per_token(values, "6N+attention") / flop_per_token(values, "6N")
    if ratio < LEFT_OUT:
        return []
    context = f"at a context of {shown('sequence_length', values['sequence_length'])} tokens"
    return [
        f"flop_convention {name} leaves out attention, with which the arithmetic is {plain(ratio)} times as much {context}; "
        "--flop-convention 6N+attention or causal counts it"
    ]
