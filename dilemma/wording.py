"""Numbers, dates and fixed terms as a German or an English reader expects them."""

from datetime import date
from decimal import Decimal
from functools import cache, lru_cache
from numbers import Integral
from typing import TYPE_CHECKING, NamedTuple

from babel import Locale
from babel.dates import format_date
from babel.numbers import NumberPattern, parse_pattern

from dilemma.parameters import LANGUAGES as LANGUAGES  # those of the contract

if TYPE_CHECKING:  # whoever only words numbers need not wait for pandas
    import pandas as pd

# Decimals by unit; a share is printed as a percentage. Estimates of armies are not known to the
# last man: whoever computes a headcount rounds it before it is worded.
DIGITS = {
    "persons": 0, "count": 0, "days": 1, "months": 1, "share": 0, "strength": 2, "score": 3, "ratio": 1,
    "fine_share": 1, "probability": 0, "usd_million": 0, "usd_billion": 1, "rub_million": 2, "rub_billion": 1,
    "rounds_million": 1, "kse": 1,
}  # fmt: skip

PERCENTAGES = ("share", "fine_share", "probability")  # units printed with a percent sign


class Text(NamedTuple):
    """One wording in both languages of the report."""

    en: str
    de: str


LABELS = {
    # units, as they stand in the ledger of findings
    "persons": Text("persons", "Personen"),
    "count": Text("count", "Anzahl"),
    "days": Text("days", "Tage"),
    "months": Text("months", "Monate"),
    "share": Text("percent", "Prozent"),
    "fine_share": Text("percent", "Prozent"),
    "strength": Text("strength, 0 to 1", "Stärke, 0 bis 1"),
    "ratio": Text("factor", "Faktor"),
    "probability": Text("probability", "Wahrscheinlichkeit"),
    "usd_million": Text("million US dollars", "Mio. US-Dollar"),
    "usd_billion": Text("billion US dollars", "Mrd. US-Dollar"),
    "rub_million": Text("million roubles", "Mio. Rubel"),
    "rub_billion": Text("billion roubles", "Mrd. Rubel"),
    "rounds_million": Text("million rounds", "Mio. Geschosse"),
    "score": Text("score, 0 is perfect", "Wert, 0 ist vollkommen"),
    "kse": Text("thousand soldier-equivalents (kSE)", "tausend Soldatenäquivalente (kSE)"),
    "thousand_soldiers": Text("thousand soldiers", "tausend Soldaten"),
    "rung": Text("rungs", "Sprossen"),
    "factor": Text("factor", "Faktor"),
    "words": Text("in words", "in Worten"),
    "date": Text("date", "Datum"),
    # what a head count counted
    "planned": Text("announced or planned", "angekündigt oder geplant"),
    "dispatched": Text("dispatched", "entsandt"),
    "arrived": Text("in Russia", "in Russland"),
    "training": Text("in training", "in Ausbildung"),
    "near_front": Text("near the front", "in Frontnähe"),
    "in_kursk": Text("in the Kursk region", "in der Region Kursk"),
    # kinds of claims
    "fact": Text("fact", "Tatsache"),
    "attribution": Text("attribution", "Zuschreibung"),
    "inference": Text("inference", "Schluss"),
    "judgement": Text("judgement", "Urteil"),
    # standing of a claim
    "supported": Text("supported", "gestützt"),
    "disputed": Text("disputed", "umstritten"),
    "open": Text("open", "offen"),
    "overtaken": Text("overtaken", "überholt"),
    "refuted": Text("refuted", "widerlegt"),
    "not_checkable": Text("not checkable", "nicht prüfbar"),
    # how the article stands to a question, and what happened
    "asserts": Text("states it", "sagt es"),
    "allows": Text("thinks it possible", "hält es für möglich"),
    "doubts": Text("expects the opposite", "erwartet das Gegenteil"),
    "silent": Text("does not address it", "kein Thema"),
    "yes": Text("yes", "ja"),
    "partly": Text("partly", "zum Teil"),
    "no": Text("no", "nein"),
    "unresolved": Text("open", "offen"),
    # the Kremlin's options
    "refuse": Text("refuse", "ablehnen"),
    "train": Text("train only", "nur ausbilden"),
    "kursk": Text("Kursk only", "nur Kursk"),
    "ukraine": Text("inside Ukraine", "in der Ukraine"),
    # what speaks for and against an option
    "men": Text("men", "Soldaten"),
    "price": Text("pay for the men", "Sold an Pjöngjang"),
    "technology": Text("technology for Kim", "Technik für Kim"),
    "exposure": Text("dependence shown", "sichtbare Abhängigkeit"),
    "snub": Text("Kim snubbed", "Kim verprellt"),
    "washington": Text("Washington answers", "Washington antwortet"),
    "seoul": Text("Seoul answers", "Seoul antwortet"),
    "europe": Text("Europe answers", "Europa antwortet"),
    "joint": Text("Washington and Seoul jointly", "Washington und Seoul gemeinsam"),
    "beijing": Text("Beijing turns away", "Peking rückt ab"),
    "total": Text("total", "Summe"),
    # governments, by country
    "DEU": Text("Berlin", "Berlin"),
    "GBR": Text("London", "London"),
    "KOR": Text("Seoul", "Seoul"),
    "PRK": Text("Pyongyang", "Pjöngjang"),
    "RUS": Text("Moscow", "Moskau"),
    "UKR": Text("Kyiv", "Kiew"),
    "USA": Text("Washington", "Washington"),
    # why an option ends worse than another
    "horn_one": Text("dependence (horn one)", "die Abhängigkeit (erstes Horn)"),
    "horn_two": Text("the red line (horn two)", "die rote Linie (zweites Horn)"),
    # how firm the verdict is
    "balanced": Text("finely balanced", "offen"),
    "divided": Text("divided by temperament", "je nach Temperament verschieden"),
    "clear": Text("clear", "klar"),
    # where the values of an input come from
    "sourced": Text("sourced", "belegt"),
    "derived": Text("derived", "berechnet"),
    "elicited": Text("elicited: our answer", "erfragt: unsere Antwort"),
    "assumed": Text("assumed", "angenommen"),
    "override": Text("set for this run", "für diesen Lauf gesetzt"),
    # ways to choose
    "average": Text("best on average", "im Mittel am besten"),
    "loss_averse": Text("loss-averse", "verlustscheu"),
    "regret_averse": Text("regret-averse", "reuescheu"),
    "worst_case": Text("worst-case planner", "auf das Schlimmste gefasst"),
    # nodes and edges of the argument map
    "thesis": Text("thesis", "These"),
    "root": Text("horn", "Horn"),
    "claim": Text("claim of the article", "Aussage des Artikels"),
    "warrant": Text("warrant", "Schlussregel"),
    "evidence": Text("evidence", "Beleg"),
    "objection": Text("objection", "Einwand"),
    "support": Text("supports", "stützt"),
    "licence": Text("licenses", "trägt den Schluss"),
    "attack": Text("weakens", "schwächt"),
}


