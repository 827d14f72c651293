"""Where the soldiers are: reports weighed against four hypotheses that exclude each other.

Analysis of Competing Hypotheses with likelihoods instead of crosses: posterior = prior x product of
likelihood ** weight, one factor per group of dependent reports. `posterior` is invariant to the order
of the reports. Criticism of the method by experiment: sources `dhami-belton-mandel-2019`,
`whitesmith-2018`, `karvetski-mandel-2020`.
"""

from collections.abc import Iterator
from datetime import date

import numpy as np
import pandas as pd

from dilemma.cells import DataError

LIKELIHOOD = "Likelihood of a report"
WEIGHT = "Evidence weight by credibility"
ABSENT = "silence"  # the group of reports that did not come; an absence lasts, so it never ages
# Heuer counts what speaks against a hypothesis and nothing else; a strong contradiction counts double.
INCONSISTENT = {"surprising": 1, "baffling": 2}


def check(reports: pd.DataFrame, hypotheses: pd.DataFrame, scales: pd.DataFrame) -> None:
    """Refuses tables that cannot be computed: DataError with file, line and column for every problem.

    The tables must be whole and in file order, so that a row's place gives its line.
    """
    problems = [
        *_hypothesis_problems(hypotheses, reports),
        *_scale_problems(scales),
        *_word_problems(reports, hypotheses, scales),
        *_weight_problems(reports, scales),
        *_relay_problems(reports.set_index("evidence_id", drop=False)),
    ]
    if problems:
        raise DataError("\n".join(problems))


def _place(file: str, row: int, column: str) -> str:
    return f"data/{file}.csv, line {row + 2}, column {column}"


def _hypothesis_problems(hypotheses: pd.DataFrame, reports: pd.DataFrame) -> Iterator[str]:
    columns = [column for column in reports.columns if column[:1] == "h" and column[1:].isdigit()]
    for row, name in enumerate(hypotheses.hypothesis_id):
        if name not in columns:
            place = _place("hypotheses", row, "hypothesis_id")
            yield f"{place}: {name!r} has no column in data/evidence.csv; there are: {', '.join(columns)}."
    for name in sorted(set(columns) - set(hypotheses.hypothesis_id)):
        known = ", ".join(hypotheses.hypothesis_id)
        place = f"data/evidence.csv, line 1, column {name}"
        yield f"{place}: {name!r} is no hypothesis of data/hypotheses.csv: {known}."
    for row, prior in enumerate(hypotheses.prior):
        if not 0 < prior < 1:
            yield f"{_place('hypotheses', row, 'prior')}: {prior:g} must lie between 0 and 1, both excluded."
    if abs(hypotheses.prior.sum() - 1) > 1e-9:
        total = hypotheses.prior.sum()
        yield f"{_place('hypotheses', 0, 'prior')}: the priors of all rows add up to {total:g}, but must give 1."


def _scale_problems(scales: pd.DataFrame) -> Iterator[str]:
    for row, entry in enumerate(scales.itertuples()):
        if entry.scale in (LIKELIHOOD, WEIGHT) and not 0 < entry.low <= 1:
            place = _place("scales", row, "low")
            number = f"{entry.term_en!r} stands for {entry.low:g}"
            yield f"{place}: {number}, but must lie above 0 and not above 1."


def _word_problems(reports: pd.DataFrame, hypotheses: pd.DataFrame, scales: pd.DataFrame) -> Iterator[str]:
    known = numbers(scales)
    for name in hypotheses.hypothesis_id[hypotheses.hypothesis_id.isin(reports.columns)]:
        for row, word in enumerate(reports[name]):
            if word not in known:
                allowed = ", ".join(known)
                yield f"{_place('evidence', row, name)}: {word!r} is not on the scale; allowed: {allowed}."


def _weight_problems(reports: pd.DataFrame, scales: pd.DataFrame) -> Iterator[str]:
    graded = _by_rank(scales, WEIGHT)
    for row, report in enumerate(reports.itertuples()):
        if report.credibility not in graded.index:
            place = _place("evidence", row, "credibility")
            grade, group = report.credibility, report.group_id
            yield f"{place}: grade {grade} has no weight in data/scales.csv, nor has group {group}."


