"""What Pyongyang's help is worth to Moscow: soldiers, shells and money on common scales.

All results follow from sourced triples of low, mode and high by interval arithmetic: the ends that
make a result small are paired with each other, and so are those that make it large. Nothing derived
is stored. `quantities` is always indexed by quantity_id, one row each, with low, mode, high.
"""

from typing import NamedTuple

import pandas as pd

UN_OIL_CAP = 500_000  # barrels a year of refined oil, Security Council; source `ytn-2024-11-22-oil`


class Triple(NamedTuple):
    """Low, most plausible and high value of a size."""

    low: float
    mode: float
    high: float


def triple(quantities: pd.DataFrame, quantity_id: str) -> Triple:
    """Low, mode and high of one quantity in its own unit; raises ValueError when it is not known yet."""
    if quantity_id not in quantities.index:
        raise ValueError(f"There is no quantity {quantity_id} among those known on the chosen day.")
    return Triple(*(float(quantities.loc[quantity_id, end]) for end in Triple._fields))


def product(*factors: Triple | float) -> Triple:
    """The product of sizes that cannot be negative, low with low and high with high."""
    result = Triple(1.0, 1.0, 1.0)
    for factor in factors:
        ends = factor if isinstance(factor, Triple) else Triple(factor, factor, factor)
        result = Triple(*(one * other for one, other in zip(result, ends, strict=True)))
    return result


def ratio(top: Triple, bottom: Triple) -> Triple:
    """One size over another, opposite ends paired; raises ValueError for a divisor that is not above zero."""
    if min(bottom) <= 0:
        raise ValueError(f"A ratio needs a divisor above zero, but one of its ends is {min(bottom):g}.")
    return Triple(top.low / bottom.high, top.mode / bottom.mode, top.high / bottom.low)


def contingent(quantities: pd.DataFrame) -> str:
    """The quantity_id of the newest head count: October 2024, then those in Kursk, then the total sent."""
    counts = ("nk_troops_total_2025", "nk_troops_kursk_nov", "nk_troops_article")
    return next(name for name in counts if name in quantities.index)


def recruit_months(quantities: pd.DataFrame, men: Triple) -> Triple:
    """Months in which Russia recruits as many contract soldiers as `men` (persons)."""
    return ratio(men, triple(quantities, "ru_recruits_month"))


def loss_days(quantities: pd.DataFrame, men: Triple) -> Triple:
    """Days in which Russia loses as many soldiers, killed or wounded, as `men` (persons)."""
    return ratio(men, triple(quantities, "ru_casualties_day"))


def shell_months(quantities: pd.DataFrame, shells: Triple) -> Triple:
    """Months in which Russia makes as many shells itself as `shells` (rounds)."""
    return ratio(shells, triple(quantities, "ru_shell_production_month"))


def shells_in(quantities: pd.DataFrame, months: float) -> Triple:
    """Rounds that North Korea delivers in so many months at the yearly pace."""
    return product(triple(quantities, "nk_shells_year"), months / 12)


def supply_share(quantities: pd.DataFrame) -> Triple:
    """North Korean share of the rounds that Russia gets in a year from there and its own plants (0 to 1)."""
    delivered = triple(quantities, "nk_shells_year")
    made = product(triple(quantities, "ru_shell_production_month"), 12)
    pairs = zip(delivered, reversed(made), strict=True)
    return Triple(*(there / (there + here) for there, here in pairs))


def fire_share(quantities: pd.DataFrame, rounds_a_day: float) -> Triple:
    """A year's deliveries as a share of a year's fire; above 1 when more came than was fired."""
    return product(triple(quantities, "nk_shells_year"), 1 / (365 * rounds_a_day))


def weight(replaced: Triple, months: float, little: float, much: float) -> str:
    """How much of Russia's own supply of `months` a delivery replaces: `little`, `much` or `open`.

    `replaced` is in months of own supply; `little` and `much` are shares of it (0 to 1). A word is
    given only when the whole range supports it.
    """
    if replaced.high / months < little:
        return "little"
    return "much" if replaced.low / months >= much else "open"


def signing_bonuses(quantities: pd.DataFrame, men: Triple) -> Triple:
    """Signing bonuses (RUB) that Russia would have paid for as many volunteers as `men` (persons)."""
    return product(men, triple(quantities, "ru_total_bonus_rub"))


def soldier_cost(quantities: pd.DataFrame, months: float) -> Triple:
    """Bonus and pay (RUB) of one Russian contract soldier recruited and kept for so many months.

    The high end is the dearer of two packages, Moscow's and that of the region with the record
    bonus: no region is known to pay the highest bonus and the highest monthly pay together.
    """
    bonus, pay = triple(quantities, "ru_total_bonus_rub"), triple(quantities, "ru_monthly_pay_rub")
    city = triple(quantities, "ru_fed_bonus_rub").high + triple(quantities, "ru_regional_bonus_rub").high
    dearest = max(city + months * pay.high, bonus.high + months * pay.low)
    return Triple(bonus.low + months * pay.low, bonus.mode + months * pay.mode, dearest)


def home_cost(quantities: pd.DataFrame, men: Triple, months: float) -> Triple:
    """What `men` (persons) would cost as Russian contract soldiers for so many months, in RUB."""
    return product(men, soldier_cost(quantities, months))


def budget_share(quantities: pd.DataFrame, men: Triple) -> Triple:
    """The first year of `men` as Russian contract soldiers, as a share of a year's war pay (0 to 1)."""
    return ratio(home_cost(quantities, men, 12), triple(quantities, "ru_personnel_payments_year_rub"))


def pay_bill(quantities: pd.DataFrame, men: Triple) -> Triple:
    """What `men` (persons) earn in a year at the pay reported for North Koreans, in USD."""
    return product(men, triple(quantities, "nk_pay_usd_month"), 12)


def pay_ratio_range(quantities: pd.DataFrame, months: float = 6) -> Triple:
    """Pay of a North Korean over the cost of a Russian contract soldier, for so many months; 1 = equal."""
    pay = product(triple(quantities, "nk_pay_usd_month"), triple(quantities, "fx_rub_usd"), months)
    return ratio(pay, soldier_cost(quantities, months))


def output_share(quantities: pd.DataFrame, dollars: Triple) -> Triple:
    """A sum in USD as a share of one year of North Korean output (0 to 1)."""
    return ratio(dollars, triple(quantities, "nk_output_usd"))


def return_ratio(quantities: pd.DataFrame) -> Triple:
    """Dollars of visible Russian return per dollar of weapons, ammunition and troops received.

    The stated return is a maximum, so the middle value divides it by the highest value received.
    """
    back, got = triple(quantities, "russian_return_usd_2025"), triple(quantities, "arms_value_usd_2025")
    return Triple(back.low / got.high, back.mode / got.high, back.high / got.low)


def oil_over_cap(quantities: pd.DataFrame) -> Triple:
    """Oil delivered in eight months of 2024 as a multiple of what the UN allows in a year."""
    return product(triple(quantities, "oil_barrels_8m"), 1 / UN_OIL_CAP)
