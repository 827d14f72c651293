"""What must hold before a run begins: the tables can be read, and the parameters fit the model."""

from dilemma import evidence, headline
from dilemma.parameters import Parameters


def check(parameters: Parameters) -> None:
    """Reads every table and chooses the inputs.

    Raises DataError for a broken row, and ParameterError for a claim, a key or a range that the model does not have.
    """
    evidence.read_all()
    headline.choose(parameters)
