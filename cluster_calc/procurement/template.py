"""The empty memo file that `memo --new` prints: every field, commented, with what leaving it out does."""

from __future__ import annotations

TEMPLATE = """\
# What a procurement memo needs that no estimate knows. Every line is optional; what leaving it out does stands beside it.
# `cluster-calc memo --memo memo.toml --flop 2e25 --chip h100 -o memo.html` reads it.

# title = "Training cluster for 2027"     # left out: "Procurement memo"
# need = "Why the compute is needed."     # left out: the memo says that no need was stated
# requester = "Name, team"                # left out: nobody is named as asking
# decision_date = 2027-01-15              # left out: the day of the memo; ready dates and expiries count from it
# discount_rate = 0.10                    # left out: no net present value, no levelised cost; the memo is a draft
# tax_rate = 0.25                         # left out: no tax shield is computed; no country's rate is assumed
# tax_life = 5                            # years; left out: the hardware's service life stands in the tax schedules
# site_ready = 2027-04-01                 # left out: the site is taken as ready when the hardware comes
# site_contract = "Colocation contract 4711, signed 2026-10-01"   # left out: estimate class 5
# notes = "Anything else."                # left out: no notes in the appendix
#
# Options to show; left out: all of them.
# options = ["do nothing", "do minimum", "rent on demand", "rent 1-year", "rent 3-year", "rent spot", "colocate", "buy"]

# [existing_fleet]                        # left out: the do-minimum option is not computed. Text in its place is only shown
# chip = "a100-40gb"
# count = 512
# used_share = 0.6                        # share of the hours used today
# reach = 0.9                             # share that could be used; left out: all hours, the most there can be
# age = "2 years"                         # left out: it is taken to last over the horizon
# extend = "1 year"                       # life beyond the usual one; left out: none

# [constraints]                           # left out: that limit is not checked
# power_limit = "20 MW"
# capital_budget = "400 MUSD"             # cash for the hardware
# budget = "40 MUSD"                      # cost of the run
# supply_limit = "1 %"
# deadline = 2027-12-31

# [[approvers]]                           # none: the table of approvals names nobody
# name = "A. Example"
# role = "Chief financial officer"        # left out: a dash

# [[demand]]                              # none: the estimate's own demand is the only one
# period = "2027"
# need = "2e25 FLOP"                      # left out: a dash. In FLOP, it is set beside the hours that the plan counts

# The cheapest quote that has not expired gives the estimate its price, before what the catalog says. A price typed on the
# command line stands before every quote; `use = false` keeps one as a record only.
# [[quote]]                               # none: estimate class 5, and the memo is a draft
# vendor = "Example Systems"
# number = "Q-4711"                       # left out: the vendor alone names the quote
# for = "buy"                             # or rent on demand, rent 1-year, rent 3-year, rent spot, colocate; left out: buy
# chip = "h100"                           # left out: the chip that `item` names, or the memo's where it has only one
# or: server = "dgx-h100"                 # in place of chip: the price is of this whole server and its chips
# item = "HGX H100, 8 GPUs, per GPU"      # left out: a dash
# price = "34000 USD"                     # left out: the quote is only shown
# currency = "USD"                        # left out: the currency that `price` names
# exchange_rate = 1.08                    # USD per unit of another currency; one per memo; left out: the catalog's dated rate
# holds = "server"                        # chip, board, server, rack or all-in; left out: the bare chip, the rest is added
# chips = 1                               # chips that the price is for; left out: 1
# dated = 2026-11-01                      # left out: the day of the memo
# expires = 2027-02-28                    # left out: it does not expire, and the memo says so
# deposit = 0.3                           # share paid with the order; left out: none
# or: payments = "30% at -12 week, 60% at start, 10% at 3 month"   # left out: all at the start
# delivery_weeks = 12                     # left out: the catalog's delivery time
# terms = "90 days' payment"              # left out: a dash
# chosen = true                           # left out: the cheapest is used
# use = true                              # left out: true

# A risk named like one of the table's own (supply, power, price decline, obsolescence, utilisation, failures, export control,
# currency) gives that one its owner, and its trigger and effect where the figures have none; another is added.
# [[risk]]                                # none: no risk has an owner
# risk = "Export control"
# trigger = "a change of the rule"        # left out: what the figures say, or a dash
# effect = "12 weeks"                     # left out: what the figures say, or a dash
# owner = "Legal"                         # left out: not named

# [[gate]]                                # none: the delivery plan has the computed dates alone
# what = "Site ready"
# date = 2027-05-01                       # left out: a dash
# owner = "Facilities"                    # left out: not named
"""
