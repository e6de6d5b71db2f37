"""Pack the quotes as a data release: `python tools/make_data_release.py FOLDER`; too many stale defaults fail it."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT)]
# On the day of a release no more of the defaults may be past their life.
MOST_STALE = 0.2


def main() -> None:
    from cluster_calc.catalog.releases import packed, release_of
    from cluster_calc.catalog.update import stale_defaults

    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "dist")
    release = release_of(ROOT / "catalog")
    late, count = stale_defaults(release.date)
    print(f"{len(late)} of {count} defaults are past their life on {release.date}")
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"cluster-calc-data-{release.number}.zip"
    print(f"{target}: release {packed(ROOT / 'catalog', target)}")
    if len(late) > MOST_STALE * count:
        sys.exit(f"more than {MOST_STALE:.0%} of the defaults are stale: read newer quotes first")


if __name__ == "__main__":
    main()
