"""A model's shapes, and what they add up to: parameters, those that work on one token, arithmetic of attention.

Training and serving read the same shapes; `models` makes them from the catalog.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

# Ways a layer keeps keys and values: for every head, for groups of heads, for one, or as a latent vector (arXiv:2405.04434).
ATTENTIONS = ("MHA", "GQA", "MQA", "MLA", "MLA+sparse")
# Which products add a bias: none; queries, keys and values; the output too; every one.
BIASES = ("none", "qkv", "qkvo", "oss", "all")


@dataclass(frozen=True, slots=True)
class Architecture:
    """Shapes of a transformer; a size of 0 is a part that the model does not have.

    >>> llama = Architecture(layers=32, hidden_size=4096, heads=32, kv_heads=8, head_size=128, ffn_size=14336,
    ...                      vocabulary=128256)
    >>> llama.parameter_count() == 8030261248
    True
    """

    layers: int
    hidden_size: int
    heads: int
    vocabulary: int = 0
    kv_heads: int = 0
    head_size: int = 0
    attention: str = "GQA"
    query_rank: int = 0
    latent_rank: int = 0
    nope_size: int = 0
    rope_size: int = 0
    value_size: int = 0
    ffn_size: int = 0
    ffn_matrices: int = 3
    experts: int = 0
    experts_active: int = 0
    expert_ffn_size: int = 0
    shared_experts: int = 0
    shared_ffn_size: int = 0
    moe_layers: int = 0
    tied: bool = False
    biases: str = "none"
    positions: int = 0
    norms: int = 2
    window_layers: int = 0
    attention_window: int = 0
    linear_layers: int = 0
    other_parameters: float = 0.0
    predicted_layers: int = 0  # trained to predict the tokens after the next, and not counted among the parameters

    @property
    def latent(self) -> bool:
        """Whether keys and values are kept as a latent vector."""
        return self.attention.startswith("MLA")

    @property
    def dense_layers(self) -> int:
        """Layers without routed experts."""
        return self.layers - self.moe_layers

    @property
    def query_width(self) -> int:
        """Width of all queries of a token."""
        return self.heads * (self.nope_size + self.rope_size if self.latent else self.head_size)

    @property
    def value_width(self) -> int:
        """Width of what attention gives back for a token."""
        return self.heads * (self.value_size if self.latent else self.head_size)

    @property
    def key_value_width(self) -> int:
        """Width of all keys and values of a token, as attention reads them."""
        return self.query_width + self.value_width if self.latent else 2 * self.kv_heads * self.head_size

    def attention_products(self) -> list[tuple[int, int]]:
        """The matrix products of a layer's attention as (inputs, outputs): projections in, and the one out."""
        h = self.hidden_size
        if not self.latent:
            return [(h, self.query_width + self.key_value_width), (self.value_width, h)]
        queries = (
            [(h, self.query_rank), (self.query_rank, self.query_width)] if self.query_rank else [(h, self.query_width)]
        )
        expanded = self.heads * (self.nope_size + self.value_size)
        return [*queries, (h, self.latent_rank + self.rope_size), (self.latent_rank, expanded), (self.value_width, h)]

    def attention_parameters(self) -> float:
        """Weights of one layer's attention."""
        return float(sum(rows * columns for rows, columns in self.attention_products())) + (
            self.query_rank + self.latent_rank if self.latent else 0
        )

    def expert_parameters(self) -> float:
        """Weights of one routed expert."""
        return float(self.ffn_matrices * self.hidden_size * self.expert_ffn_size)

    def routed_parameters(self) -> float:
        """Weights of all routed experts."""
        return self.moe_layers * self.experts * self.expert_parameters()

    def shared_width(self) -> int:
        """Inner width of the experts that every token of a layer passes."""
        return self.shared_experts * (self.shared_ffn_size or self.expert_ffn_size)

    def table_parameters(self) -> float:
        """Weights of one table of the vocabulary."""
        return float(self.vocabulary * self.hidden_size)

    def parameter_count(self) -> float:
        """Every weight that the shapes make: tables, attention, feed-forward layers, experts with their routers, norms, biases."""
        h, inner = self.hidden_size, self.ffn_matrices * self.hidden_size
        tables = self.table_parameters() * (1 if self.tied else 2) + self.positions * h
        feed = self.dense_layers * inner * self.ffn_size + self.moe_layers * (
            inner * self.shared_width() + h * self.experts
        )
        return (
            tables + self.layers * self.attention_parameters() + feed + self.routed_parameters() + self._small()
            + self.other_parameters
        )  # fmt: skip

    def active_count(self) -> float:
        """Weights that work on one token, both tables counted."""
        idle = self.moe_layers * (self.experts - self.experts_active) * self.expert_parameters()
        return self.parameter_count() - idle

    def _small(self) -> float:
        """Norms and biases."""
        h, layers = self.hidden_size, self.layers
        found = (layers * self.norms + 1.0) * h
        if self.biases != "none":
            found += layers * (self.heads + 2 * self.kv_heads) * self.head_size
        if self.biases in ("qkvo", "oss", "all"):
            found += layers * h
        if self.biases == "all":
            found += layers * (self.ffn_size + h) + (layers * self.norms + 1.0) * h
        return found

    def attended(self, sequence_length: float) -> float:
        """Keys that a token's query meets, layers summed, full attention counted to every token; linear layers meet none.

        >>> Architecture(layers=4, hidden_size=8, heads=1, window_layers=3, attention_window=1024).attended(8192)
        11264.0
        """
        windowed = self.window_layers * min(float(self.attention_window or sequence_length), sequence_length)
        return windowed + (self.layers - self.window_layers - self.linear_layers) * float(sequence_length)


NAMES = tuple(field.name for field in fields(Architecture))


def architecture_of(figures: dict[str, Any]) -> Architecture:
    """Shapes from figures by name; what is no shape is left aside, whole numbers are made of what should be."""
    given = {name: figures[name] for name in NAMES if figures.get(name) is not None}
    known: dict[str, Any] = {
        name: value if isinstance(value, (str, bool)) or name == "other_parameters" else int(value)
        for name, value in given.items()
    }
    return Architecture(**known)