def pick(text: Text, language: str) -> str:
    """The wording of `text` in `language` (de or en)."""
    return getattr(text, language)


def label(key: str, language: str) -> str:
    """The fixed term for a code word of the data, such as a verb, a status or a unit."""
    return pick(LABELS[key], language)


def heading(key: str, language: str) -> str:
    """The fixed term with a capital first letter, to stand alone."""
    term = label(key, language)
    return term[:1].upper() + term[1:]


@lru_cache(4096)  # a figure words its ticks again and again
def number(value: float, language: str, digits: int = 0) -> str:
    """`value` with `digits` decimals, grouped: 12,900 in English, 12.900 in German."""
    shown = value if isinstance(value, Integral) else round(float(value), digits)
    return _formatted(shown + 0, language, digits)


@lru_cache(4096)
def percent(share: float, language: str, digits: int = 0) -> str:
    """A share as a percentage: 0.125 is 13% in English and 13 % in German."""
    return _formatted(share + 0, language, digits, "%" if language == "en" else "\N{NO-BREAK SPACE}%")


def _formatted(value: float, language: str, digits: int, sign: str = "") -> str:
    return _pattern(digits, sign).apply(value, _locale(language)).replace("-", "−")


@cache
def _pattern(digits: int, sign: str) -> NumberPattern:
    return parse_pattern("#,##0" + ("." + "0" * digits if digits else "") + sign)


@cache
def _locale(language: str) -> Locale:
    return Locale.parse(language)


def quantity(value: float, unit: str, language: str) -> str:
    """A number with the decimals that fit its unit (a key of DIGITS); only percentages carry a sign.

    What is neither nothing nor everything is not printed as 0 or 100 %: it reads <1 % or >99 %.
    """
    if unit in ("share", "probability") and 0 < value < 1 and round(value, 2) in (0, 1):
        return f"<{percent(0.01, language)}" if value < 0.5 else f">{percent(0.99, language)}"
    if unit in PERCENTAGES:
        return percent(value, language, DIGITS[unit])
    return number(value, language, DIGITS[unit])


def interval(low: float, high: float, unit: str, language: str) -> str:
    """A range such as 1,200–12,900; the unit follows in the sentence, percent excepted."""
    first, last = quantity(low, unit, language), quantity(high, unit, language)
    if "<" in first + last or ">" in first + last:
        return f"{first} {'to' if language == 'en' else 'bis'} {last}"
    if unit in PERCENTAGES:
        first = first.rstrip("%").rstrip("\N{NO-BREAK SPACE}")
    return f"{first}–{last}" if low >= 0 else f"{first} {'to' if language == 'en' else 'bis'} {last}"


def day(when: date, language: str, precision: str = "day") -> str:
    """A date written out to its known precision (day, month or year): 24. Oktober 2024."""
    patterns = {"day": "d MMMM y" if language == "en" else "d. MMMM y", "month": "MMMM y", "year": "y"}
    return format_date(when, format=patterns[precision], locale=_locale(language))


def short_day(when: date, language: str, precision: str = "day") -> str:
    """A date for tables and citations: 24 Oct 2024 or 24.10.2024, to its known precision."""
    full = "d MMM y" if language == "en" else "dd.MM.y"
    month = "MMM y" if language == "en" else "MM/y"
    return format_date(when, format={"day": full, "month": month, "year": "y"}[precision], locale=_locale(language))


def span(first: date, last: date, language: str) -> str:
    """Two days as one expression: 23 to 24 October 2024, or just one day if they are the same."""
    if first == last:
        return day(first, language)
    same_month = (first.year, first.month) == (last.year, last.month)
    opening = (f"{first.day}." if language == "de" else str(first.day)) if same_month else day(first, language)
    return f"{opening} {'to' if language == 'en' else 'bis'} {day(last, language)}"


def likelihood(probability: float, scales: "pd.DataFrame") -> "pd.Series":
    """Find the words for a probability: the row of the ICD 203 scale in whose band its printed percent lies.

    The bands touch; a border belongs to the higher one. Raises ValueError outside 0 to 1.
    """
    if not 0 <= probability <= 1:
        raise ValueError(f"{probability} is not a probability; it must lie between 0 and 1.")
    printed = float(round(Decimal(str(float(probability))), 2))
    bands = scales[scales.scale == "ICD 203"].sort_values("rank", ignore_index=True)
    return bands.iloc[int((bands.high[:-1] <= printed).sum())]
