"""Questions that run the estimate many times: solve, sweep, sensitivity, optimise, compare, simulate."""