def _relay_problems(reports: pd.DataFrame) -> Iterator[str]:
    for row, report in enumerate(reports.itertuples()):
        if isinstance(report.relays, str) and (fault := _relay_fault(report, reports)):
            yield f"{_place('evidence', row, 'relays')}: {fault}"


def _relay_fault(report, reports: pd.DataFrame) -> str:
    if report.relays not in reports.index:
        return f"{report.relays!r} is not in column evidence_id of data/evidence.csv."
    chain = [report.evidence_id]
    while isinstance(origin := reports.relays.get(chain[-1]), str):
        chain.append(origin)
        if origin in chain[:-1]:
            return f"reports must not repeat each other in a circle, but do: {' -> '.join(chain)}."
    origin = reports.loc[report.relays]
    if origin.group_id != report.group_id:
        return f"a repetition belongs to the group of its origin, {origin.group_id}, not to {report.group_id}."
    if origin.known_from > report.known_from:
        return f"{report.relays} became known later; a report cannot repeat it."
    return ""


def _by_rank(scales: pd.DataFrame, scale: str) -> pd.Series:
    return scales[scales.scale == scale].set_index("rank").low


def numbers(scales: pd.DataFrame) -> dict[str, float]:
    """The likelihood that each word stands for, above 0 and at most 1, from the likeliest word down."""
    rows = scales[scales.scale == LIKELIHOOD].sort_values("rank")
    return dict(zip(rows.term_en, rows.low, strict=True))


