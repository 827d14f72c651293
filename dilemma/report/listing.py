"""Code in the page: highlighted with few marks, since most of it has no colour of its own, and folded away."""

import re
from collections.abc import Iterable
from functools import lru_cache

from nbconvert.filters import Highlight2HTML
from nbconvert.preprocessors import HighlightMagicsPreprocessor
from nbformat import NotebookNode

from dilemma.report.chapters import tags

KINDS = {"k": "b", "s": "i", "c": "em"}  # short elements, since their marks would be a tenth of the page
KEYWORD, STRING = {"ow"}, {"sa", "si"}
MARK = re.compile(r'<span class="(\w+)">(.*?)</span>', re.DOTALL)
BOX = re.compile(r'<div class="\s*highlight[^"]*"><pre>(?:<span></span>)?(.*)</pre></div>', re.DOTALL)
SPLIT = re.compile(r"</(b|i|em)>(\s*)<\1>")
IPYTHON = re.compile(r"%[\w%!]|!(?!=)|\?")  # what IPython adds to Python has one of these
MAGICS, HIGHLIGHT = HighlightMagicsPreprocessor(), Highlight2HTML()


def language(source: str, kernel: str) -> str:
    """The lexer of a cell: for a magic its language, for plain Python one with half the rules of IPython's."""
    plain = "python3" if kernel == "ipython3" and not IPYTHON.search(source) else kernel
    return MAGICS.which_magic_language(source) or plain


@lru_cache(maxsize=1000)
def highlighted(source: str, language: str) -> str:
    """Code as HTML; the pages of a sweep have the same code."""
    return slim(HIGHLIGHT(source, language))


def slim(highlighted: str) -> str:
    """The HTML of pygments with short elements in place of its many classes."""
    inside = BOX.search(highlighted)
    code = MARK.sub(_mark, inside[1] if inside else highlighted)
    code = SPLIT.sub(r"\2", code)
    return f"<pre>{code}</pre>" if inside else code


def _mark(found: re.Match[str]) -> str:
    name, text = found[1], found[2]
    kind = "k" if name in KEYWORD else name[0]
    element = KINDS.get(kind) if name not in STRING else None
    return f"<{element}>{text}</{element}>" if element else text


def folds(cells: Iterable[NotebookNode]) -> dict[str, list[NotebookNode]]:
    """The code cells that share a fold, because nothing is shown between them, by the id of the first."""
    found: dict[str, list[NotebookNode]] = {}
    run: list[NotebookNode] = []
    for cell in cells:
        if _shows_code(cell):
            if not run or cell.metadata.dilemma.first or _is_open(cell) != _is_open(run[0]):
                run = found.setdefault(cell.id, [])
            run.append(cell)
        if cell.cell_type != "code" or cell.outputs:
            run = []
    return found


def _shows_code(cell: NotebookNode) -> bool:
    return cell.cell_type == "code" and bool(cell.source.strip()) and "remove-input" not in tags(cell)


def _is_open(cell: NotebookNode) -> bool:
    return "show-input" in tags(cell)
