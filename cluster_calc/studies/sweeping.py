"""Running a sweep: to a table, a stream or a file, in one process or several, with the same bytes.

A file grows as whole segments in the folder `FILE.partial`; whoever computes a segment writes it, and an interrupt, a
full disk or a crash leaves the whole ones for `--resume`. They are joined in order while later ones are computed, and
the joined file takes FILE's place in one step. How a sweep is cut depends on the sweep alone, never on who computes it.
"""

from __future__ import annotations

import json
import math
import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from cluster_calc.errors import InputError, quoted
from cluster_calc.files.atomic import sync
from cluster_calc.progress import Progress
from cluster_calc.quantities.nomenclature import QUANTITIES
from cluster_calc.studies import sweep_workers as workers
from cluster_calc.studies.grid import Sweep, plan_sweep

if TYPE_CHECKING:
    import pandas as pd

# A segment is a 64th of the work, so that several processes end together, within these limits.
PARTS = 64
LEAST_ROWS, SEGMENT_ROWS = 1 << 17, 1 << 21
LEAST_DRAWS, SEGMENT_DRAWS = 1 << 19, 1 << 24
ROW_GROUP = 1 << 19
# Beyond this a sweep is more likely a slip of the finger than meant.
MOST_ROWS = 1_000_000_000
SPEC = "sweep.json"


def sweep(
    vary: Any,
    *,
    results: str | list[str] | None = None,
    full: bool = False,
    output: str | Path | None = None,
    processes: int = 1,
    design: str | None = None,
    points: int | None = None,
    chip: str | None = None,
    scenario: str | Path | Mapping[str, Any] | None = None,
    **given: Any,
) -> pd.DataFrame | Path:
    """A grid over any inputs, as a pandas table, or written to `output` (.csv or .parquet).

    `vary` maps names to `"a,b,c"`, `"lo:hi:steps[:log]"` or a sequence; the rest as in `estimate`. With `draws` or
    ranges each row also has mean, P10, P50 and P90 of every result (`full`: a row for every draw instead). With
    `design="lhs"` or `"sobol"`, `points` points lie between the ends `"lo:hi[:log]"` of the axes.

    >>> table = sweep({"mfu": "0.3:0.5:3"}, training_compute=2e25, chip="h100", results="chips")
    >>> table["chips"].tolist()
    [9629.0, 7222.0, 5777.0]
    """
    from cluster_calc.scenario import layers as scenarios

    settings = {key: value for key, value in {"chip": chip, **given}.items() if value is not None}
    merged = scenarios.gather(settings, origin="call", file=scenario)
    planned = plan_sweep(merged, vary, results=results, full=full, design=design, points=points)
    if output is not None:
        return to_file(planned, Path(output), processes=processes)
    import numpy as np
    import pandas as pd

    refuse_large(planned, 100_000_000, "give output= to write it to a file")
    parts = [planned.slab(index) for index in range(planned.slabs)]
    return pd.DataFrame({name: np.concatenate([part[name] for part in parts]) for name in planned.columns})


def refuse_large(planned: Sweep, most: int, hint: str) -> None:
    """Stop before a sweep that nobody can have meant."""
    if planned.rows > most:
        size = planned.rows * len(planned.columns) * 8
        raise InputError(
            f"the sweep has {planned.rows:,} rows of {len(planned.columns)} columns, some {size / 1e9:,.0f} GB: {hint}"
        )


# --- segments ---------------------------------------------------------------------------------------------------------


def _per_segment(planned: Sweep) -> int:
    """Slabs in a segment."""

    def slabs(work: int, least: int, most: int) -> float:
        return min(max(work / PARTS, least), most) * planned.slabs / work

    found = slabs(planned.rows, LEAST_ROWS, SEGMENT_ROWS)
    if planned.draws:
        found = min(found, slabs(planned.points * planned.draws, LEAST_DRAWS, SEGMENT_DRAWS))
    return max(1, int(found))


