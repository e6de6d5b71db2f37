"""Every quantity once: name, symbol, unit, display, meaning, bounds, option.

Command-line options, JSON units, report labels and the documentation table are read from here. Hard bounds are in the
JSON unit; outside them an input is an error, outside the usual range it is a warning.
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass

from cluster_calc.errors import InputError, did_you_mean, quoted
from cluster_calc.quantities.units import target

INFINITY = float("inf")
LISTED = "`cluster-calc estimate --help` lists the names."


@dataclass(frozen=True, slots=True)
class Quantity:
    """One name of the contract.

    `display` names how people see it (`report/numbers.py`): money, count, share, ratio, time, power …;
    `low_open` says that the lower hard bound itself is excluded.
    """

    name: str
    symbol: str
    unit: str
    display: str
    meaning: str
    group: str
    low: float = -INFINITY
    high: float = INFINITY
    low_open: bool = False
    usual: tuple[float, float] | None = None
    example: str = ""
    bare: bool = False
    whole: bool = False
    is_date: bool = False
    aliases: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """The name as words: `electricity price`."""
        return _LABELS.get(self.name, self.name.replace("_", " "))

    @property
    def option(self) -> str:
        """The command-line option: `--electricity-price`."""
        return "--" + self.name.replace("_", "-")

    @property
    def factor(self) -> float:
        """Base units in one JSON unit."""
        return 1.0 if self.is_date else target(self.unit).factor

    @property
    def dimension(self) -> str:
        """The dimension, as units.py writes it."""
        return "[time]" if self.is_date else target(self.unit).dimension

    @property
    def bounds(self) -> str:
        """The hard bounds as text, in the JSON unit.

        >>> quantity("mfu").bounds
        '0 < mfu <= 1'
        """
        left = "" if self.low == -INFINITY else f"{self.low:g} {'<' if self.low_open else '<='} "
        right = "" if self.high == INFINITY else f" <= {self.high:g}"
        return f"{left}{self.name}{right}" if left or right else "any"


_LABELS = {
    "mfu": "MFU (model FLOP utilisation)",
    "implied_mfu": "implied MFU",
    "cost_per_chip_hour": "cost per chip-hour",
    "chip_hours": "chip-hours",
    "tdp": "TDP",
    "tpot": "time per output token, target",
    "ttft": "time to first token, target",
    "pue": "PUE",
    "petaflops_days": "petaFLOP/s-days",
}

DEMAND = "Demand"
SIZE = "Time and size"
CHIP = "Chip and utilisation"
MONEY = "Money"
FAILURES = "Failures and goodput"
LAYOUT = "Model, layout and memory"
SERVING = "Serving"
# What a period of a plan is made of: computed, and read by no estimate.
CASH = "Cash of a plan"
POWER = "Power and site"
SUPPLY = "Supply"
SCALING = "Scaling laws (with --scaling-law)"
LIMITS = "Limits (each absent = not checked)"
RESULTS = "Results (give one to replace its formula)"


def _positive(name: str, symbol: str, unit: str, display: str, meaning: str, group: str, **more: object) -> Quantity:
    return Quantity(name, symbol, unit, display, meaning, group, low=0.0, low_open=True, **more)  # type: ignore[arg-type]


def _not_negative(
    name: str, symbol: str, unit: str, display: str, meaning: str, group: str, **more: object
) -> Quantity:
    return Quantity(name, symbol, unit, display, meaning, group, low=0.0, **more)  # type: ignore[arg-type]


_ALL = (
    # Demand
    _positive("training_compute", "C", "FLOP", "work", "arithmetic of the whole run", DEMAND, bare=True,
              usual=(1e15, 1e32), example="2e25 or '3640 PFLOP/s*day'", aliases=("flop",)),
    _positive("parameters", "N", "parameter", "count", "model size", DEMAND, bare=True, usual=(1e3, 1e17),
              example="405e9 or 405B", aliases=("params",)),
    _positive("active_parameters", "N_a", "parameter", "count", "parameters used for one token (mixture of experts); default: all",
              DEMAND, bare=True, usual=(1e3, 1e17), example="37e9"),
    _positive("tokens", "D", "token", "count", "tokens trained on", DEMAND, bare=True, usual=(1e3, 1e18), example="15e12 or 15T"),
    _positive("flop_per_parameter_token", "c", "FLOP/parameter/token", "number",
              "arithmetic per active parameter and token: 2 forward, 4 backward", DEMAND, bare=True, usual=(2, 10), example="6"),
    # Time and size
    Quantity("chips", "n", "chip", "count", "accelerators used; the chip's unit says what one is", SIZE, low=1.0, bare=True,
             whole=True, usual=(1, 5e7), example="10000"),
    _positive("time_allowed", "T_max", "day", "time", "the longest the run may take; sizes the cluster when chips is open", SIZE,
              usual=(0.01, 1000), example="'90 days'"),
    _positive("training_time", "T", "day", "time", "wall-clock time of the run", SIZE, usual=(0.01, 1000), example="'21 days'"),
    _positive("accelerator_time", "A", "chip*day", "chip_time", "GPU-days: chips held, times how long", SIZE, example="'1e6 chip*day'"),
    _positive("chip_hours", "A_h", "chip*hour", "chip_time", "the same in chip-hours", SIZE, example="'2.788e6 chip*hour'"),
    _positive("petaflops_days", "C_pfd", "PFLOP/s*day", "number", "the run's arithmetic in petaFLOP/s-days", SIZE,
              example="'3640 PFLOP/s*day'"),
    # Chip and utilisation
    _positive("peak_throughput", "P", "FLOP/s/chip", "rate", "dense peak of one chip at the chosen precision", CHIP,
              usual=(1e12, 1e18), example="'989 TFLOP/s'"),
    _positive("memory", "M", "GiB/chip", "memory", "memory of one chip", CHIP, usual=(1, 5e4), example="'80 GiB'"),
    _positive("memory_bandwidth", "B_m", "GB/s/chip", "bandwidth", "memory bandwidth of one chip", CHIP, example="'3350 GB/s'"),
    _positive("scaleup_bandwidth", "B_s", "GB/s/chip", "bandwidth", "scale-up link of one chip, both directions summed", CHIP,
              example="'900 GB/s'"),
    Quantity("sparse_multiplier", "x_s", "1", "ratio", "vendor's structured-sparsity peak ÷ dense peak; never applied", CHIP,
             low=1.0, high=16.0, bare=True, example="2"),
    _positive("mfu", "u", "1", "share", "model FLOP utilisation while training steps run", CHIP, high=1.0, usual=(0.05, 0.65),
              bare=True, example="0.4 or '40 %'"),
    _positive("hfu", "u_h", "1", "share", "hardware FLOP utilisation: recomputed arithmetic is counted, too", CHIP, high=1.0,
              usual=(0.05, 0.8), bare=True, example="0.53"),
    _positive("recompute_factor", "f_r", "1", "ratio", "FLOP executed ÷ FLOP counted: 4/3 with full recomputation", CHIP, bare=True,
              usual=(1, 1.5), example="1.3333"),
    _positive("hardware_peak", "P_h", "FLOP/s/chip", "rate", "dense peak at the precision that runs, where the MFU counts another", CHIP,
              example="'1979 TFLOP/s'"),
    _positive("precision_share", "P/P_h", "1", "share", "peak that the MFU counts ÷ peak of the precision that runs", CHIP, bare=True,
              example="0.5"),
    _not_negative("hardware_throughput", "n·P_h", "FLOP/s", "rate", "peak of all chips at the precision that runs", CHIP,
                  example="'1e20 FLOP/s'"),
    _positive("goodput", "g", "1", "share", "share of wall-clock time in which useful steps run", CHIP, high=1.0, usual=(0.4, 1.0),
              bare=True, example="0.9"),
    _positive("implied_mfu", "u_i", "1", "share", "the MFU that given chips, time and compute imply", CHIP, high=1.0,
              usual=(0.05, 0.65), bare=True, example="0.4"),
    _positive("predicted_mfu", "u_p", "1", "share", "the MFU that --predict-mfu finds", CHIP, high=1.0, usual=(0.05, 0.65), bare=True,
              example="0.4"),
    _positive("prediction_ratio", "r_p", "1", "ratio", "measured MFU ÷ predicted MFU (with --predict-mfu)", CHIP, usual=(0.5, 1.5),
              bare=True, example="0.9"),
    _not_negative("cluster_throughput", "n·P", "FLOP/s", "rate", "peak of all chips", CHIP, example="'1e20 FLOP/s'"),
    _not_negative("step_throughput", "n·P·u", "FLOP/s", "rate", "throughput while training steps run", CHIP, example="'1e20 FLOP/s'"),
    _not_negative("delivered_throughput", "n·P·u·g", "FLOP/s", "rate", "throughput averaged over the wall clock", CHIP,
                  example="'1e20 FLOP/s'"),
    _positive("throughput_per_chip", "P·u", "TFLOP/s/chip", "rate", "what a training log says each chip does in training steps", CHIP,
              usual=(1, 20000), example="'400 TFLOP/s'"),
    _positive("tokens_per_second", "D'", "token/s", "number", "tokens trained on in a second of training steps, all chips", CHIP,
              usual=(1, 1e10), example="'3e6 token/s'"),
    _positive("tokens_per_second_per_chip", "D'/n", "token/s/chip", "number", "the same of one chip", CHIP, usual=(0.01, 1e7),
              example="'400 token/s/chip'"),
    _positive("step_time", "t_s", "second", "time", "time of one optimizer step", CHIP, usual=(0.001, 10000), example="'12 s'"),
    _positive("steps", "n_s_o", "1", "count", "optimizer steps of the run", CHIP, bare=True, usual=(1, 1e8), example="1e6"),
    _not_negative("mfu_loss", "A_u", "chip*hour", "chip_time", "chip-hours not turned into model FLOP while steps run", CHIP,
                  example="'1e6 chip*hour'"),
    _not_negative("goodput_loss", "A_g", "chip*hour", "chip_time", "chip-hours lost to failures, restarts and checkpoints", CHIP,
                  example="'1e6 chip*hour'"),
    _not_negative("delivered_chip_hours", "A_d", "chip*hour", "chip_time", "chip-hours at full peak that the run's arithmetic needs",
                  CHIP, example="'1e6 chip*hour'"),
    _not_negative("mfu_loss_cost", "$_u", "USD", "money", "run cost of the chip-hours lost below peak", CHIP, example="'1 MUSD'"),
    _not_negative("goodput_loss_cost", "$_g", "USD", "money", "run cost of the chip-hours lost to interruptions", CHIP,
                  example="'1 MUSD'"),
    _not_negative("delivered_cost", "$_d", "USD", "money", "run cost of the chip-hours delivered", CHIP, example="'1 MUSD'"),
    # Money
    _positive("chip_price", "p", "USD/chip", "money", "purchase price per accelerator; its basis says what it holds", MONEY,
              usual=(100, 3e6), example="'30000 USD'"),
    Quantity("server_cost_factor", "f_s", "1", "ratio", "price of the server share ÷ chip price; 1 when the price holds the server",
             MONEY, low=1.0, high=20.0, usual=(1.0, 3.0), bare=True, example="1.64"),
    Quantity("network_share", "s_n", "1", "share", "cluster network as a share of total hardware cost; 0 when the price holds it",
             MONEY, low=0.0, high=0.9, usual=(0.0, 0.35), bare=True, example="0.19 or '19 %'"),
    _positive("all_in_price", "p_all", "USD/chip", "money", "hardware per chip with its share of server and network", MONEY,
              example="'50000 USD'"),
    _not_negative("capital_cost", "K", "USD", "money", "cash for the cluster's hardware", MONEY, example="'100 MUSD'"),
    _not_negative("accelerator_capital", "K_c", "USD", "money", "the accelerators' part of the capital cost", MONEY,
                  example="'100 MUSD'"),
    _not_negative("server_capital", "K_s", "USD", "money", "the rest of the servers", MONEY, example="'100 MUSD'"),
    _not_negative("network_capital", "K_n", "USD", "money", "the cluster network", MONEY, example="'100 MUSD'"),
    _positive("lifetime", "L", "year", "years", "service life of the hardware", MONEY, high=100.0, usual=(1, 10), example="'4 years'"),
    _positive("service_time", "L_s", "day", "time", "the service life in calendar time", MONEY, example="'1461 days'"),
    Quantity("residual_value", "r", "1", "share", "share of the price left at the end of the life", MONEY, low=0.0, high=1.0,
             usual=(0.0, 0.4), bare=True, example="0.1"),
    Quantity("days_per_year", "d_y", "1", "number", "days in the year that the service life counts; a month is a twelfth of a year",
             MONEY, low=360.0, high=366.0, usual=(365, 365.25), bare=True, example="365.25"),
    _not_negative("depreciation_rate", "ḋ", "USD/hour", "money", "charge per hour for the whole cluster's hardware", MONEY,
                  example="'1000 USD/hour'"),
    _not_negative("depreciation", "d", "USD", "money", "this run's charge for the hardware it occupies", MONEY, example="'1 MUSD'"),
    _not_negative("operations_cost", "o", "USD", "money", "the run's share of staff, support, facility and other running cost", MONEY,
                  example="'100000 USD'"),
    _not_negative("bare_run_cost", "R_b", "USD", "money", "depreciation and electricity of the run alone", MONEY, example="'100 MUSD'"),
    _not_negative("run_cost", "R", "USD", "money", "depreciation, electricity and operations of the run", MONEY, example="'100 MUSD'"),
    _not_negative("cost_per_chip_hour", "R_h", "USD/chip/hour", "price", "run cost per chip-hour", MONEY, example="'2 USD/hour'"),
    _positive("compute_per_dollar", "C/$", "FLOP/USD", "work_per_dollar", "arithmetic per dollar of run cost", MONEY,
              example="'3e17 FLOP/USD'"),
    _not_negative("rental_price", "q", "USD/chip/hour", "price", "rent per chip-hour", MONEY, usual=(0.02, 200), example="'2 USD/hour'"),
    _not_negative("rental_cost", "Q", "USD", "money", "the same chip-hours rented", MONEY, example="'5 MUSD'"),
    _not_negative("rental_ratio", "Q/R", "1", "ratio", "rental cost ÷ run cost", MONEY, bare=True, example="1.5"),
    _not_negative("idle_rent", "Q_i", "USD", "money", "the run's share of committed hours that no run uses", MONEY, example="'1 MUSD'"),
    _positive("paid_share", "η_p", "1", "share", "share of the paid hours that runs use", MONEY, high=1.0, bare=True, example="0.8"),
    _not_negative("commitment_time", "T_c", "month", "time", "length of a commitment to rent", MONEY, example="'12 month'"),
    _not_negative("rent_commitment", "Q_c", "USD", "money", "rent that is owed from the day of signing", MONEY, example="'10 MUSD'"),
    # Bill of materials
    _positive("server_price", "p_s", "USD/server", "money", "price of one server with its accelerators", MONEY, usual=(1e3, 1e8),
              example="'300000 USD/server'"),
    _not_negative("idle_chips", "n_i", "chip", "count", "chips bought that the run leaves out, because servers come whole", MONEY, bare=True,
                  example="4"),
    _not_negative("all_server_capital", "S", "USD", "money", "all servers with their accelerators", MONEY, example="'100 MUSD'"),
    _not_negative("storage_share", "s_t", "1", "share", "storage ÷ (servers and network)", MONEY, high=1.0, usual=(0.0, 0.1), bare=True,
                  example="0.02"),
    _not_negative("storage_capital", "K_t", "USD", "money", "storage of the cluster", MONEY, example="'5 MUSD'"),
    _not_negative("reserve_share", "s_r", "1", "share", "servers kept in reserve ÷ servers", MONEY, high=1.0, usual=(0.0, 0.1), bare=True,
                  example="0.03"),
    _not_negative("spare_capital", "K_r", "USD", "money", "servers in reserve", MONEY, example="'5 MUSD'"),
    _not_negative("installation_share", "s_i", "1", "share", "installation ÷ hardware installed", MONEY, high=1.0, usual=(0.0, 0.2),
                  bare=True, example="0.05"),
    _not_negative("installation_capital", "K_i", "USD", "money", "delivery, racking, cabling, acceptance", MONEY, example="'5 MUSD'"),
    _not_negative("contingency_share", "s_x", "1", "share", "contingency ÷ the bill before it", MONEY, high=1.0, usual=(0.0, 0.5), bare=True,
                  example="0.1"),
    _not_negative("contingency_capital", "K_x", "USD", "money", "set aside for what is not foreseen", MONEY, example="'10 MUSD'"),
    _positive("two_factor_capital", "K_2", "USD", "money", "what the two factors alone give for the same server", MONEY,
              example="'100 MUSD'"),
    Quantity("bill_excess", "K − K_2", "USD", "money", "what the bill holds beyond the two factors", MONEY, example="'5 MUSD'"),
    _not_negative("construction_cost", "b", "USD/W", "price", "building, cooling and power plant per watt of critical load", MONEY,
                  usual=(0, 30), example="'11.7 USD/W'"),
    _not_negative("facility_capital", "K_b", "USD", "money", "building for the cluster, apart from its hardware", MONEY, example="'100 MUSD'"),
    _not_negative("project_capital", "K_p", "USD", "money", "cash for hardware and building", MONEY, example="'500 MUSD'"),
    _positive("facility_lifetime", "L_b", "year", "years", "service life of the building, for its value when a plan ends", MONEY, high=100.0,
              usual=(10, 40), example="'20 years'"),
    # Operating costs
    _not_negative("staff_rate", "o_s/T", "USD/year", "price", "operations staff of the cluster a year", MONEY, example="'3 MUSD/year'"),
    _not_negative("staff_density", "ρ_s", "post/MW", "number", "operations staff (full-time posts) per MW of critical load", MONEY,
                  usual=(0, 20), example="'3 post/MW'"),
    _not_negative("staff_wage", "w_s", "USD/post/year", "price", "what one of them costs a year, with what is paid beside the wage", MONEY,
                  usual=(1e4, 1e6), example="'150000 USD/post/year'"),
    _not_negative("maintenance_rate", "m", "1/year", "number", "maintenance and support a year as a share of the capital cost", MONEY,
                  high=1.0, usual=(0.0, 0.15), bare=True, example="0.04"),
    _not_negative("colocation_price", "o_c/WT", "USD/kW/month", "price", "rent of the site per kW of critical load", MONEY,
                  usual=(0, 500), example="'150 USD/kW/month'"),
    _not_negative("demand_charge", "o_w/WT", "USD/kW/month", "price", "what the utility bills for full load at the meter, beside the energy",
                  MONEY, usual=(0, 60), example="'15 USD/kW/month'"),
    _not_negative("storage_rate", "o_t/T", "USD/year", "price", "network transit and storage services a year", MONEY,
                  example="'1 MUSD/year'"),
    _not_negative("insurance_rate", "i", "1/year", "number", "insurance a year as a share of the capital cost", MONEY, high=1.0,
                  usual=(0.0, 0.05), bare=True, example="0.005"),
    _not_negative("software_price", "o_l/nT", "USD/chip/year", "price", "licences per chip and year", MONEY, example="'4500 USD/year'"),
    *(_not_negative(f"{what}_per_year", symbol, "USD/year", "price", f"{meaning} of the cluster a year", MONEY, example="'1 MUSD/year'")
      for what, symbol, meaning in (("maintenance", "ȯ_m", "maintenance and support"), ("colocation", "ȯ_c", "rent of the site"),
                                    ("demand_charge", "ȯ_w", "demand charges"), ("insurance", "ȯ_i", "insurance"),
                                    ("software", "ȯ_l", "licences"), ("operations", "ȯ", "all operating lines"),
                                    ("electricity", "W·e", "electricity at full use"))),
    _positive("charged_time", "T/η", "day", "time", "time of the run and its share of idle hours", MONEY, example="'30 days'"),
    *(_not_negative(f"{what}_cost", symbol, "USD", "money", f"{meaning} over the run", MONEY, example="'100000 USD'")
      for what, symbol, meaning in (("staff", "o_s", "operations staff"), ("maintenance", "o_m", "maintenance and support"),
                                    ("colocation", "o_c", "rent of the site"),
                                    ("demand_charge", "o_w", "demand charges"), ("storage", "o_t", "network transit and storage services"),
                                    ("insurance", "o_i", "insurance"), ("software", "o_l", "licences"))),
    # Other money, other years
    _positive("exchange_rate", "x", "USD/local", "number", "US dollars per unit of the currency asked for", MONEY, usual=(1e-5, 1e4),
              bare=True, example="1.08"),
    *(_not_negative(f"local_{what}", f"{symbol}/x", "local", "local_money", f"{what.replace('_', ' ')} in the currency asked for", MONEY,
                    example="'1e6 local'") for what, symbol in (("run_cost", "R"), ("capital_cost", "K"))),
    _positive("price_index", "I_y", "1", "number", "price index of the year asked for", MONEY, bare=True, example="122.2"),
    _positive("base_price_index", "I_0", "1", "number", "price index of the year of the hardware's price", MONEY, bare=True,
              example="119.6"),
    _positive("price_level", "I_y/I_0", "1", "ratio", "prices in the year asked for ÷ prices in the year of the figures", MONEY,
              bare=True, example="1.02"),
    *(_not_negative(f"restated_{what}", f"{symbol}_y", "USD", "money", f"{what.replace('_', ' ')} in the money of the year asked for", MONEY,
                    example="'1 MUSD'") for what, symbol in (("run_cost", "R"), ("capital_cost", "K"))),
    Quantity("purchase_delay", "t", "year", "years", "years until the same run is bought", MONEY, low=-30.0, high=30.0, usual=(0, 10),
             example="'2 years'"),
    *(_not_negative(f"later_{what}", f"{symbol}_t", "USD", "money", f"{what.replace('_', ' ')} of the same run bought that much later",
                    MONEY, example="'1 MUSD'")
      for what, symbol in (("capital_cost", "K"), ("depreciation", "d"), ("electricity_cost", "E_$"), ("run_cost", "R"))),
    _positive("later_electricity_ratio", "e_t/e", "1", "ratio", "electricity price when it is bought later ÷ electricity price now", MONEY,
              bare=True, example="1.1"),
    # Finance
    _positive("horizon", "H", "year", "years", "time over which owning and renting are compared", MONEY, high=30.0, usual=(0.5, 10),
              example="'4 years'"),
    Quantity("discount_rate", "ρ", "1", "share", "discount rate a year, in the terms that rate_terms says", MONEY, low=-0.5, high=5.0,
             usual=(0.0, 0.25), bare=True, example="0.08 or '8 %'"),
    *(Quantity(name, symbol, "1", "share", meaning, MONEY, low=-0.9, high=5.0, usual=(-0.6, 0.3), bare=True, example="'2 %'")
      for name, symbol, meaning in (
          ("inflation_rate", "π", "yearly growth of prices in general (nominal terms)"),
          ("electricity_price_growth", "g_e", "yearly growth of the electricity price"),
          ("hardware_price_growth", "g_h", "yearly growth of the price of like hardware"),
          ("rental_price_growth", "g_q", "yearly growth of rents"))),
    _not_negative("deposit_share", "s_d", "1", "share", "part of the hardware paid when it is ordered", MONEY, high=1.0, bare=True,
                  example="'20 %'"),
    _not_negative("deposit_lead", "t_o", "month", "time", "time from the order to the start", MONEY, example="'6 month'"),
    *(_positive(name, symbol, "USD/chip/hour", "price", meaning, MONEY, usual=(0.02, 200), example="'2 USD/hour'")
      for name, symbol, meaning in (("rental_price_1_year", "q_1", "rent per chip-hour, committed for a year"),
                                    ("rental_price_3_year", "q_3", "rent per chip-hour, committed for three years"),
                                    ("rental_price_spot", "q_s", "rent per chip-hour that may be interrupted"))),
    _positive("spot_goodput", "g_s", "1", "share", "goodput on interruptible chips ÷ goodput on others", MONEY, high=1.0,
              usual=(0.5, 1.0), bare=True, example="0.9"),
    _not_negative("owned_chips", "n_o", "chip", "count", "chips that are there already and need no new cash", MONEY, bare=True,
                  example="1024"),
    _not_negative("new_chips", "n_n", "chip", "count", "chips to buy", MONEY, bare=True, example="1024"),
    _not_negative("new_capital", "K_n", "USD", "money", "cash for the chips to buy", MONEY, example="'100 MUSD'"),
    _not_negative("owned_depreciation", "d_o", "USD", "money", "part of the depreciation that falls on chips already owned", MONEY,
                  example="'1 MUSD'"),
    Quantity("development_factor", "f_d", "1", "ratio", "cost of all that leads to the final run ÷ its cost", MONEY, low=1.0, high=20.0,
             usual=(1.0, 4.0), bare=True, example="2"),
    _not_negative("development_cost", "D", "USD", "money", "experiments and failed runs before the final run", MONEY, example="'10 MUSD'"),
    _not_negative("project_cost", "R + D", "USD", "money", "the final run with what led to it", MONEY, example="'20 MUSD'"),
    # Cash of a plan
    Quantity("elapsed_years", "t", "1", "number", "years from the start of a plan, before it negative", CASH, bare=True, example="0.5"),
    _not_negative("period_length", "Λ", "year", "years", "length of a period of a plan", CASH, example="'1 year'"),
    *(_positive(f"{what}_level", symbol, "1", "ratio", f"{words} then ÷ at the start of a plan", CASH, bare=True, example="1.02")
      for what, symbol, words in (("operating_price", "(1 + π)^t", "operating prices"), ("rental_price", "(1 + g_q)^t", "rents"),
                                  ("electricity_price", "(1 + g_e)^t", "price of electricity"),
                                  ("hardware_price", "(1 + g_h)^t", "price of like hardware"))),
    _positive("discount_factor", "(1 + ρ)^−t", "1", "ratio", "value at the start ÷ value then", CASH, bare=True, example="0.9"),
    *(Quantity(name, symbol, "USD", "money", meaning, CASH, example="'1 MUSD'")
      for name, symbol, meaning in (
          ("flow", "f", "a flow of money at its own time"), ("discounted", "f_0", "its value at the start"),
          ("hardware_payment", "f_K", "payment for hardware that is bought"), ("run_line", "o_r", "an operating line given for a run"),
          ("electricity_of_period", "f_e", "electricity of a period"), ("line_of_period", "f_o", "an operating line of a period"),
          ("replacement_payment", "f_j", "price of the hardware that replaces a set"),
          ("value_left", "V_l", "value of a set that goes, at the prices of the start"),
          ("sale_of_hardware", "f_r", "what a set brings that goes"), ("building_left", "f_b", "value of the building at the end"),
          ("rent_of_period", "f_q", "rent of a period"))),
    *(_not_negative(name, symbol, "1", "share", meaning, CASH, bare=True, example="0.5")
      for name, symbol, meaning in (("payment_share", "s_p", "share of the hardware's price that falls due"),
                                    ("start_share", "1 − s_d", "share of the hardware's price paid at the start"),
                                    ("rented_share", "η_q", "hours paid ÷ all hours"))),
    *(_not_negative(name, symbol, "USD/year", "price", meaning, CASH, example="'1 MUSD/year'")
      for name, symbol, meaning in (("yearly_line", "ȯ_l", "an operating line by time"),
                                    ("run_line_per_year", "o_r/T", "an operating line given for a run, by time"))),
    _not_negative("hourly_rent", "q_t", "USD/chip/hour", "price", "rent of a way to rent", CASH, example="'2 USD/hour'"),
    _not_negative("hours_of_period", "A_Λ", "chip*hour", "chip_time", "useful chip-hours of a period", CASH, example="'1e6 chip*hour'"),
    # Depreciation
    _positive("used_share", "η", "1", "share", "share of the owned hours that runs use; below 1 they pay for the idle ones", MONEY, high=1.0,
              usual=(0.2, 1.0), bare=True, example="0.8 or '80 %'"),
    _not_negative("hardware_charge", "v", "USD", "money", "value the hardware loses while the run holds it", MONEY, example="'1 MUSD'"),
    Quantity("idle_charge", "v_i", "USD", "money", "the part of the depreciation that pays for idle hours", MONEY, example="'1 MUSD'"),
    Quantity("purchase_date", "t_p", "date", "date", "day the hardware was bought", MONEY, is_date=True, example="2026-01-15"),
    Quantity("hardware_age", "a", "day", "time", "age of the hardware when the run starts", MONEY, usual=(0, 4000), example="'1 year'"),
    Quantity("age_at_end", "a_1", "day", "time", "age of the hardware when the run ends", MONEY, example="'2 years'"),
    _not_negative("book_value_at_start", "V_0", "USD", "money", "value of the hardware when the run starts", MONEY, example="'100 MUSD'"),
    Quantity("book_value_at_end", "V_1", "USD", "money", "value of the hardware when the run ends", MONEY, example="'100 MUSD'"),
    _not_negative("replacements", "j", "1", "number", "times the hardware reaches the end of its life during the run", MONEY, bare=True,
                  example="1"),
    _not_negative("replacement_cost", "K_j", "USD", "money", "cash for replacing it, beyond the capital cost", MONEY, example="'1 MUSD'"),
    Quantity("declining_rate", "δ", "1", "share", "share of the book value that a year takes off", MONEY, low=0.0, high=0.99, low_open=True,
             usual=(0.1, 0.6), bare=True, example="0.3 or '30 %'"),
    _positive("depreciation_period", "y", "year", "years", "the year that yearly rates count in", MONEY, usual=(0.99, 1.01),
              example="'1 year'"),
    _not_negative("price_performance_trend", "k", "1/year", "number", "orders of magnitude a year by which compute per dollar improves",
                  MONEY, usual=(0.03, 0.5), bare=True, example="0.14"),
    _positive("chip_value_at_start", "V_c", "USD/chip", "money", "value of one chip's hardware when the run starts", MONEY,
              example="'20000 USD'"),
    _not_negative("chip_depreciation_rate", "ḋ_c", "USD/chip/hour", "price", "value one chip's hardware loses per hour", MONEY,
                  example="'1.5 USD/hour'"),
    _not_negative("first_order_charge", "v_1", "USD", "money", "the charge at the rate of the first day (Epoch AI)", MONEY,
                  example="'1 MUSD'"),
    *(_positive(f"resale_year_{year}", f"ρ_{year}", "1", "share", f"share of the price paid for hardware {year} years old", MONEY,
                high=1.0, usual=(0.02, 0.95), bare=True, example="0.6") for year in (1, 2, 3, 4)),
    _not_negative("amortised_hardware_cost", "d", "USD", "money", "Epoch AI's name for the depreciation", MONEY, example="'1 MUSD'"),
    _not_negative("cost_per_delivered_chip_hour", "R_d", "USD/chip/hour", "price", "run cost per chip-hour of arithmetic at full peak", MONEY,
                  example="'5 USD/hour'"),
    _not_negative("cost_per_zettaflop", "R_z", "USD/ZFLOP", "price", "run cost per 1e21 FLOP", MONEY, example="'1000 USD/ZFLOP'"),
    # Dates and rents of published runs
    Quantity("publication_date", "t_pub", "date", "date", "day the run was published", MONEY, is_date=True, example="2024-07-23"),
    _not_negative("publication_lag", "t_l", "day", "time", "time from the end of a run to its publication", MONEY, example="'60 days'"),
    _not_negative("planned_time", "T_p", "hour", "time", "length of the run as the calendar counts it", MONEY, example="'500 hours'"),
    Quantity("planned_start", "t_s", "date", "date", "start of the run, were its hardware there", MONEY, is_date=True, example="2024-03-01"),
    Quantity("release_date", "t_r", "date", "date", "day the chip was released", MONEY, is_date=True, example="2022-09-20"),
    _not_negative("acquisition_delay", "t_a", "day", "time", "time from a chip's release to its first purchase", MONEY,
                  example="'90 days'"),
    Quantity("price_date", "t_q", "date", "date", "day of the price", MONEY, is_date=True, example="2022-09-29"),
    _positive("date_step", "t_d", "day", "time", "dates count in whole steps of this", MONEY, example="'1 day'"),
    _not_negative("listed_rental_price", "q_l", "USD/chip/hour", "price", "listed rent per chip-hour, before a commitment", MONEY,
                  usual=(0.02, 200), example="'4 USD/hour'"),
    _positive("commitment_factor", "f_c", "1", "ratio", "rent under the commitment ÷ listed rent", MONEY, usual=(0.2, 1.0), bare=True,
              example="0.44"),
    # Failures and goodput
    _positive("billed_chip_hours", "A_b", "chip*hour", "chip_time", "chip-hours as published or billed", FAILURES,
              example="'2.788e6 chip*hour'"),
    _positive("implied_goodput", "g_i", "1", "share", "predicted ÷ published chip-hours; stated, not applied", FAILURES, bare=True,
              example="0.84"),
    _positive("chips_per_server", "c_s", "chip/server", "number", "accelerators that fail together: one server", FAILURES, bare=True,
              whole=True, usual=(1, 72), example="8"),
    _positive("servers", "n_s", "server", "count", "servers the chips sit in", FAILURES, bare=True, example="2048"),
    _positive("failure_rate", "λ", "failure/server/day", "rate_of_failure", "failures of one server in a day", FAILURES,
              usual=(1e-4, 0.1), example="'0.0038 failure/server/day'"),
    _positive("failures_per_interruption", "k", "failure", "number", "failures that stop the job once; above 1 where it rides some out",
              FAILURES, bare=True, usual=(1, 100), example="1"),
    _positive("mtbf", "M", "hour", "time", "mean time between interruptions of the whole job", FAILURES, usual=(0.05, 1e5),
              example="'3.1 hours'"),
    _not_negative("interruptions", "k_T", "1", "count", "interruptions to expect in the run", FAILURES, bare=True, example="419"),
    _positive("checkpoint_bytes", "b_c", "byte/parameter", "number", "bytes a checkpoint keeps per parameter", FAILURES, bare=True,
              usual=(2, 20), example="14"),
    _positive("checkpoint_size", "S_c", "GB", "memory", "size of one checkpoint", FAILURES, example="'5670 GB'"),
    _positive("storage_bandwidth", "B_c", "GB/s", "bandwidth", "rate at which the storage takes a checkpoint", FAILURES,
              example="'2000 GB/s'"),
    _positive("checkpoint_write_time", "δ", "s", "time", "time for which one checkpoint stops the run", FAILURES, usual=(0.1, 1800),
              example="'10 s'"),
    _positive("checkpoint_interval", "τ", "minute", "time", "compute time between checkpoints", FAILURES, usual=(0.5, 1440),
              example="'8 minutes'"),
    _not_negative("restart_time", "R_t", "minute", "time", "from an interruption until useful steps run again", FAILURES,
                  usual=(0, 600), example="'10 minutes'"),
    _positive("checkpoint_goodput", "g_c", "1", "share", "what writing checkpoints leaves of the time", FAILURES, high=1.0, bare=True,
              example="0.98"),
    _positive("recovery_goodput", "g_r", "1", "share", "what lost work and restarts leave of the rest", FAILURES, high=1.0, bare=True,
              example="0.93"),
    _not_negative("ettr", "ETTR", "1", "share", "effective training time ratio, linearised (Kokolis et al. 2024)", FAILURES, bare=True,
                  example="0.9"),
    _not_negative("repair_time", "T_r", "day", "time", "time until a failed server is back", FAILURES, usual=(0.01, 60),
                  example="'3 days'"),
    _not_negative("outages_in_repair", "μ", "1", "number", "mean number of outages being repaired at once", FAILURES, bare=True,
                  example="7.8"),
    _positive("servers_per_outage", "s", "server", "number", "servers that one failure takes out; a rack's, where racks fail whole",
              FAILURES, bare=True, example="1"),
    Quantity("spare_deviate", "z", "1", "number", "standard normal deviate of the spares' confidence: 2.326 is P99", FAILURES,
             low=0.0, high=8.0, bare=True, example="2.326"),
    _not_negative("spare_servers", "n_sp", "server", "count", "spare servers that cover repairs at that confidence", FAILURES,
                  bare=True, example="15"),
    _not_negative("spare_chips", "n_sc", "chip", "count", "accelerators in the spare servers", FAILURES, bare=True, example="120"),
    _not_negative("spare_share", "f_sp", "1", "share", "spare servers per server in use", FAILURES, bare=True, example="0.02"),
    _not_negative("checkpoint_loss", "A_gc", "chip*hour", "chip_time", "chip-hours lost to writing checkpoints", FAILURES,
                  example="'1e5 chip*hour'"),
    _not_negative("recovery_loss", "A_gr", "chip*hour", "chip_time", "chip-hours lost to repeated work and restarts", FAILURES,
                  example="'1e5 chip*hour'"),
    _not_negative("checkpoint_loss_cost", "$_gc", "USD", "money", "run cost of the chip-hours lost to checkpoints", FAILURES,
                  example="'1 MUSD'"),
    _not_negative("recovery_loss_cost", "$_gr", "USD", "money", "run cost of the chip-hours lost to failures", FAILURES,
                  example="'1 MUSD'"),
    _not_negative("checkpointed_throughput", "n·P·u·g_c", "FLOP/s", "rate", "throughput between failures", FAILURES,
                  example="'1e20 FLOP/s'"),
    _positive("scheduling_goodput", "g_s", "1", "share", "share of the calendar in which the chips are there to run", FAILURES, high=1.0,
              usual=(0.5, 1.0), bare=True, example="0.95"),
    _positive("calendar_time", "T_c", "day", "time", "training time with waiting and maintenance", FAILURES, example="'100 days'"),
    _not_negative("calendar_throughput", "n·P·u·g·g_s", "FLOP/s", "rate", "throughput averaged over the calendar, waiting included",
                  FAILURES, example="'1e20 FLOP/s'"),
    _not_negative("held_spare_share", "f_h", "1", "share", "spare servers held per server in use", FAILURES, bare=True, usual=(0, 0.5),
                  example="0.02"),
    _not_negative("held_chip_hours", "A_c", "chip*hour", "chip_time", "chip-hours held, with waiting and spares", FAILURES,
                  example="'1e6 chip*hour'"),
    _not_negative("spare_loss", "A_sp", "chip*hour", "chip_time", "chip-hours of the spares", FAILURES, example="'1e5 chip*hour'"),
    _not_negative("scheduling_loss", "A_gs", "chip*hour", "chip_time", "chip-hours of waiting and maintenance", FAILURES,
                  example="'1e5 chip*hour'"),
    _not_negative("spare_loss_cost", "$_sp", "USD", "money", "the spares' chip-hours at the run's cost", FAILURES, example="'1 MUSD'"),
    _not_negative("scheduling_loss_cost", "$_gs", "USD", "money", "waiting chip-hours at the run's cost", FAILURES, example="'1 MUSD'"),
    _not_negative("held_cost", "$_c", "USD", "money", "run cost with waiting and spares", FAILURES, example="'1 MUSD'"),
    _not_negative("held_throughput", "n_c·P", "FLOP/s", "rate", "peak of all chips held, spares included", FAILURES,
                  example="'1e20 FLOP/s'"),
    # Model, layout and memory
    _positive("layers", "L_m", "1", "count", "transformer layers", LAYOUT, bare=True, whole=True, usual=(1, 500), example="96"),
    _positive("hidden_size", "h", "1", "number", "width of the model", LAYOUT, bare=True, whole=True, usual=(64, 100000),
              example="12288"),
    _positive("heads", "a", "1", "number", "attention heads", LAYOUT, bare=True, whole=True, usual=(1, 1000), example="96"),
    _positive("kv_heads", "K_kv", "1", "number", "heads of keys and values: as many as heads, or fewer (grouped queries)", LAYOUT, bare=True,
              whole=True, usual=(1, 1000), example="8"),
    _positive("head_size", "d_h", "1", "number", "width of a head", LAYOUT, bare=True, whole=True, usual=(16, 512), example="128"),
    _positive("ffn_size", "f_i", "1", "number", "inner width of a dense layer's feed-forward part", LAYOUT, bare=True, whole=True,
              usual=(64, 300000), example="28672"),
    _positive("expert_ffn_size", "f_e", "1", "number", "inner width of a routed expert", LAYOUT, bare=True, whole=True,
              usual=(64, 100000), example="2048"),
    _not_negative("shared_experts", "E_s", "1", "number", "experts that every token passes", LAYOUT, bare=True, whole=True,
                  usual=(0, 16), example="1"),
    _positive("vocabulary", "V", "parameter", "count", "entries of the vocabulary, each a parameter per unit of width", LAYOUT, bare=True, whole=True, usual=(100, 1e6),
              example="51200"),
    _positive("sequence_length", "s_q", "token", "count", "tokens of one sequence", LAYOUT, bare=True, whole=True, usual=(16, 1e7),
              example="4096"),
    _not_negative("flop_per_attended_token", "c_a", "FLOP/token/token", "number",
                  "arithmetic per layer, unit of width and pair of tokens: 12, 6 for the causal half, 0 where not counted", LAYOUT,
                  bare=True, example="12"),
    _not_negative("recomputed_per_attended_token", "c_s", "FLOP/token/token", "number",
                  "the same of the attention that selective recomputation repeats", LAYOUT, bare=True, example="12"),
    _positive("counted_parameters", "N_c", "parameter", "count", "parameters whose arithmetic the utilisation counts", LAYOUT, bare=True,
              example="405e9"),
    _positive("flop_per_token", "F", "FLOP/token", "number", "arithmetic that the utilisation counts for one token", LAYOUT, bare=True,
              example="2.5e12"),
    _positive("microbatches", "m", "1", "number", "microbatches of one replica in a step", LAYOUT, bare=True, example="64"),
    _not_negative("pipeline_bubble", "φ", "1", "share", "idle time of a pipeline ÷ its ideal time", LAYOUT, bare=True, example="0.11"),
    _positive("global_batch", "B", "1", "count", "sequences of one optimizer step", LAYOUT, bare=True, whole=True, usual=(1, 1e6),
              example="1024"),
    _positive("micro_batch", "b", "1", "number", "sequences that go through a stage at once", LAYOUT, bare=True, whole=True,
              usual=(1, 512), example="1"),
    _positive("tensor_parallel", "t", "chip", "number", "chips that share every layer", LAYOUT, bare=True, whole=True,
              usual=(1, 72), example="8"),
    _positive("context_parallel", "c_p", "1", "number", "chips that share every sequence, besides a tensor group", LAYOUT, bare=True,
              whole=True, usual=(1, 128), example="16"),
    _positive("pipeline_parallel", "p_p", "1", "number", "stages of the pipeline", LAYOUT, bare=True, whole=True, usual=(1, 128),
              example="8"),
    _positive("expert_group", "g_e", "chip", "number", "chips over which the experts of a layer lie", LAYOUT, bare=True, example="8"),
    _positive("expert_copies", "n_c_e", "1", "number", "copies of each expert in the job", LAYOUT, bare=True, example="8"),
    _positive("data_parallel", "d_p", "1", "count", "replicas that share the data", LAYOUT, bare=True, usual=(1, 1e6), example="64"),
    _positive("interleave", "v", "1", "number", "model chunks of one pipeline stage", LAYOUT, bare=True, whole=True, usual=(1, 16),
              example="1"),
    Quantity("zero_stage", "z", "1", "number", "ZeRO stage: 1 shards optimizer states, 2 gradients too, 3 weights too", LAYOUT,
             low=0.0, high=3.0, bare=True, whole=True, example="1"),
    _positive("scaleout_bandwidth", "B_o", "GB/s/chip", "bandwidth", "network of one chip beyond its server, one direction", LAYOUT,
              example="'50 GB/s'"),
    _not_negative("network_latency", "α", "us", "time", "latency of one step of a collective", LAYOUT, usual=(0, 1000),
                  example="'5 us'"),
    _positive("weight_bytes", "b_w", "byte/parameter", "number", "bytes of one weight", LAYOUT, bare=True, example="2"),
    _not_negative("gradient_bytes", "b_g", "byte/parameter", "number", "bytes of one gradient; 0 where each is used and let go",
                  LAYOUT, bare=True, example="2"),
    _not_negative("optimizer_bytes", "b_o", "byte/parameter", "number",
                  "bytes of the optimizer's states per parameter; 0 where it keeps none", LAYOUT, bare=True, example="12"),
    _not_negative("activation_bytes", "b_a", "byte/token", "number", "bytes kept per layer, token and unit of width", LAYOUT, bare=True,
                  example="34"),
    _not_negative("recomputed_bytes", "b_r", "byte/token", "number",
                  "bytes that a layer being recomputed holds, per token and unit of width", LAYOUT, bare=True, example="34"),
    _not_negative("logit_bytes", "b_l", "byte/token/parameter", "number",
                  "bytes of a logit, per token and entry of the vocabulary; 0 for a fused or chunked loss", LAYOUT, bare=True,
                  example="6"),
    _not_negative("gathered_layers", "n_g", "1", "number", "layers whose sharded weights are gathered at once", LAYOUT, bare=True,
                  example="3"),
    _not_negative("score_bytes", "b_s", "byte/token/token", "number", "bytes kept per layer, head and pair of tokens", LAYOUT, bare=True,
                  example="5"),
    Quantity("memory_reserve", "f_m", "1", "share", "share of the memory that the framework and fragmentation take", LAYOUT, low=0.0,
             high=0.9, bare=True, example="0.1"),
    _not_negative("weight_memory", "M_w", "GiB/chip", "memory", "weights on one chip", LAYOUT, example="'2 GiB'"),
    _not_negative("gradient_memory", "M_g", "GiB/chip", "memory", "gradients on one chip", LAYOUT, example="'2 GiB'"),
    _not_negative("optimizer_memory", "M_o", "GiB/chip", "memory", "optimizer states on one chip", LAYOUT, example="'12 GiB'"),
    _not_negative("activation_memory", "M_a", "GiB/chip", "memory", "activations kept on one chip", LAYOUT, example="'20 GiB'"),
    _not_negative("recomputed_memory", "M_r", "GiB/chip", "memory", "activations of the layer being recomputed on one chip", LAYOUT,
                  example="'1 GiB'"),
    _not_negative("gathered_memory", "M_z", "GiB/chip", "memory", "weights gathered from their shards on one chip", LAYOUT,
                  example="'1 GiB'"),
    _not_negative("logit_memory", "M_l", "GiB/chip", "memory", "logits of a microbatch on one chip", LAYOUT, example="'3 GiB'"),
    _not_negative("memory_needed", "M_n", "GiB/chip", "memory", "memory that one chip needs", LAYOUT, example="'36 GiB'"),
    _positive("minimum_chips", "n_min", "chip", "count", "fewest chips that hold the model states", LAYOUT, bare=True, example="91"),
    # Serving: the demand and its targets
    _positive("tokens_per_day", "T_d", "token/day", "count", "input and output tokens served a day, in the mean", SERVING, bare=True, usual=(1000.0, 1e+16), example="20e9"),
    _positive("requests_per_second", "λ", "1/s", "number", "requests a second, in the mean", SERVING, bare=True, usual=(0.0001, 10000000.0), example="40"),
    _positive("input_tokens", "I", "token", "count", "tokens of a request, in the mean", SERVING, bare=True, usual=(1, 1000000.0), example="2000"),
    _positive("output_tokens", "O", "token", "count", "tokens of an answer, in the mean", SERVING, bare=True, usual=(1, 100000.0), example="500"),
    _not_negative("cache_hit_share", "s_h", "1", "share", "share of the input tokens that the prefix cache holds", SERVING, bare=True, high=0.999, usual=(0, 0.95), example="0.4 or '40 %'"),
    Quantity("peak_to_mean", "λ_p/λ", "1", "ratio", "peak of the requests ÷ their mean", SERVING, low=1.0, high=100.0, usual=(1, 10), bare=True, example="1.5"),
    _positive("load_limit", "ρ", "1", "share", "share of its capacity at which a replica is planned to run at the peak", SERVING, bare=True, high=0.99, usual=(0.4, 0.95), example="0.8"),
    _not_negative("spare_replica_share", "s_s", "1", "share", "replicas kept in reserve ÷ replicas at work", SERVING, bare=True, high=1.0, usual=(0, 0.3), example="0.03"),
    _not_negative("autoscaled_share", "s_a", "1", "share", "share of the idle chips that is given back when the load falls", SERVING, bare=True, high=1.0, example="0.5"),
    _positive("arrival_variation", "c_v", "1", "number", "spread of the gaps between requests over their mean: 1 for independent users, more for agents and retries", SERVING, bare=True, high=100.0, usual=(0.5, 4), example="1"),
    _positive("tpot", "t_t", "ms", "latency", "target: the longest mean time from token to token", SERVING, usual=(1, 1000), example="'30 ms'"),
    _positive("ttft", "t_f", "ms", "latency", "target: the longest time to the first token", SERVING, usual=(10, 60000), example="'1 s'"),
    _positive("late_share", "s_l", "1", "share", "share of the requests whose first token may come later than the late one: 0.05 is a P95", SERVING, bare=True, high=0.5, example="0.05"),
    _not_negative("draft_tokens", "n_d", "1", "number", "tokens drafted in a step (speculative decoding, multi-token prediction)", SERVING, bare=True, high=16.0, example="1"),
    _not_negative("draft_acceptance", "α_d", "1", "share", "share of the drafted tokens that is accepted, each given the one before", SERVING, bare=True, high=0.99, example="0.85"),
    _not_negative("draft_time_share", "s_dt", "1", "share", "time of one drafted token over the time of a step", SERVING, bare=True, high=1.0, example="0.05"),
    # Serving: the shape of the model
    _positive("attention_parameters", "P_a", "parameter", "count", "weights of the attention layers", SERVING, bare=True, example="10e9"),
    _positive("shared_parameters", "P_s", "parameter", "count", "weights that every token passes, besides attention: dense layers, shared experts, the head", SERVING, bare=True, example="10e9"),
    _not_negative("expert_parameters", "P_e", "parameter", "count", "weights of the routed experts", SERVING, bare=True, example="10e9"),
    _not_negative("embedding_parameters", "P_v", "parameter", "count", "the input table where it is not the head", SERVING, bare=True, example="10e9"),
    _not_negative("head_parameters", "P_h", "parameter", "count", "weights of the head", SERVING, bare=True, example="10e9"),
    _positive("experts", "E", "1", "number", "routed experts of a layer; 1 for a dense model", LAYOUT, bare=True, example="256"),
    _positive("experts_active", "k", "1", "number", "routed experts that a token passes", LAYOUT, bare=True, example="8"),
    _not_negative("moe_layers", "L_e", "1", "number", "layers with routed experts", LAYOUT, bare=True, example="58"),
    _positive("cache_heads", "K", "1", "number", "ranks over which the cache of a token can be cut: key-value heads, 1 for a latent cache", SERVING, bare=True, example="8"),
    _not_negative("cache_width", "w_c", "1", "number", "elements of the cache of one token, over all layers with full attention", SERVING, bare=True, example="163840"),
    _not_negative("window_cache_width", "w_w", "1", "number", "the same over the layers with a window", SERVING, bare=True, example="18432"),
    _positive("cache_window", "s_k", "token", "count", "tokens of a layer with a window whose cache is kept", SERVING, bare=True, example="4096"),
    _positive("attention_window", "s_w", "token", "count", "tokens that a layer with a window attends to", SERVING, bare=True, example="4096"),
    _not_negative("decode_attention_width", "w_d", "1", "number", "multiplications for each pair of tokens in decoding, over all layers with full attention", SERVING, bare=True, example="1310720"),
    _not_negative("window_decode_attention_width", "w_dw", "1", "number", "the same over the layers with a window", SERVING, bare=True, example="1310720"),
    _not_negative("prefill_attention_width", "w_p", "1", "number", "multiplications for each pair of tokens in prefill, over all layers with full attention", SERVING, bare=True, example="1310720"),
    _not_negative("window_prefill_attention_width", "w_pw", "1", "number", "the same over the layers with a window", SERVING, bare=True, example="1310720"),
    _positive("attention_weight_bytes", "b_a", "byte/parameter", "number", "bytes of an attention weight", SERVING, bare=True, example="1"),
    _positive("shared_weight_bytes", "b_s", "byte/parameter", "number", "bytes of a shared weight", SERVING, bare=True, example="1"),
    _positive("expert_weight_bytes", "b_e", "byte/parameter", "number", "bytes of an expert weight, its scales included", SERVING, bare=True, example="1"),
    _positive("embedding_weight_bytes", "b_v", "byte/parameter", "number", "bytes of a weight of the input table", SERVING, bare=True, example="1"),
    _positive("cache_element_bytes", "b_kv", "byte/token", "number", "bytes of one element of the cache, for each token", SERVING, bare=True, example="2"),
    _positive("attention_peak", "F_a", "FLOP/s/chip", "rate", "peak at the precision of the attention weights", SERVING, example="'989 TFLOP/s'"),
    _positive("shared_peak", "F_s", "FLOP/s/chip", "rate", "peak at the precision of the shared weights", SERVING, example="'989 TFLOP/s'"),
    _positive("expert_peak", "F_e", "FLOP/s/chip", "rate", "peak at the precision of the expert weights", SERVING, example="'989 TFLOP/s'"),
    _positive("half_peak", "F_16", "FLOP/s/chip", "rate", "peak at 16 bit", SERVING, example="'989 TFLOP/s'"),
    # Serving: the layout
    _positive("attention_parallel", "a_d", "1", "number", "groups of chips that attend to sequences of their own", SERVING, bare=True, whole=True, usual=(1, 1024), example="8"),
    _positive("expert_parallel", "e", "chip", "number", "chips over which whole experts are spread; 1 where tensor parallelism cuts them", LAYOUT, bare=True, whole=True, usual=(1, 1024), example="8"),
    _not_negative("disaggregated", "d", "1", "number", "1 with replicas for prefill alone, else 0", SERVING, bare=True, high=1.0, whole=True, example="0"),
    _positive("batch", "B", "1", "number", "sequences that decode at once in a replica", SERVING, bare=True, usual=(1, 100000.0), example="64"),
    _positive("scaleup_chips", "n_s", "chip", "count", "chips that scale-up links join", SERVING, bare=True, example="8"),
    # Serving: constants, calibrated on measurements (catalog/serving.toml)
    _positive("weight_bandwidth_share", "η_w", "1", "share", "memory bandwidth reached while weights are read", SERVING, bare=True, high=1.0, example="0.6"),
    _positive("cache_bandwidth_share", "η_c", "1", "share", "memory bandwidth reached while the cache is read", SERVING, bare=True, high=1.0, example="0.6"),
    _positive("decode_arithmetic_share", "η_d", "1", "share", "peak reached by the matrices of a step", SERVING, bare=True, high=1.0, example="0.6"),
    _positive("prefill_arithmetic_share", "η_p", "1", "share", "peak reached by the matrices of a prompt", SERVING, bare=True, high=1.0, example="0.6"),
    _positive("attention_arithmetic_share", "η_a", "1", "share", "peak reached by attention", SERVING, bare=True, high=1.0, example="0.6"),
    _positive("allreduce_share", "η_l", "1", "share", "link bandwidth reached by an all-reduce", SERVING, bare=True, high=1.0, example="0.6"),
    _positive("exchange_share", "η_x", "1", "share", "link bandwidth reached by the exchange between experts", SERVING, bare=True, high=1.0, example="0.6"),
    _positive("network_share_reached", "η_n", "1", "share", "network bandwidth reached across nodes", SERVING, bare=True, high=1.0, example="0.6"),
    _positive("serving_memory_share", "u_m", "1", "share", "share of the memory that the engine takes", SERVING, bare=True, high=1.0, example="0.6"),
    _positive("expert_decode_share", "η_ed", "1", "ratio", "arithmetic of grouped expert products over that of one product, in a step", SERVING, bare=True, high=2.0, example="0.8"),
    _positive("expert_prefill_share", "η_ep", "1", "ratio", "the same in prefill", SERVING, bare=True, high=2.0, example="0.8"),
    _not_negative("unhidden_share", "s_u", "1", "share", "part of the shorter of reading and arithmetic that does not hide behind the longer", SERVING, bare=True, high=1.0, example="0.5"),
    _not_negative("expert_imbalance_share", "s_i_e", "1", "share", "work of the fullest expert rank above the mean", SERVING, bare=True, high=3.0, example="0.1"),
    _positive("routing_spread", "s_r_e", "1", "ratio", "distinct experts of a step against uniform routing, as a power", SERVING, bare=True, high=4.0, example="1"),
    _not_negative("allreduce_latency", "α_l", "us", "latency", "latency of an all-reduce for each doubling of its ranks", SERVING, example="'5 us'"),
    _not_negative("exchange_latency", "α_x", "us", "latency", "latency of one exchange between experts", SERVING, example="'5 us'"),
    _not_negative("layer_time", "c_l", "us", "latency", "fixed time of a layer in a step", SERVING, example="'5 us'"),
    _not_negative("moe_layer_time", "c_m", "us", "latency", "fixed time of routing in a step, a layer", SERVING, example="'5 us'"),
    _not_negative("sequence_time", "c_b", "us", "latency", "fixed time of a sequence in a step", SERVING, example="'5 us'"),
    _not_negative("prefill_layer_time", "c_p", "us", "latency", "fixed time of a layer in a prompt's pass", SERVING, example="'5 us'"),
    _not_negative("first_token_floor", "t_0f", "ms", "latency", "time to the first token that no chip shortens: the server, tokenizing", SERVING, example="'10 ms'"),
    _not_negative("burst_share", "s_b", "1", "ratio", "wait for the first token in a closed loop over the prefills of all its streams", SERVING, bare=True, example="0.1"),
    _positive("engine_time_factor", "f_e", "1", "ratio", "time of the engine over the fastest one's", SERVING, bare=True, example="1.05"),
    _positive("serving_speed_factor", "f_s_s", "1", "ratio", "measured speed over predicted", SERVING, bare=True, high=10.0, example="1"),
    _positive("routing_nodes", "n_r", "1", "number", "nodes that a token's experts may lie on", SERVING, bare=True, example="4"),
    _positive("prefill_chunk", "s_p", "token", "count", "tokens of prompts that share one pass", SERVING, bare=True, example="8192"),
    _not_negative("serving_memory_reserve", "m_r", "GiB/chip", "memory", "memory of a chip for buffers and the runtime", SERVING, example="'2 GiB'"),
    _positive("activation_element_bytes", "b_x", "byte", "number", "bytes of an activation in an all-reduce", SERVING, example="'2 byte'"),
    _positive("exchange_element_bytes", "b_xx", "byte", "number", "bytes of an activation in the exchange, there and back", SERVING, example="'3 byte'"),
    _positive("inference_flop", "c_i", "FLOP/parameter/token", "number", "arithmetic per weight and token", SERVING, bare=True, example="2"),
    _positive("inference_attention_flop", "c_ia", "FLOP/token/token", "number", "arithmetic per multiplication of a pair of tokens", SERVING, bare=True, example="2"),
    _positive("step_tokens", "1_t", "token", "number", "tokens of a step without drafts: one", SERVING, bare=True, example="1"),
    _positive("rank_chips", "1_c", "chip", "number", "chips of one rank: one", SERVING, bare=True, example="1"),
    _not_negative("draw_base", "w_0", "1", "share", "chip power over TDP at one sequence a chip", SERVING, bare=True, high=1.0, example="0.61"),
    _not_negative("draw_slope", "w_1", "1", "number", "growth of that share with the logarithm of the sequences a chip", SERVING, bare=True, example="0.034"),
    _not_negative("idle_draw_share", "w_i", "1", "share", "power of an idle chip over its TDP", SERVING, bare=True, high=1.0, example="0.15"),
    # Serving: results
    _not_negative("replica_chips", "N", "chip", "count", "chips of one replica", SERVING, bare=True, example="8"),
    _not_negative("stage_chips", "n_t", "chip", "count", "chips of one pipeline stage", SERVING, bare=True, example="8"),
    _not_negative("cache_chips", "n_c", "chip", "number", "chips over which the cache of a sequence spreads", SERVING, bare=True, example="8"),
    _not_negative("prefill_chips", "N_p", "chip", "number", "chips for prefill beside a decoding replica", SERVING, bare=True, example="4"),
    _not_negative("needed_chips", "n_m", "chip", "number", "chips that the mean load keeps busy", SERVING, bare=True, example="400"),
    _not_negative("paid_chips", "n_p", "chip", "number", "chips paid for, in the mean", SERVING, bare=True, example="400"),
    _not_negative("mean_context", "S", "token", "count", "tokens that a sequence attends to, in the mean", SERVING, bare=True, example="2250"),
    _not_negative("new_tokens", "I_n", "token", "count", "tokens of a prompt that are computed", SERVING, bare=True, example="2000"),
    _not_negative("prefill_context", "S_p", "token", "count", "tokens that a new token attends to, in the mean", SERVING, bare=True, example="1000"),
    _not_negative("accepted_tokens", "g_t", "token", "number", "tokens that a step yields for a sequence", SERVING, bare=True, example="1.85"),
    _not_negative("output_tokens_per_second", "T_o", "token/s", "number", "output tokens that the fleet makes a second, in the mean", SERVING, example="'50000 token/s'"),
    _not_negative("total_tokens_per_second", "T_t", "token/s", "number", "input and output tokens that the fleet serves a second, in the mean", SERVING, example="'250000 token/s'"),
    _not_negative("output_tokens_per_second_per_chip", "T_o/n", "token/s/chip", "number", "output tokens a second and chip at full load", SERVING, example="'500 token/s'"),
    _not_negative("total_tokens_per_second_per_chip", "T_t/n", "token/s/chip", "number", "input and output tokens a second and chip at full load", SERVING, example="'2500 token/s'"),
    _not_negative("tokens_per_joule", "1/e_t", "token/J", "number", "output tokens for a joule at the meter", SERVING, example="'0.5 token/J'"),
    _not_negative("stage_batch", "b_s_q", "1", "number", "sequences that a stage works on at a time", SERVING, bare=True, example="8"),
    _not_negative("group_batch", "b_g", "1", "number", "sequences of an attention group", SERVING, bare=True, example="8"),
    _not_negative("largest_batch", "B_max", "1", "number", "sequences whose cache fits in a replica", SERVING, bare=True, example="8"),
    _not_negative("replicas", "r_n", "1", "number", "replicas at work", SERVING, bare=True, example="8"),
    _not_negative("prefill_servers", "c_p_s", "1", "number", "replicas that share the prefill", SERVING, bare=True, example="8"),
    _not_negative("spare_replicas", "r_s", "1", "number", "replicas kept in reserve", SERVING, bare=True, example="8"),
    _not_negative("exchange_across_nodes", "x_n", "1", "number", "1 where experts lie beyond the scale-up links", SERVING, bare=True, example="8"),
    _not_negative("expert_exchanging", "x_e", "1", "number", "1 where tokens travel to their experts", SERVING, bare=True, example="8"),
    _not_negative("exchange_copies", "x_c_e", "1", "number", "copies of a token that cross the links", SERVING, bare=True, example="8"),
    _not_negative("expert_imbalance", "x_i", "1", "number", "time of the fullest expert rank over the mean", SERVING, bare=True, example="8"),
    _not_negative("touched_experts", "f_x", "1", "share", "share of the experts that some token of a step is sent to", SERVING, bare=True, example="0.5"),
    _not_negative("prefill_load", "ρ_p", "1", "share", "share of a replica's time in prefill", SERVING, bare=True, example="0.5"),
    _not_negative("fleet_use", "s_u_f", "1", "share", "share of the fleet's capacity that is used in the mean", SERVING, bare=True, example="0.5"),
    _not_negative("draw_share", "w/W", "1", "share", "chip power over its TDP while it works", SERVING, bare=True, example="0.5"),
    _not_negative("cache_per_sequence", "M_s", "GiB", "memory", "cache of a whole sequence", SERVING, example="'1 GiB'"),
    _not_negative("cache_read", "M_r", "GiB", "memory", "cache that a step reads for a sequence", SERVING, example="'1 GiB'"),
    _not_negative("resident_weights", "M_w_r", "GiB/chip", "memory", "weights on a chip", SERVING, example="'40 GiB'"),
    _not_negative("free_memory", "M_f", "GiB/chip", "memory", "memory of a chip that is left for the cache", SERVING, example="'40 GiB'"),
    _not_negative("tensor_link", "B_t", "GB/s/chip", "bandwidth", "bandwidth of a tensor group, one direction", SERVING, example="'200 GB/s'"),
    _not_negative("exchange_link", "B_x", "GB/s/chip", "bandwidth", "bandwidth of the experts' exchange, one direction", SERVING, example="'200 GB/s'"),
    _not_negative("attention_weight_time", "t_awt", "ms", "latency", "reading the attention weights", SERVING, example="'10 ms'"),
    _not_negative("attention_product_time", "t_apt", "ms", "latency", "arithmetic of the attention weights", SERVING, example="'10 ms'"),
    _not_negative("shared_weight_time", "t_swt", "ms", "latency", "reading the shared weights", SERVING, example="'10 ms'"),
    _not_negative("shared_product_time", "t_spt", "ms", "latency", "arithmetic of the shared weights", SERVING, example="'10 ms'"),
    _not_negative("expert_weight_time", "t_ewt", "ms", "latency", "reading the experts", SERVING, example="'10 ms'"),
    _not_negative("expert_product_time", "t_ept", "ms", "latency", "arithmetic of the experts", SERVING, example="'10 ms'"),
    _not_negative("cache_time", "t_ct", "ms", "latency", "reading the cache", SERVING, example="'10 ms'"),
    _not_negative("attention_time", "t_at", "ms", "latency", "arithmetic of attention", SERVING, example="'10 ms'"),
    _not_negative("matrix_time", "t_mt", "ms", "latency", "matrix products of a stage", SERVING, example="'10 ms'"),
    _not_negative("context_time", "t_ct", "ms", "latency", "attention over the context", SERVING, example="'10 ms'"),
    _not_negative("allreduce_time", "t_at", "ms", "latency", "all-reduces of a tensor group", SERVING, example="'10 ms'"),
    _not_negative("exchange_time", "t_et", "ms", "latency", "exchange between experts", SERVING, example="'10 ms'"),
    _not_negative("overhead_time", "t_ot", "ms", "latency", "launches, routing, sampling, scheduler", SERVING, example="'10 ms'"),
    _not_negative("decode_step_time", "t_dst", "ms", "latency", "one step of a replica", SERVING, example="'10 ms'"),
    _not_negative("prefill_product_time", "t_ppt", "ms", "latency", "matrix products of a prompt", SERVING, example="'10 ms'"),
    _not_negative("prefill_attention_time", "t_pat", "ms", "latency", "attention of a prompt", SERVING, example="'10 ms'"),
    _not_negative("prefill_allreduce_time", "t_pat", "ms", "latency", "all-reduces of a prompt", SERVING, example="'10 ms'"),
    _not_negative("prefill_exchange_time", "t_pet", "ms", "latency", "exchange between experts of a prompt", SERVING, example="'10 ms'"),
    _not_negative("prefill_overhead_time", "t_pot", "ms", "latency", "launches of a prompt", SERVING, example="'10 ms'"),
    _not_negative("prefill_time", "t_pt", "ms", "latency", "a replica's time for a prompt", SERVING, example="'10 ms'"),
    _not_negative("interfering_prefill", "t_ip", "ms", "latency", "prefill that a decoding replica does", SERVING, example="'10 ms'"),
    _not_negative("decode_time_per_request", "t_dtpr", "ms", "latency", "a replica's time for decoding a request", SERVING, example="'10 ms'"),
    _not_negative("request_time", "t_rt", "ms", "latency", "a replica's time for a request", SERVING, example="'10 ms'"),
    _not_negative("cached_time", "t_ct", "ms", "latency", "a replica's time to bring cached tokens back", SERVING, example="'10 ms'"),
    _not_negative("prompt_time", "t_pt", "ms", "latency", "time to the first token without waiting", SERVING, example="'10 ms'"),
    _not_negative("closed_loop_wait", "t_clw", "ms", "latency", "wait for the first token in a closed loop", SERVING, example="'10 ms'"),
    _not_negative("closed_loop_first_token", "t_clft", "ms", "latency", "time to the first token in a closed loop", SERVING, example="'10 ms'"),
    _not_negative("prefill_wait", "t_pw", "ms", "latency", "mean wait for the prefill", SERVING, example="'10 ms'"),
    _not_negative("slot_wait", "t_sw", "ms", "latency", "mean wait for a place in the batch", SERVING, example="'10 ms'"),
    _not_negative("time_to_first_token", "t_ttft", "ms", "latency", "mean time to the first token", SERVING, example="'10 ms'"),
    _not_negative("late_first_token", "t_lft", "ms", "latency", "time to the first token that all but late_share of the requests stay under", SERVING, example="'10 ms'"),
    _not_negative("time_per_output_token", "t_tpot", "ms", "latency", "mean time from token to token", SERVING, example="'10 ms'"),
    _not_negative("peak_request_rate", "λ_p", "1/s", "number", "requests a second at the peak", SERVING, example="'4 1/s'"),
    _not_negative("replica_request_rate", "x", "1/s", "number", "requests a second of a full replica", SERVING, example="'4 1/s'"),
    _not_negative("fleet_cost_rate", "$_f", "USD/hour", "price", "cost of the owned fleet over time", SERVING, example="'1000 USD/hour'"),
    _not_negative("rented_cost_rate", "$_r", "USD/hour", "price", "rent of the fleet over time", SERVING, example="'1000 USD/hour'"),
    _not_negative("cost_per_busy_second", "$_b", "USD/hour", "price", "cost of a replica's time at work", SERVING, example="'20 USD/hour'"),
    _not_negative("rented_cost_per_busy_second", "$_b_r", "USD/hour", "price", "rent for a replica's time at work", SERVING, example="'20 USD/hour'"),
    _not_negative("cost_per_million_tokens", "$/m", "USD/Mtoken", "price", "cost of a million tokens, input and output alike", SERVING, example="'1 USD/Mtoken'"),
    _not_negative("cost_per_million_input_tokens", "$/i", "USD/Mtoken", "price", "cost of a million input tokens that are computed", SERVING, example="'1 USD/Mtoken'"),
    _not_negative("cost_per_million_cached_tokens", "$/c", "USD/Mtoken", "price", "cost of a million input tokens that the cache holds", SERVING, example="'1 USD/Mtoken'"),
    _not_negative("cost_per_million_output_tokens", "$/o", "USD/Mtoken", "price", "cost of a million output tokens", SERVING, example="'1 USD/Mtoken'"),
    _not_negative("rented_cost_per_million_tokens", "$/mr", "USD/Mtoken", "price", "the same as cost_per_million_tokens on rented chips", SERVING, example="'1 USD/Mtoken'"),
    _not_negative("rented_cost_per_million_input_tokens", "$/ir", "USD/Mtoken", "price", "the same as cost_per_million_input_tokens on rented chips", SERVING, example="'1 USD/Mtoken'"),
    _not_negative("rented_cost_per_million_output_tokens", "$/or", "USD/Mtoken", "price", "the same as cost_per_million_output_tokens on rented chips", SERVING, example="'1 USD/Mtoken'"),
    _not_negative("energy_per_token", "e_t", "J/token", "number", "energy at the meter for an output token", SERVING, example="'1 J/token'"),
    Quantity("tpot_margin", "m_p", "1", "share", "share of the target for the time per output token left", SERVING, bare=True, example="0.1"),
    Quantity("ttft_margin", "m_t", "1", "share", "share of the target for the time to the first token left", SERVING, bare=True, example="0.1"),
    # Power and site
    _positive("tdp", "w", "W/chip", "power", "thermal design power of the accelerator", POWER, usual=(10, 30000), example="'700 W'"),
    _positive("system_power", "w_s", "W/chip", "power", "server power at full load per accelerator, as published", POWER,
              usual=(10, 60000), example="'1275 W'"),
    Quantity("server_power_factor", "f_w", "1", "ratio", "server power at full load per accelerator ÷ TDP", POWER, low=1.0, high=20.0,
             usual=(1.0, 3.0), bare=True, example="1.8"),
    _positive("chip_power", "w_c", "W/chip", "power", "full-load power per accelerator with its share of the server", POWER,
              example="'1275 W'"),
    Quantity("power_utilisation", "l", "1", "share", "average draw ÷ full-load draw", POWER, low=0.0, high=1.0, low_open=True,
             usual=(0.2, 1.0), bare=True, example="0.75"),
    Quantity("pue", "PUE", "1", "number", "power usage effectiveness of the site", POWER, low=1.0, high=10.0, usual=(1.0, 2.5),
             bare=True, example="1.2"),
    _not_negative("critical_load", "W_c", "kW", "power", "full-load power of the servers, without the site's cooling and losses (critical IT load)",
                  POWER, example="'8000 kW'"),
    _not_negative("peak_facility_power", "W_max", "kW", "power", "full-load power at the meter: what the site must supply", POWER,
                  example="'20 MW'"),
    _not_negative("facility_power", "W", "kW", "power", "average power at the meter", POWER, example="'15 MW'"),
    _not_negative("facility_energy", "E", "kWh", "energy", "energy at the meter over the run", POWER, example="'400 MWh'"),
    _not_negative("electricity_price", "e", "USD/kWh", "price", "price of energy at the meter", POWER, high=100.0, usual=(0.01, 1.0),
                  example="'0.08 USD/kWh' or '8 cent/kWh'"),
    _not_negative("electricity_cost", "E_$", "USD", "money", "cost of the run's energy", POWER, example="'1 MUSD'"),
    _not_negative("carbon_intensity", "k", "g/kWh", "carbon", "CO2-equivalent per energy drawn", POWER, high=10000.0,
                  usual=(0, 1200), example="'370 g/kWh'"),
    _not_negative("emissions", "m", "kg", "mass", "CO2-equivalent of the facility energy", POWER, example="'100 t'"),
    # Supply
    _positive("annual_shipments", "S", "chip/year", "count", "accelerators shipped in a year; the label says whose count", SUPPLY,
              bare=True, usual=(1e4, 1e9), example="8.8e6"),
    _positive("shipment_period", "S_t", "year", "years", "years of shipments that the share counts", SUPPLY, usual=(0.1, 20),
              example="'1 year'"),
    _not_negative("shipment_share", "σ", "1", "share", "chips ÷ one year of annual shipments", SUPPLY, bare=True, example="0.01"),
    _not_negative("delivery_time", "T_d", "day", "time", "from the order to delivery, where no quote says it (memo)", SUPPLY,
                  usual=(1, 1000), example="'12 week'"),
    _not_negative("installation_time", "T_i", "day", "time", "from delivery to the first run (memo)", SUPPLY, usual=(1, 1000),
                  example="'6 week'"),
    # Scaling laws
    _positive("parameter_exponent", "α_N", "1", "number", "power of the loss in the model's size", SCALING, high=2.0, bare=True,
              example="0.3478"),
    _positive("data_exponent", "α_D", "1", "number", "power of the loss in the data", SCALING, high=2.0, bare=True,
              example="0.3658"),
    _positive("parameter_scale", "N_c", "parameter", "count", "Kaplan's scale of size", SCALING, bare=True, example="6.4e13"),
    _positive("data_scale", "D_c", "token", "count", "Kaplan's scale of data", SCALING, bare=True, example="1.8e13"),
    _not_negative("irreducible_loss", "E", "1", "number", "loss of the text itself, nats per token", SCALING, bare=True, example="1.69"),
    _positive("parameter_coefficient", "A", "1", "number", "Hoffmann's coefficient of size", SCALING, bare=True, example="406.4"),
    _positive("data_coefficient", "B", "1", "number", "Hoffmann's coefficient of data", SCALING, bare=True, example="410.7"),
    _positive("reference_parameters", "N_1", "parameter", "count", "the size that a law's powers divide by: one", SCALING, bare=True,
              example="1"),
    _positive("reference_tokens", "D_1", "token", "count", "the data that a law's powers divide by: one", SCALING, bare=True,
              example="1"),
    _positive("frontier_exponent", "s", "1", "number", "power of the data in the size where compute is best spent", SCALING, bare=True,
              example="0.95"),
    _positive("frontier_tokens", "D_f", "token", "number", "best data of a model of the reference size", SCALING, bare=True,
              example="64"),
    _positive("expected_loss", "L", "1", "number", "loss that the law expects, nats per token", SCALING, bare=True, example="1.9"),
    _positive("efficient_loss", "L_e", "1", "number", "loss of a model of that size on the efficient frontier", SCALING, bare=True,
              example="1.9"),
    Quantity("converged_ratio", "x_c", "1", "ratio", "efficient size ÷ converged size of the same loss", SCALING, low=1.0,
             high=2.7182818285, bare=True, example="2.1"),
    _positive("converged_parameters", "N_∞", "parameter", "count", "the smallest model that could reach the loss", SCALING, bare=True,
              example="1e12"),
    # Limits
    _positive("budget", "R_max", "USD", "money", "the most the run may cost", LIMITS, example="'100 MUSD'"),
    _positive("capital_budget", "K_max", "USD", "money", "the most the hardware may cost", LIMITS, example="'500 MUSD'"),
    _positive("power_limit", "W_lim", "kW", "power", "the most the site can supply", LIMITS, example="'20 MW'"),
    _positive("supply_limit", "σ_max", "1", "share", "the largest share of a year's shipments", LIMITS, bare=True, example="'5 %'"),
    Quantity("start", "t_0", "date", "date", "first day of the run", LIMITS, is_date=True, example="2027-01-15"),
    Quantity("deadline", "t_1", "date", "date", "day by which the run must end", LIMITS, is_date=True, example="2027-06-30"),
    _positive("time_available", "T_av", "day", "time", "deadline less start", LIMITS, example="'90 days'"),
    Quantity("budget_margin", "m_R", "1", "share", "share of the budget left", LIMITS, bare=True, example="0.1"),
    Quantity("capital_margin", "m_K", "1", "share", "share of the capital budget left", LIMITS, bare=True, example="0.1"),
    Quantity("power_margin", "m_W", "1", "share", "share of the power limit left", LIMITS, bare=True, example="0.1"),
    Quantity("supply_margin", "m_σ", "1", "share", "share of the supply limit left", LIMITS, bare=True, example="0.1"),
    Quantity("deadline_margin", "m_t", "1", "share", "share of the available time left", LIMITS, bare=True, example="0.1"),
    _positive("latency_wall", "C_max", "FLOP", "work", "arithmetic beyond which latency keeps a run from finishing", LIMITS, bare=True,
              example="1e31"),
    _positive("data_movement_limit", "C_m", "FLOP", "work", "arithmetic beyond which moving data costs utilisation", LIMITS, bare=True,
              example="1e28"),
    _positive("best_mfu", "u_best", "1", "share", "best MFU that was published for a large run", LIMITS, high=1.0, bare=True,
              example="0.65"),
    _positive("data_stock", "D_max", "token", "count", "tokens of text that exist to train on", LIMITS, bare=True, example="300e12"),
    _positive("batch_tokens", "B_t", "token", "count", "tokens of one optimizer step", LIMITS, bare=True, example="16e6"),
    _positive("critical_batch", "B_c", "token", "count", "batch beyond which more data parallelism hardly helps", LIMITS, bare=True,
              example="7e6"),
    _positive("critical_batch_scale", "B*", "token", "count", "scale of the critical batch's law", LIMITS, bare=True, example="2e8"),
    _positive("critical_batch_exponent", "α_B", "1", "number", "exponent of the critical batch's law", LIMITS, bare=True,
              example="0.21"),
    _positive("loss", "ℓ", "1", "number", "training loss in nats, of the law's own tokenizer", LIMITS, bare=True, usual=(1, 12),
              example="2.0"),
    _positive("data_overhead", "E/E_m", "1", "ratio", "data needed at that batch ÷ the least", LIMITS, bare=True, example="1.5"),
    _positive("designer_shipments", "S_d", "chip/year", "count", "accelerators that the chip's designer ships in a year", LIMITS,
              bare=True, example="5.6e6"),
    _not_negative("designer_share", "σ_d", "1", "share", "chips ÷ one year of the designer's shipments", LIMITS, bare=True,
                  example="0.02"),
    _positive("designer_limit", "σ_dm", "1", "share", "the largest share of the designer's shipments", LIMITS, bare=True,
              example="'5 %'"),
    _positive("output_share", "x_o", "1", "share", "share of the running output that can be had", LIMITS, high=1.0, bare=True,
              example="'5 %'"),
    _not_negative("lead_time", "T_l", "day", "time", "time in which that share of the output delivers the chips", LIMITS,
                  example="'90 days'"),
    _positive("lead_time_limit", "T_lm", "day", "time", "the longest the delivery may take", LIMITS, example="'180 days'"),
    _positive("capital_yardstick", "K_y", "USD", "money", "a sum to set the capital cost against", LIMITS, example="'100 GUSD'"),
    _positive("power_yardstick", "W_y", "kW", "power", "a power to set the full load against", LIMITS, example="'1 GW'"),
    Quantity("latency_margin", "m_C", "1", "share", "share of the latency wall left", LIMITS, bare=True, example="0.9"),
    Quantity("data_movement_margin", "m_m", "1", "share", "share left of the arithmetic at which moving data costs utilisation", LIMITS,
             bare=True, example="0.9"),
    Quantity("obsolescence_margin", "m_u", "1", "share", "share left of the run length at which waiting for the next chips is faster", LIMITS, bare=True, example="0.9"),
    Quantity("mfu_margin", "m_b", "1", "share", "share of the best published MFU left", LIMITS, bare=True, example="0.3"),
    Quantity("data_margin", "m_D", "1", "share", "share of the stock of text left", LIMITS, bare=True, example="0.9"),
    Quantity("batch_margin", "m_B", "1", "share", "share of the critical batch left", LIMITS, bare=True, example="0.5"),
    Quantity("failure_margin", "m_λ", "1", "share", "share of the time between failures left after a checkpoint and a restart", LIMITS,
             bare=True, example="0.9"),
    Quantity("designer_margin", "m_d", "1", "share", "share of the designer limit left", LIMITS, bare=True, example="0.5"),
    Quantity("lead_time_margin", "m_l", "1", "share", "share of the lead time left", LIMITS, bare=True, example="0.5"),
    Quantity("capital_yardstick_margin", "m_Ky", "1", "share", "share of the yardstick left", LIMITS, bare=True, example="0.5"),
    Quantity("power_yardstick_margin", "m_Wy", "1", "share", "share of the yardstick left", LIMITS, bare=True, example="0.5"),
    Quantity("memory_margin", "m_M", "1", "share", "share of each chip's usable memory left", LIMITS, bare=True, example="0.1"),
    Quantity("time_margin", "m_T", "1", "share", "share of the time allowed left", LIMITS, bare=True, example="0.1"),
)  # fmt: skip

QUANTITIES: dict[str, Quantity] = {entry.name: entry for entry in _ALL}
# Every spelling of a name; bare numbers of `days` are days.
ALIASES: dict[str, str] = {alias: entry.name for entry in _ALL for alias in entry.aliases} | {"days": "training_time"}
# Two names for one thing in base units: a demand given in the one is the other.
TWINS = {"chip_hours": "accelerator_time", "petaflops_days": "training_compute"}
# Names under which a run knows what is given by another: the time of a run that is given is the time it is allowed.
_INSIDE = {**TWINS, "training_time": "time_allowed"}


def inside_name(name: str, known: Container[str]) -> str:
    """The name under which a run that holds `known` knows what is given by a name.

    >>> inside_name("petaflops_days", {"training_compute"})
    'training_compute'
    """
    return name if name in known else _INSIDE.get(name, name)


def same_question(name: str) -> tuple[str, ...]:
    """The other names that ask for the same, of which only one can be given.

    >>> same_question("training_compute"), same_question("days")
    (('petaflops_days',), ('time_allowed',))
    """
    key = ALIASES.get(name, name)
    inside = _INSIDE.get(key, key)
    return tuple(entry for entry in (inside, *_INSIDE) if _INSIDE.get(entry, entry) == inside and entry != key)


def resolve(name: str) -> str:
    """The contract's name behind a name, an alias or its spelling with dashes; unknown names raise with the nearest.

    >>> resolve("electricity-price")
    'electricity_price'
    >>> resolve("flop")
    'training_compute'
    """
    key = name.strip().replace("-", "_")
    key = ALIASES.get(key, key)
    if key not in QUANTITIES:
        raise InputError(f"unknown quantity {quoted(name)}.{did_you_mean(key, QUANTITIES, LISTED)}")
    return key


def quantity(name: str) -> Quantity:
    """The quantity of that name.

    >>> quantity("facility_energy").unit
    'kWh'
    """
    return QUANTITIES[resolve(name)]