def counting(reports: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """The one report of each group that counts on the day `as_of`: the newest that repeats no other.

    Indexed by group. A mean over the group would let a repetition dilute or reinforce its origin; the
    newest word replaces what the same voice said before, because soldiers move. The group `ABSENT` is
    renewed every day: its `known_from` is `as_of`.
    """
    day = pd.Timestamp(as_of)
    originals = reports[reports.relays.isna() & (reports.known_from <= day)]
    newest = originals.sort_values(["known_from", "evidence_id"]).drop_duplicates("group_id", keep="last")
    renewed = newest.known_from.mask(newest.group_id == ABSENT, day)
    return newest.assign(known_from=renewed).set_index("group_id")


def likelihoods(reports: pd.DataFrame, hypotheses: pd.DataFrame, scales: pd.DataFrame) -> pd.DataFrame:
    """P(report | hypothesis) as numbers: one row per report, one column per hypothesis."""
    return reports[list(hypotheses.hypothesis_id)].replace(numbers(scales)).astype(float)


def weights(reports: pd.DataFrame, scales: pd.DataFrame, as_of: date, half_life: float) -> pd.Series:
    """What each report counts on the day `as_of`, from 0 to 1: weight of its grade, less with age.

    After `half_life` days (infinite: never) a report counts half. Only the credibility of the item
    enters; the issuer's interest is already in the likelihoods and would count twice.
    """
    if not half_life > 0:
        raise ValueError(f"half_life is {half_life}, but must be a number of days above 0.")
    return _aged(reports.credibility.map(_by_rank(scales, WEIGHT)), reports.known_from, as_of, half_life)


def _aged(fresh: pd.Series, known_from: pd.Series, as_of: date, half_life: float) -> pd.Series:
    return fresh * 0.5 ** ((pd.Timestamp(as_of) - known_from).dt.days / half_life)


def posterior(prior: pd.Series, likelihoods: pd.DataFrame, weights: pd.Series) -> pd.Series:
    """Probability of each hypothesis: prior x product of likelihood ** weight, scaled to the sum 1.

    `prior` is indexed by hypothesis, `weights` like the rows of `likelihoods`. Raises ValueError for
    other hypotheses or groups than expected and for numbers outside their range.
    """
    if set(prior.index) != set(likelihoods.columns) or set(weights.index) != set(likelihoods.index):
        raise ValueError("prior, likelihoods and weights must name the same hypotheses and the same groups.")
    told, counts = likelihoods[prior.index].to_numpy(), weights[likelihoods.index].to_numpy()
    if not (((told > 0) & (told <= 1)).all() and ((counts >= 0) & (counts <= 1)).all()):
        raise ValueError("Likelihoods must lie above 0 and not above 1, weights between 0 and 1.")
    score = np.log(prior.to_numpy()) + (counts[:, np.newaxis] * np.log(told)).sum(axis=0)
    odds = np.exp(score - score.max())
    return pd.Series(odds / odds.sum(), prior.index)


def over_time(
    reports: pd.DataFrame, hypotheses: pd.DataFrame, scales: pd.DataFrame, as_of: date, half_life: float
) -> pd.DataFrame:
    """The posterior on every day with a new report, weekly in between and on `as_of`.

    One row per day, one column per hypothesis; each day sees only the reports known by then.
    """
    prior = hypotheses.set_index("hypothesis_id").prior
    last = pd.Timestamp(as_of)
    known = reports.known_from[reports.known_from <= last]
    days = sorted({*known, *pd.date_range(known.min(), last, freq="7D"), last})
    told = likelihoods(reports.set_index("evidence_id"), hypotheses, scales)
    fresh = weights(reports.set_index("evidence_id"), scales, as_of, np.inf)
    dated = reports[["evidence_id", "group_id", "relays", "known_from"]]  # few columns are sorted faster
    rows = []
    for day in days:
        newest = counting(dated, day).set_index("evidence_id").known_from
        rows.append(posterior(prior, told.loc[newest.index], _aged(fresh[newest.index], newest, day, half_life)))
    return pd.DataFrame(rows, index=pd.DatetimeIndex(days, name="day"))


def diagnosticity(likelihoods: pd.DataFrame) -> pd.Series:
    """How far a report tells the hypotheses apart: range of its log10 likelihoods, 0 = not at all."""
    logs = np.log10(likelihoods)
    return logs.max(axis=1) - logs.min(axis=1)


def ranking(probabilities: pd.Series) -> list[str]:
    """The hypotheses from the likeliest down; equal ones in the order of their names."""
    return list(probabilities.sort_index().sort_values(ascending=False, kind="stable").index)


def leave_one_out(
    prior: pd.Series, likelihoods: pd.DataFrame, weights: pd.Series, house: pd.Series | None = None
) -> pd.DataFrame:
    """The posterior without each group, or without all groups of each house; the largest move first.

    `house` says per group whose report counts; groups without one stay in every row. Columns: the
    hypotheses; `moved` (share of probability that changes place, 0 to 1); `order_changes` (whether two
    hypotheses change places as printed, in whole percent).
    """
    whole = posterior(prior, likelihoods, weights)
    parts = pd.Series(likelihoods.index, likelihoods.index) if house is None else house
    left_out = parts.groupby(parts).groups.items()
    table = pd.DataFrame({name: posterior(prior, likelihoods.drop(out), weights.drop(out)) for name, out in left_out}).T
    moved = (table - whole).abs().sum(axis=1).round(12) / 2  # noise below that is not a move
    swapped = [_swaps(row[whole.index], whole) for _, row in table.iterrows()]
    table = table.assign(moved=moved, order_changes=swapped)
    return table.sort_index().sort_values("moved", ascending=False, kind="stable")


def _swaps(one: pd.Series, other: pd.Series) -> bool:
    gaps = [np.subtract.outer(values.to_numpy(), values.to_numpy()) for values in (one.round(2), other.round(2))]
    return bool((gaps[0] * gaps[1] < 0).any())


def inconsistencies(reports: pd.DataFrame, hypotheses: pd.DataFrame) -> pd.Series:
    """Heuer's count: how much speaks against each hypothesis, every report alike; the fewest win."""
    words = reports[list(hypotheses.hypothesis_id)]
    return words.apply(lambda column: int(column.map(INCONSISTENT).fillna(0).sum()))


def in_ukraine(probabilities: pd.Series, hypotheses: pd.DataFrame) -> tuple[float, float]:
    """Lowest and highest probability that any soldiers or specialists are in Ukraine.

    A hypothesis that leaves the question open counts as no for the lowest and as yes for the highest.
    """
    answer = hypotheses.set_index("hypothesis_id").in_ukraine
    low = float(probabilities[answer == "yes"].sum())
    return low, low + float(probabilities[answer == "open"].sum())


def in_ukraine_as_often(probabilities: pd.Series) -> float:
    """Probability of any soldiers or specialists in Ukraine, if units in Kursk change nothing about specialists.

    Assumed: beside units in Kursk (h3) specialists are there as often as without units (h2 against h1).
    """
    without_units = probabilities.h1 + probabilities.h2
    return float(probabilities.h2 + probabilities.h4 + probabilities.h3 * probabilities.h2 / without_units)
