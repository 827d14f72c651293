"""What a command says to the person at the terminal."""

from collections.abc import Iterable
from pathlib import Path

import click

ROOT = Path(__file__).resolve().parents[1]


def tell(sentences: Iterable[str]) -> None:
    """Prints each sentence to standard error: standard output belongs to results."""
    for sentence in sentences:
        click.echo(sentence, err=True)


def list_files(paths: Iterable[Path]) -> None:
    """Prints files as seen from the project's folder."""
    click.echo("\n".join(str(path.relative_to(ROOT) if path.is_relative_to(ROOT) else path) for path in paths))
