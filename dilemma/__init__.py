"""The Kremlin's dilemma: the mechanism behind the notebooks."""
