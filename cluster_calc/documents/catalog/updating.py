"""`catalog update` in words: which release takes the place of which, and the defaults that move."""

from __future__ import annotations

import json

from cluster_calc.catalog.update import Move, Update
from cluster_calc.documents.render.tables import text_table
from cluster_calc.quantities.display import NOT_FOUND, shown
from cluster_calc.quantities.nomenclature import QUANTITIES


def update_text(found: Update, form: str) -> str:
    """The update in one of the formats."""
    if form == "json":
        moves = [{**move._asdict(), "change": move.change, "jump": move.jump} for move in found.moves]
        whole = {
            "before": found.before._asdict(),
            "after": found.after._asdict(),
            "written": found.place or None,
            "moves": moves,
        }
        return json.dumps(whole, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    done = f"written to {found.place}" if found.place else "nothing written (--dry-run)"
    head = f"Release {found.before} → {found.after}: {len(found.moves)} defaults move; {done}\n"
    rows = [_row(move) for move in found.moves]
    return head + (text_table(["chip", "price", "before", "after", "change", "votes", "as of"], rows) if rows else "")


def _row(move: Move) -> list[str]:
    change = "new" if move.before is None else "gone" if move.after is None else f"{100 * (move.change or 0.0):+.1f}%"
    before, after = (_money(move, value) for value in (move.before, move.after))
    return [move.chip, move.name, before, after, change + (" !" if move.jump else ""), str(move.votes), move.as_of]


def _money(move: Move, value: float | None) -> str:
    return NOT_FOUND if value is None else shown(move.name, value * QUANTITIES[move.name].factor)
