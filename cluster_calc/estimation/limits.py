"""The constraints by name: which bind a run, which only advise."""

from __future__ import annotations

# Constraint → (limit, what it limits, margin). The limits of the first kind are the buyer's: absent, they are not checked.
CONSTRAINTS = {
    "budget": ("budget", "run_cost", "budget_margin"),
    "capital": ("capital_budget", "capital_cost", "capital_margin"),
    "power": ("power_limit", "peak_facility_power", "power_margin"),
    "supply": ("supply_limit", "shipment_share", "supply_margin"),
    "deadline": ("deadline", "training_time", "deadline_margin"),
    "time per output token": ("tpot", "time_per_output_token", "tpot_margin"),
    "time to first token": ("ttft", "time_to_first_token", "ttft_margin"),
    "designer supply": ("designer_limit", "designer_share", "designer_margin"),
    "lead time": ("lead_time_limit", "lead_time", "lead_time_margin"),
    "capital yardstick": ("capital_yardstick", "capital_cost", "capital_yardstick_margin"),
    "power yardstick": ("power_yardstick", "peak_facility_power", "power_yardstick_margin"),
    "memory": ("memory", "memory_needed", "memory_margin"),
    "data": ("data_stock", "tokens", "data_margin"),
    "batch": ("critical_batch", "batch_tokens", "batch_margin"),
    "latency": ("latency_wall", "training_compute", "latency_margin"),
    "data movement": ("data_movement_limit", "training_compute", "data_movement_margin"),
    "failures": ("mtbf", "restart_time", "failure_margin"),
    "obsolescence": ("price_performance_trend", "training_time", "obsolescence_margin"),
    "mfu": ("best_mfu", "mfu", "mfu_margin"),
    "time": ("time_allowed", "training_time", "time_margin"),
}
# Limits that hardware and the world set: checked whenever what they limit is known.
WORLD = frozenset({"memory", "data", "batch", "latency", "data movement", "failures", "obsolescence", "mfu"})
# Of those, what says something of every run: told where another limit is checked, or where it does not hold.
EVERY_RUN = frozenset({"latency", "data movement", "obsolescence", "mfu"})
# What would be unwise or unheard of, but is not impossible: told, and not counted against feasibility.
ADVISORY = frozenset({"data movement", "obsolescence", "mfu", "batch", "capital yardstick", "power yardstick"})
DATA_MOVEMENT = (1e28, 2e28)
LATENCY_WALL = (1e31, 2e31)
