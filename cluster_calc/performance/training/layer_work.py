"""What one layer of a model does for a token: its matrix products, the values its other kernels move, what it keeps.

Layers of several kinds (dense, with experts) are averaged: each part counts by its share of the layers.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from cluster_calc.quantities.architecture import Architecture


class Product(NamedTuple):
    """A matrix product: its share of the layers, its inputs and outputs, and which of the two a tensor group cuts."""

    share: float
    inputs: float
    outputs: float
    by_inputs: bool
    closes: bool = False


@lru_cache(maxsize=256)
def products(model: Architecture) -> list[Product]:
    """The products of an average layer that every token passes; those of the routed experts are not among them.

    >>> [(product.inputs, product.outputs) for product in products(Architecture(2, 64, 4, kv_heads=4, head_size=16,
    ...                                                                         ffn_size=256, ffn_matrices=2))]
    [(64, 192), (64, 64), (64, 256), (256, 64)]
    """
    h, wide = model.hidden_size, model.ffn_matrices - 1
    *into, out = model.attention_products()
    found = [Product(1.0, rows, columns, by_inputs=False) for rows, columns in into]
    found.append(Product(1.0, *out, by_inputs=True))
    dense, routed = model.dense_layers / model.layers, model.moe_layers / model.layers
    if dense:
        found.append(Product(dense, h, wide * model.ffn_size, by_inputs=False))
        found.append(Product(dense, model.ffn_size, h, by_inputs=True, closes=True))
    if routed and model.shared_width():
        found.append(Product(routed, h, wide * model.shared_width(), by_inputs=False))
        found.append(Product(routed, model.shared_width(), h, by_inputs=True))
    return found


@lru_cache(maxsize=256)
def expert_products(model: Architecture) -> list[Product]:
    """The products of one routed expert, by the share of the layers that have them."""
    if not model.moe_layers:
        return []
    share, inner = model.moe_layers / model.layers, model.expert_ffn_size
    wide = (model.ffn_matrices - 1) * inner
    return [
        Product(share, model.hidden_size, wide, by_inputs=False),
        Product(share, inner, model.hidden_size, by_inputs=True),
    ]


def inner_width(model: Architecture) -> float:
    """Inner widths that a token passes in an average layer."""
    routed = model.experts_active * model.expert_ffn_size + model.shared_width()
    return (model.dense_layers * model.ffn_size + model.moe_layers * routed) / model.layers


def values_moved(model: Architecture) -> float:
    """Values that the kernels between the products read and write for a token in a forward pass of an average layer.

    Two norms and two residual sums (10 h), copies of queries, keys and values, the activation.

    >>> values_moved(Architecture(2, 64, 4, kv_heads=4, head_size=16, ffn_size=256, ffn_matrices=2)) / 64
    24.0
    """
    copies = 2 * (model.query_width + model.key_value_width)
    return 10 * model.hidden_size + copies + model.ffn_matrices * inner_width(model)


def routed_values(model: Architecture) -> float:
    """Values that putting tokens into the order of their experts and back moves, in a forward pass of an average layer."""
    return model.moe_layers / model.layers * 2 * (model.experts_active + 1) * model.hidden_size


def cast_width(model: Architecture) -> float:
    """Inputs and outputs of all products of a token: what a narrower format is cast from, forward and backward."""
    plain = sum(product.share * (product.inputs + product.outputs) for product in products(model))
    routed = sum(product.share * (product.inputs + product.outputs) for product in expert_products(model))
    return plain + model.experts_active * routed


def kept_width(model: Architecture, narrow: bool = False) -> float:
    """Values that an average layer keeps of a token for its backward pass, attention's scores not among them.

    Inputs of two norms and of the products after them (4 h), queries, keys and values, what attention gives back, the
    feed-forward part before and after its activation, a copy for each expert. Software that runs products in a narrow
    format keeps their inputs in it, in half the bytes.
    """
    copies = model.moe_layers / model.layers * model.experts_active * model.hidden_size
    inputs = 2 * model.hidden_size + model.value_width + inner_width(model) + copies
    others = 2 * model.hidden_size + model.query_width + model.key_value_width
    return others + (model.ffn_matrices - 1) * inner_width(model) + inputs * (0.5 if narrow else 1.0)


def pairs(model: Architecture, sequence_length: float) -> float:
    """Keys that a token meets on average in an average layer, earlier tokens alone.

    >>> pairs(Architecture(2, 64, 4), 4096)
    2048.0
    """
    window = min(float(model.attention_window or sequence_length), sequence_length)
    full, windowed = model.layers - model.window_layers - model.linear_layers, model.window_layers
    return (full * sequence_length / 2 + windowed * (window - window**2 / (2 * sequence_length))) / model.layers