def segments(planned: Sweep) -> int:
    """The number of segments."""
    return -(-planned.slabs // _per_segment(planned))


def _segment_slabs(planned: Sweep, index: int) -> Iterator[dict[str, Any]]:
    per = _per_segment(planned)
    for slab in range(index * per, min((index + 1) * per, planned.slabs)):
        yield planned.slab(slab)


def _schema(planned: Sweep) -> Any:
    import pyarrow as pa

    fields = []
    for name, unit in planned.columns.items():
        text = (not unit and name != "draw") or (name in QUANTITIES and QUANTITIES[name].is_date)
        kind = pa.string() if text else pa.int64() if name == "draw" else pa.float64()
        fields.append(pa.field(name, kind, metadata={"unit": unit} if unit else None))
    return pa.schema(fields, metadata={"cluster_calc": json.dumps({"units": planned.columns})})


def csv_lines(planned: Sweep, columns: dict[str, Any]) -> str:
    """The rows of a slab as CSV; a missing value is an empty cell."""
    cells = []
    for name in planned.columns:
        column = columns[name]
        texts = [str(cell) for cell in column] if column.dtype == object else list(map(repr, column.tolist()))
        if column.dtype.kind == "f" and not math.isfinite(float(column.sum())):
            texts = ["" if text in ("nan", "inf", "-inf") else text for text in texts]
        cells.append(texts)
    return "".join([",".join(row) + "\n" for row in zip(*cells, strict=True)])


def _write_segment(planned: Sweep, index: int, path: Path) -> int:
    """Compute and write one segment, whole or not at all; returns its number."""
    # With the process in its name: a worker that outlived its parent never writes into the file of another.
    temporary = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    try:
        if path.suffix == ".parquet":
            _write_parquet(planned, index, temporary)
        else:
            with temporary.open("w", encoding="utf-8", newline="") as file:
                for columns in _segment_slabs(planned, index):
                    file.write(csv_lines(planned, columns))
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    return index


def _write_parquet(planned: Sweep, index: int, path: Path) -> None:
    import numpy as np
    import pyarrow as pa

    schema = _schema(planned)
    held: list[dict[str, Any]] = []
    rows = 0
    with path.open("wb") as file, _parquet_writer(planned, file) as writer:

        def flush() -> None:
            arrays = [
                pa.array(np.concatenate([part[field.name] for part in held]), field.type, from_pandas=True)
                for field in schema
            ]
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema), row_group_size=ROW_GROUP)

        for columns in _segment_slabs(planned, index):
            held.append(columns)
            rows += len(next(iter(columns.values())))
            if rows >= ROW_GROUP:
                flush()
                held, rows = [], 0
        if held:
            flush()


def _repeating(planned: Sweep) -> list[str]:
    """The columns whose values repeat: the axes."""
    return [entry.name for entry in (planned.named if planned.design else planned.axes)]


# --- files ------------------------------------------------------------------------------------------------------------


def to_file(
    planned: Sweep,
    path: Path,
    *,
    processes: int = 1,
    resume: bool = False,
    yes: bool = False,
    progress: Progress | None = None,
) -> Path:
    """Write a sweep to a .csv or .parquet file; what an interrupted one left goes on with `resume`."""
    ending = _check_target(path)
    if not yes:
        refuse_large(planned, MOST_ROWS, "say --yes if that is meant")
    folder = path.with_name(path.name + ".partial")
    whole = _opened(planned, folder, path, ending, resume)
    with _locked(folder):
        return _filled(planned, folder, path, ending, whole, processes, progress)


def _filled(
    planned: Sweep, folder: Path, path: Path, ending: str, whole: set[int], processes: int, progress: Progress | None
) -> Path:
    """Compute what is missing, join it, and put the file in its place."""
    total = segments(planned)
    left = [index for index in range(total) if index not in whole]
    done = total - len(left)
    try:
        with _Join(planned, folder, ending) as joined:
            for _ in _run(planned, folder, ending, left, processes):
                done += 1
                if progress:
                    progress(done, total)
                joined.take()
            joined.take()
        sync(joined.whole)
        joined.whole.replace(path)
        sync(path.parent)
        _remove(folder)
    except KeyboardInterrupt:
        print(_kept(planned, folder, ending, total), file=sys.stderr)
        raise
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError(
            f"-o {quoted(path)} cannot be written: {reason}; {_kept(planned, folder, ending, total)}"
        ) from None
    except BrokenProcessPool:
        raise InputError(
            f"a worker process was killed (out of memory?); {_kept(planned, folder, ending, total)}"
        ) from None
    return path


def _check_target(path: Path) -> str:
    ending = path.suffix.lower()
    if ending not in (".csv", ".parquet"):
        raise InputError(f"-o {quoted(path)}: a sweep is written to a .csv or .parquet file, or to - (CSV on stdout)")
    if path.is_dir():
        raise InputError(f"-o {quoted(path)} is a folder; name a file")
    if not path.parent.is_dir():
        raise InputError(f"-o {quoted(path)}: there is no folder {quoted(path.parent)}")
    if not os.access(path.parent, os.W_OK) or (path.exists() and not os.access(path, os.W_OK)):
        raise InputError(f"-o {quoted(path)} cannot be written: permission denied")
    if ending == ".parquet":
        try:
            import pyarrow.parquet  # noqa: F401
        except ImportError:
            raise InputError("Parquet needs pyarrow: pip install 'cluster-calc[scale]', or write .csv") from None
    return ending


