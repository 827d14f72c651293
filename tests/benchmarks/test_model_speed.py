"""How long the whole model takes. Run it with `pytest tests/benchmarks --benchmark-only`.

The suite skips these: a time depends on the machine and on what else it does, so no limit is asserted.
"""

import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture
from worlds import draw

from dilemma import decision, escalation, verdict

pytestmark = pytest.mark.skipif(
    "not config.getoption('--benchmark-only')", reason="measures time, runs with --benchmark-only"
)


def whole_model(draws: int) -> np.ndarray:
    """Draw, expected values, simulation, temperaments, shares."""
    x = draw(draws)
    replies = escalation.responses(x)
    expected = decision.expected(x, replies)
    values, _ = decision.simulate(x, 1, replies)
    verdict.shares(expected)
    return verdict.choices(verdict.temperaments(expected, values))


@pytest.mark.parametrize("draws", [10_000, 100_000, 1_000_000])
def test_the_whole_model(benchmark: BenchmarkFixture, draws: int):
    chosen = benchmark.pedantic(whole_model, (draws,), rounds=3, warmup_rounds=1)
    assert list(verdict.TEMPERAMENTS) == chosen.index.tolist()


def test_the_backfire_split(benchmark: BenchmarkFixture):
    x = draw(100_000)
    values, acts = decision.simulate(x, seed=1)
    assert 0 <= benchmark(verdict.backfire, x, values, acts).probability <= 1


def test_the_tipping_map(benchmark: BenchmarkFixture):
    guess = {key: values.mean(keepdims=True) for key, values in draw(10).items()}
    axes = np.linspace(0.5, 20, 120), np.linspace(0.01, 0.99, 120)
    assert (120, 120, 4) == benchmark(decision.tipping, guess, *axes).values.shape
