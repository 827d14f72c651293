"""One run of a sweep as a worker does it: parameters in, findings or the reason why there are none out."""

from typing import NamedTuple

from dilemma import headline
from dilemma import parameters as contract
from dilemma.sweep import ledger
from dilemma.sweep.ledger import Findings

OTHER_CODE = "the worker has other data, code or libraries than this project; start it anew from the same state"


class Result(NamedTuple):
    """How a run ended: with findings, or with a failure in one sentence."""

    findings: Findings
    failure: str = ""


def compute(values: dict[str, object]) -> Result:
    """The findings of one run; `values` are its parameters as JSON holds them."""
    try:
        return Result(headline.findings(contract.build(values)))
    except Exception as error:  # noqa: BLE001 - one run must not take the others with it
        first = next(iter(str(error).splitlines()), "")
        return Result({}, f"{type(error).__name__}: {first}" if first else type(error).__name__)


def compute_elsewhere(values: dict[str, object], stamp: str) -> Result:
    """The findings of one run on another machine, refused where it has other data or code."""
    return compute(values) if ledger.stamp_at_start() == stamp else Result({}, OTHER_CODE)
