"""The published statements as data, recomputed from their inputs and judged by their own criteria."""

from __future__ import annotations

from cluster_calc.publications.claims import Claim, Publication, publications
from cluster_calc.publications.evaluation import Reproduction, reproduce, reproduced
from cluster_calc.publications.feasible_line import feasible_line

__all__ = ["Claim", "Publication", "Reproduction", "feasible_line", "publications", "reproduce", "reproduced"]
