"""`python -m cluster_calc` is the command line."""

from cluster_calc.cli import main

main(prog_name="cluster-calc")
