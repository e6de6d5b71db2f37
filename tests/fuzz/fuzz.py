"""The coverage-guided fuzzer: `python -m tests.fuzz.fuzz SECONDS`, with the extra `fuzz` installed.

It begins from good inputs and the corpus beside it. What breaks a parser is written to the corpus, where
`test_fuzz_corpus.py` runs it every day.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

CORPUS = Path(__file__).with_name("corpus")


def main() -> None:
    import atheris  # only here: the tests of every day do without it

    with atheris.instrument_imports(include=["cluster_calc"]):
        from tests.fuzz.parsers import one_input, seeds

    seconds = sys.argv[1] if len(sys.argv) > 1 else "600"
    with tempfile.TemporaryDirectory() as folder:
        for number, seed in enumerate(seeds()):
            Path(folder, f"seed-{number}").write_bytes(seed)
        CORPUS.mkdir(exist_ok=True)
        atheris.Setup([sys.argv[0], folder, str(CORPUS), f"-max_total_time={seconds}", "-max_len=4096", "-timeout=10",
                       f"-artifact_prefix={CORPUS}/", "-print_final_stats=1", *sys.argv[2:]], one_input)  # fmt: skip
        atheris.Fuzz()


if __name__ == "__main__":
    main()
