"""What training runs usually are where nothing is said: batch, sequence, head size, vocabulary, each with where it is from."""

from __future__ import annotations

# Tokens of one optimizer step by what works on a token.
_BATCHES = (
    (10e9, 4e6, "about 4 million tokens as Llama 3 began with (arXiv:2407.21783)"),
    (100e9, 8e6, "about 8 million tokens, between Llama 3 and Nemotron-4 (arXiv:2407.21783, arXiv:2406.11704)"),
    (float("inf"), 16e6, "about 16 million tokens as Llama 3 405B ended with (arXiv:2407.21783)"),
)
# The same of a mixture of experts, by its total: its experts share the tokens.
_MIXED = (
    (100e9, 16e6, "about 16 million tokens, between OLMoE and DeepSeek-V3 (arXiv:2409.02060, arXiv:2412.19437)"),
    (float("inf"), 63e6, "about 63 million tokens as DeepSeek-V3 and Kimi K2 (arXiv:2412.19437, arXiv:2507.20534)"),
)
SEQUENCES = ((8192, "as Llama 3 (arXiv:2407.21783)"), (4096, "as DeepSeek-V3 (arXiv:2412.19437)"))
HEAD, VOCABULARY = 128, 128_000


def batch_tokens(active: float, total: float) -> tuple[float, str]:
    """Tokens of one optimizer step of a model of that size, and where the figure is from.

    >>> batch_tokens(8e9, 8e9)[0], batch_tokens(37e9, 671e9)[0]
    (4000000.0, 63000000.0)
    """
    table, size = (_MIXED, total) if mixed(active, total) else (_BATCHES, active)
    return next((tokens, why) for most, tokens, why in table if size <= most)


def mixed(active: float, total: float) -> bool:
    """Whether a model of these sizes is a mixture of experts."""
    return active < 0.95 * total


def usual(active: float, total: float, hidden_size: float = 0.0) -> dict[str, tuple[float, str]]:
    """Sequence length, vocabulary, and heads of a known width.

    >>> usual(8e9, 8e9, 4096)["heads"][0]
    32
    """
    length, model = SEQUENCES[mixed(active, total)]
    found: dict[str, tuple[float, str]] = {
        "sequence_length": (length, f"sequences of {length:,} tokens, {model}"),
        "vocabulary": (VOCABULARY, f"a vocabulary of {VOCABULARY:,}, as Llama 3"),
    }
    if hidden_size:
        found["heads"] = (max(round(hidden_size / HEAD), 1), f"heads of size {HEAD}")
    return found
