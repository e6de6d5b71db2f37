"""`python -m benchmarks`: every measure beside its target and the machine it was taken on."""

from __future__ import annotations

from benchmarks.draws import base, draw_ratio, memory_beyond, scalar_seconds
from benchmarks.measure import machine
from benchmarks.start import COMMANDS, TARGETS, ratios


def main() -> None:
    print(machine())
    seconds, found = ratios()
    print(f"\n{'cold start (median of 9)':<28}{'ms':>8}{'ratio':>8}{'at most':>9}  of importing")
    for name in COMMANDS:
        of, most = TARGETS.get(name, ("", 0.0))
        ratio = f"{found[name]:8.2f}{most:9.1f}  {of}" if of else ""
        print(f"{name:<28}{seconds[name] * 1e3:8.0f}{ratio}")
    result = base()
    took, ratio_by_hand = draw_ratio(result)
    print(f"\n{'model':<44}{'measured':>12}{'at most':>10}")
    print(f"{'one run on floats, µs':<44}{scalar_seconds(result) * 1e6:12.1f}{50:10}")
    print(f"{'1e6 draws, s':<44}{took:12.2f}")
    print(f"{'1e6 draws ÷ the same by hand':<44}{ratio_by_hand:12.2f}{1.3:10}")
    for draws in (100_000, 1_000_000):
        print(f"{f'peak beyond the kept samples, {draws:.0e} draws, MB':<44}{memory_beyond(result, draws) / 1e6:12.1f}")


if __name__ == "__main__":
    main()
