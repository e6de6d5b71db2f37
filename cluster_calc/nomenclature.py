"""Every quantity once: name, symbol, unit, display, meaning, bounds, option.

Command-line options, JSON units, report labels and the documentation table are read from here. Hard bounds are in the
JSON unit; outside them an input is an error, outside the usual range it is a warning.
"""

from __future__ import annotations

from dataclasses import dataclass

from cluster_calc.errors import InputError, did_you_mean, quoted
from cluster_calc.units import target

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
    "tdp": "TDP",
    "pue": "PUE",
    "petaflops_days": "petaFLOP/s-days",
}

DEMAND = "Demand"
SIZE = "Time and size"
CHIP = "Chip and utilisation"
MONEY = "Money"
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
    _positive("chips", "n", "chip", "count", "accelerators used; the chip's unit says what one is", SIZE, bare=True, whole=True,
              usual=(1, 5e7), example="10000"),
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
    _positive("goodput", "g", "1", "share", "share of wall-clock time in which useful steps run", CHIP, high=1.0, usual=(0.4, 1.0),
              bare=True, example="0.9"),
    _positive("implied_mfu", "u_i", "1", "share", "the MFU that given chips, time and compute imply", CHIP, high=1.0,
              usual=(0.05, 0.65), bare=True, example="0.4"),
    _not_negative("cluster_throughput", "n·P", "FLOP/s", "rate", "peak of all chips", CHIP, example="'1e20 FLOP/s'"),
    _not_negative("step_throughput", "n·P·u", "FLOP/s", "rate", "throughput while training steps run", CHIP, example="'1e20 FLOP/s'"),
    _not_negative("delivered_throughput", "n·P·u·g", "FLOP/s", "rate", "throughput averaged over the wall clock", CHIP,
                  example="'1e20 FLOP/s'"),
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
    _not_negative("run_cost", "R", "USD", "money", "depreciation, electricity and operations of the run", MONEY, example="'100 MUSD'"),
    _not_negative("cost_per_chip_hour", "R_h", "USD/chip/hour", "price", "run cost per chip-hour", MONEY, example="'2 USD/hour'"),
    _positive("compute_per_dollar", "C/$", "FLOP/USD", "work_per_dollar", "arithmetic per dollar of run cost", MONEY,
              example="'3e17 FLOP/USD'"),
    _not_negative("rental_price", "q", "USD/chip/hour", "price", "rent per chip-hour", MONEY, usual=(0.02, 200), example="'2 USD/hour'"),
    _not_negative("rental_cost", "Q", "USD", "money", "the same chip-hours rented", MONEY, example="'5 MUSD'"),
    _not_negative("rental_ratio", "Q/R", "1", "ratio", "rental cost ÷ run cost", MONEY, bare=True, example="1.5"),
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
    Quantity("time_available", "T_av", "day", "time", "deadline less start", LIMITS, example="'90 days'"),
    Quantity("budget_margin", "m_R", "1", "share", "share of the budget left", LIMITS, bare=True, example="0.1"),
    Quantity("capital_margin", "m_K", "1", "share", "share of the capital budget left", LIMITS, bare=True, example="0.1"),
    Quantity("power_margin", "m_W", "1", "share", "share of the power limit left", LIMITS, bare=True, example="0.1"),
    Quantity("supply_margin", "m_σ", "1", "share", "share of the supply limit left", LIMITS, bare=True, example="0.1"),
    Quantity("deadline_margin", "m_t", "1", "share", "share of the available time left", LIMITS, bare=True, example="0.1"),
    Quantity("time_margin", "m_T", "1", "share", "share of the time allowed left", LIMITS, bare=True, example="0.1"),
)  # fmt: skip

QUANTITIES: dict[str, Quantity] = {entry.name: entry for entry in _ALL}
ALIASES: dict[str, str] = {alias: entry.name for entry in _ALL for alias in entry.aliases}


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
