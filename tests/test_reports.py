"""The published reports in reports/."""

from dilemma.report import provenance


def test_committed_reports_are_current():
    """When this fails, `python3 run.py report` makes the four files anew."""
    assert [] == provenance.stale(provenance.ROOT / "reports")