def _opened(planned: Sweep, folder: Path, path: Path, ending: str, resume: bool) -> set[int]:
    """The folder of segments, made or taken up again; returns the segments that are whole."""
    spec = {"fingerprint": planned.fingerprint(), "columns": list(planned.columns), "segments": segments(planned)}
    if not folder.exists() or not any(folder.iterdir()):
        if resume:
            raise InputError(f"--resume: there is no {quoted(folder)} to go on with")
        # Whole from its first moment: a crash leaves a folder with its sweep in it, or none.
        making = folder.with_name(f".{folder.name}.{os.getpid()}")
        try:
            making.mkdir()
            (making / SPEC).write_text(json.dumps(spec), encoding="utf-8")
            making.replace(folder)
        except OSError as error:
            shutil.rmtree(making, ignore_errors=True)
            raise InputError(f"-o {quoted(path)} cannot be written: {error.strerror or error}") from None
        return set()
    found = {int(part.stem.split("-")[1]) for part in folder.glob(f"part-*{ending}")}
    if not resume:
        raise InputError(
            f"{quoted(folder)} holds {len(found)} of {segments(planned)} parts of an unfinished sweep: "
            "go on with --resume, or remove the folder"
        )
    try:
        same = json.loads((folder / SPEC).read_text(encoding="utf-8")) == spec
    except (OSError, ValueError):
        same = False
    if not same:
        raise InputError(
            f"--resume: {quoted(folder)} belongs to another sweep; repeat its options, or remove the folder"
        )
    return found


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Hold the folder of segments for this process; InputError while another one computes the same sweep."""
    with (folder / SPEC).open("rb") as file:
        try:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except ImportError:  # no such locks on this system
            pass
        except OSError:
            raise InputError(
                f"{quoted(folder)} is being written by another process; wait for it, or choose another -o"
            ) from None
        yield


def _remove(folder: Path) -> None:
    """Remove the folder of segments; under another name first, so that half of one is never taken up again."""
    going = folder.with_name(f".{folder.name}.{os.getpid()}")
    with suppress(OSError):
        folder.replace(going)
        shutil.rmtree(going, ignore_errors=True)


def _part(folder: Path, index: int, ending: str) -> Path:
    return folder / f"part-{index:06d}{ending}"


def _kept(planned: Sweep, folder: Path, ending: str, total: int) -> str:
    kept = len(list(folder.glob(f"part-*{ending}")))
    if not kept:
        _remove(folder)
        return "nothing was kept"
    return f"{kept} of {total} parts are whole in {folder}: --resume goes on"


def _write_part(index: int, path: Path) -> int:
    return _write_segment(workers.held(), index, path)


def _run(planned: Sweep, folder: Path, ending: str, left: list[int], processes: int) -> Iterator[int]:
    if processes <= 1 or len(left) < 2:
        for index in left:
            yield _write_segment(planned, index, _part(folder, index, ending))
        return
    with workers.pool(planned, min(processes, len(left))) as pool:
        waiting = iter(left)
        # More than one each: while the parent joins, no worker waits for it.
        running = {pool.submit(_write_part, index, _part(folder, index, ending))
                   for _, index in zip(range(4 * processes), waiting, strict=False)}  # fmt: skip
        try:
            while running:
                ready, running = wait(running, return_when=FIRST_COMPLETED)
                for _, index in zip(ready, waiting, strict=False):
                    running.add(pool.submit(_write_part, index, _part(folder, index, ending)))
                for future in ready:
                    yield future.result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


class _Join:
    """The segments as one file, taken in order as they become whole."""

    def __init__(self, planned: Sweep, folder: Path, ending: str) -> None:
        self.planned, self.folder, self.ending = planned, folder, ending
        self.whole, self.next = folder / f"whole{ending}", 0

    def __enter__(self) -> _Join:
        self.file = self.whole.open("wb")
        self.writer: Any = None
        if self.ending == ".csv":
            self.file.write((",".join(self.planned.columns) + "\n").encode())
        else:
            self.writer = _parquet_writer(self.planned, self.file)
        return self

    def __exit__(self, kind: Any, *_: Any) -> None:
        if kind is None:
            try:
                # A disk that is full shows itself here at the latest.
                if self.writer is not None:
                    self.writer.close()
                self.file.close()
            except OSError:
                self._drop()
                raise
        else:
            self._drop()

    def _drop(self) -> None:
        with suppress(OSError, ValueError):
            if self.writer is not None:
                self.writer.close()
        with suppress(OSError):
            self.file.close()
        self.whole.unlink(missing_ok=True)

    def take(self) -> None:
        """Append every next segment that is whole."""
        while (part := _part(self.folder, self.next, self.ending)).exists():
            if self.writer is None:
                with part.open("rb") as source:
                    shutil.copyfileobj(source, self.file, 1 << 20)
            else:
                import pyarrow.parquet as pq

                with pq.ParquetFile(part) as source:
                    for group in range(source.num_row_groups):
                        self.writer.write_table(source.read_row_group(group))
            self.next += 1


def _parquet_writer(planned: Sweep, file: Any) -> Any:
    import pyarrow.parquet as pq

    return pq.ParquetWriter(
        file, _schema(planned), compression="zstd", compression_level=1, use_dictionary=_repeating(planned)
    )


def to_stream(planned: Sweep, stream: TextIO, yes: bool = False, progress: Progress | None = None) -> None:
    """Write a sweep as CSV, row by row in order."""
    if not yes:
        refuse_large(planned, MOST_ROWS, "say --yes if that is meant")
    stream.write(",".join(planned.columns) + "\n")
    for index in range(planned.slabs):
        stream.write(csv_lines(planned, planned.slab(index)))
        if progress:
            progress(index + 1, planned.slabs)
