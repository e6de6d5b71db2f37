"""A report as a small HTML fragment, for notebooks."""

from __future__ import annotations
