"""Small executed notebooks that follow the report's contract, and one that knows nothing of it."""

import base64
import io
from functools import cache
from pathlib import Path

import matplotlib
import nbformat
from matplotlib import font_manager, pyplot
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output, new_raw_cell

from dilemma.findings import FINDING, TABLE
from dilemma.wording import Text, pick

FONTS = Path(__file__).parent.parent / "dilemma" / "fonts"
KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}
PROVENANCE = {
    "parameters": {"as_of": "2024-10-24", "draws": 1000, "language": "both", "seed": 7},
    "data_hash": "3f9a" * 16,
    "code_hash": "77b1" * 16,
    "versions": {"dilemma": "0.1.0", "numpy": "2.4.6", "python": "3.11"},
    "seed": 7,
    "command": "python3 run.py report",
}
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
FILLER = Text(
    "This passage is filler for a rendering test; every number in it is made up and claims nothing. It is "
    "long enough to show how a paragraph breaks and how a heading holds on to its first lines.",
    "Dieser Absatz ist Fülltext für einen Satztest; jede Zahl darin ist erfunden und behauptet nichts. "
    "Er ist lang genug, um Zeilenumbruch, Silbentrennung und den Zusammenhalt von Überschrift "
    "und Text zu zeigen.",
)


def report(language: str) -> list[NotebookNode]:
    """The executed sample chapters of one language, summary first."""
    return [summary(language), troops(language), sources(language)]


def write(folder: Path, language: str) -> list[Path]:
    """The same chapters as files named after their slugs."""
    paths = []
    for node in report(language):
        path = folder / f"{node.metadata['dilemma']['slug']}.ipynb"
        nbformat.write(node, path)
        paths.append(path)
    return paths


def summary(language: str) -> NotebookNode:
    """The summary: a computed verdict and one callout."""
    verdict = Text(
        "**On what was known then, the deal was a gamble that could backfire.** The sample counts "
        "[1,500](#finding-troops-nis) soldiers.",
        "**Nach damaligem Wissen war der Handel ein Wagnis, das sich rächen konnte.** Das Beispiel zählt "
        "[1.500](#finding-troops-nis) Soldaten.",
    )
    return _chapter(
        "00-summary",
        Text("Summary", "Zusammenfassung"),
        [
            *_twins("title", Text("# Summary", "# Zusammenfassung")),
            *_setup(language),
            code("verdict", "chapter.say(en=..., de=...)", [say(pick(verdict, language))], "remove-input"),
            *_twins(
                "read-on",
                Text(
                    "> **Answer.** The [chapter on troops](#02-troops) holds the numbers; "
                    "see [x](#fig-troops).",
                    "> **Antwort.** Das [Kapitel über die Truppen](#02-troops) nennt die Zahlen; "
                    "siehe [x](#fig-troops).",
                ),
            ),
        ],
    )


def troops(language: str) -> NotebookNode:
    """A chapter with prose, computed sentences, figures, tables, notes, formulas and folded code."""
    return _chapter(
        "02-troops",
        Text("How many soldiers?", "Wie viele Soldaten?"),
        [
            *_twins("title", Text("# How many soldiers?", "# Wie viele Soldaten?")),
            *_setup(language),
            *_twins("counts", _counts_prose()),
            code(
                "nis",
                "n = chapter.finding('troops-nis', 1500)\nchapter.say(en=..., de=...)",
                [_computed(language)],
            ),
            code("draw-figure", FIGURE_CODE, figure_outputs(language), "show-input"),
            *_twins("method", _method_prose()),
            code(
                "estimates", "chapter.table(table, id='tab-estimates')", [_estimates(language)], "hide-input"
            ),
            code(
                "wide",
                "chapter.table(wide, id='tab-wide', wide=True)",
                [_wide_table(language)],
                "remove-input",
            ),
            *_twins("limits", _limits_prose()),
        ],
    )


def sources(language: str) -> NotebookNode:
    """The ledger of findings and the source table, whose rows carry the anchors."""
    ledger = table_output(
        "tab-findings",
        pick(Text("All computed numbers.", "Alle berechneten Zahlen."), language),
        [pick(Text("Finding", "Befund"), language), pick(Text("Value", "Wert"), language)],
        [[pick(Text("Arrived, count of the NIS", "Angekommen, Zählung des NIS"), language), "1,500"]],
        ["left", "right"],
        row_ids=["finding-troops-nis"],
    )
    listed = table_output(
        "tab-sources",
        pick(Text("All sources.", "Alle Quellen."), language),
        [pick(Text("Source", "Quelle"), language), pick(Text("Address", "Adresse"), language)],
        [
            ["Yonhap, 국가정보원", "<https://example.org/yonhap>"],
            ["ТАСС", "[example.org](https://example.org/tass)"],
        ],
        ["left", "left"],
        row_ids=["src-yonhap", "src-tass"],
    )
    return _chapter(
        "99-sources",
        Text("Sources", "Quellen"),
        [
            *_twins("title", Text("# Sources", "# Quellen")),
            *_setup(language),
            code("ledger", "chapter.table(...)", [ledger], "remove-input"),
            code("source-table", "chapter.table(...)", [listed], "remove-input"),
        ],
    )


def stock() -> NotebookNode:
    """A notebook from elsewhere: every stock output type, nothing of our contract, some of it hostile."""
    node = new_notebook(metadata={"kernelspec": KERNEL, "language_info": {"name": "python"}})
    node.cells = [
        new_markdown_cell(
            "## No chapter heading\n\nText with <b>HTML</b>, <script>alert(1)</script> and $x^2$."
        ),
        new_code_cell("everything()", outputs=stock_outputs()),
        new_markdown_cell(
            "![attached](attachment:dot.png) ![remote](https://example.org/x.png) [dead](#nowhere)"
        ),
        new_raw_cell("raw text, kept as it is"),
        new_raw_cell(r"\section{only for LaTeX}", metadata={"raw_mimetype": "text/latex"}),
        new_code_cell("1/0", outputs=[_error()]),
    ]
    node.cells[2]["attachments"] = {"dot.png": {"image/png": PIXEL}}
    for index, cell in enumerate(node.cells):
        cell["id"] = f"stock-{index}"
    return node


def stock_outputs() -> list[NotebookNode]:
    """One output of every type that Jupyter's own tools produce."""
    display = [
        {"text/plain": "plain <text> & more"},
        {"text/html": HTML_TABLE, "text/plain": "   a  b\nx  1  2"},
        {"text/html": "<p onclick='evil()'>A paragraph, <a href='javascript:evil()'>a link</a>.</p>"},
        {"text/html": "<script>evil()</script>", "text/plain": "<module.Widget object at 0x7f>"},
        {"text/markdown": "**Markdown** output"},
        {"text/latex": r"$\displaystyle \frac{a}{b}$", "text/plain": "a/b"},
        {"application/json": {"key": [1, 2]}, "text/plain": "<IPython.core.display.JSON object>"},
        {"application/vnd.unknown+json": {"x": 1}},
        {"application/javascript": "evil()"},
        {"application/vnd.jupyter.widget-view+json": {"model_id": "1"}, "text/plain": "IntSlider(value=0)"},
        {"image/png": PIXEL, "text/plain": "<Figure size 640x480 with 1 Axes>"},
        {"image/jpeg": _jpeg()},
        {"image/svg+xml": HOSTILE_SVG},
    ]
    outputs = [new_output("display_data", data=data) for data in display]
    outputs[10]["metadata"] = {"image/png": {"alt": "A single dot"}}
    return [
        *outputs,
        new_output("execute_result", data={"text/plain": "42"}, execution_count=1),
        new_output("stream", name="stdout", text="\x1b[31mred\x1b[0m  10%\r 100%\nnext line\n"),
        new_output("stream", name="stderr", text="/tmp/ipykernel_4711/99.py:1: UserWarning: mind this\n"),
    ]


def say(markdown: str, findings: list[dict] | None = None) -> NotebookNode:
    """The output of `chapter.say`."""
    data: dict[str, object] = {"text/markdown": markdown}
    return new_output("display_data", data=data | ({FINDING: findings} if findings else {}))


def code(cell_id: str, source: str, outputs: list[NotebookNode], *tags: str) -> NotebookNode:
    """An executed code cell."""
    cell = new_code_cell(source, outputs=outputs, execution_count=1, id=cell_id)
    cell.metadata["tags"] = list(tags)
    return cell


def table_output(
    table_id: str,
    caption: str,
    labels: list[str],
    rows: list[list[str]],
    aligns: list[str],
    row_ids: list[str] | None = None,
    wide: bool = False,
) -> NotebookNode:
    """The output of `chapter.table`."""
    spec = {
        "id": table_id,
        "caption": caption,
        "columns": [{"label": label, "align": align} for label, align in zip(labels, aligns, strict=True)],
        "rows": rows,
        "row_ids": row_ids,
        "wide": wide,
        "header_column": True,
    }
    return new_output(
        "display_data", data={TABLE: spec, "text/html": "<table></table>", "text/plain": caption}
    )


def figure_outputs(language: str) -> list[NotebookNode]:
    """The two outputs of `chapter.figure`: the figure, then its caption for JupyterLab."""
    caption = pick(
        Text(
            "Troops by week (made up). Reading help: a step is a new count. "
            "*Source:* nobody, 24 October 2024.",
            "Truppen je Woche (erfunden). Lesehilfe: Jede Stufe ist eine neue Zählung. "
            "*Quelle:* keine, 24.10.2024.",
        ),
        language,
    )
    alt = pick(
        Text(
            "Steps rising from 0 to 12,000 in fourteen weeks.", "Stufen von 0 auf 12.000 in vierzehn Wochen."
        ),
        language,
    )
    own = {"kind": "figure", "id": "fig-troops", "caption": caption, "alt": alt}
    return [
        new_output(
            "display_data",
            data={"image/svg+xml": svg(language), "text/plain": caption},
            metadata={"dilemma": own, "image/svg+xml": {"alt": alt}},
        ),
        new_output(
            "display_data", data={"text/markdown": caption}, metadata={"dilemma": {"kind": "caption"}}
        ),
    ]


@cache
def svg(language: str) -> str:
    """A deterministic matplotlib figure in the report's fonts, Hangul and Cyrillic included."""
    for path in sorted(FONTS.glob("*.ttf")):
        font_manager.fontManager.addfont(path)
    settings = {
        "svg.fonttype": "none",
        "svg.hashsalt": "sample",
        "font.family": ["Report Sans", "Report Hangul"],
    }
    with matplotlib.rc_context(settings):
        axes = matplotlib.figure.Figure(figsize=(6.3, 3.1), layout="constrained").subplots()
        axes.step(range(14), [i * 900 for i in range(14)], where="post", color="#1f4e79")
        axes.set_ylabel(pick(Text("Soldiers (made up)", "Soldaten (erfunden)"), language))
        axes.set_title("Россия, 조선", loc="left")
        stream = io.StringIO()
        axes.figure.savefig(stream, format="svg", metadata={"Date": None, "Creator": None})
    text = stream.getvalue()
    return text[text.index("<svg") :]


def _chapter(slug: str, title: Text, cells: list[NotebookNode]) -> NotebookNode:
    own = {"slug": slug, "title": title._asdict()}
    metadata = {"dilemma": own, "title": title.en, "kernelspec": KERNEL, "language_info": {"name": "python"}}
    return new_notebook(cells=cells, metadata=metadata, nbformat_minor=5)


def _twins(cell_id: str, text: Text) -> list[NotebookNode]:
    return [
        new_markdown_cell(
            pick(text, language), id=f"{cell_id}-{language}", metadata={"tags": [f"lang-{language}"]}
        )
        for language in ("de", "en")
    ]


def _setup(language: str) -> list[NotebookNode]:
    return [
        code(
            "parameters",
            f'as_of: str = "2024-10-24"\nlanguage: str = "{language}"',
            [],
            "parameters",
            "remove-cell",
        ),
        code("setup", "p = parameters.check(globals())", [], "remove-cell"),
    ]


def _counts_prose() -> Text:
    return Text(
        f"## What was counted\n\n{FILLER.en} It cites [Yonhap, 18 Oct 2024](#src-yonhap) and has a "
        "note.[^a]\n\nNames: North Korea (조선민주주의인민공화국), Vladimir Putin (Владимир Путин). "
        "Money: $3 and $5.\n\n"
        "[^a]: A note with *emphasis* and a [link](https://example.org/note).",
        f"## Was gezählt wurde\n\n{FILLER.de} Er zitiert [Yonhap, 18.10.2024](#src-yonhap) und hat eine "
        "Fußnote.[^a]\n\nNamen: Nordkorea (조선민주주의인민공화국), Wladimir Putin (Владимир Путин). "
        "Geld: 3 $ und 5 $.\n\n"
        "[^a]: Eine Fußnote mit *Betonung* und einem [Verweis](https://example.org/note).",
    )


def _method_prose() -> Text:
    return Text(
        f"## Method\n\n{FILLER.en} [x](#tab-estimates) has the numbers.[^a]\n\n"
        "$$v = 1 - \\prod_{i=1}^{n} \\left(1 - \\frac{s_i}{2}\\right)$$\n\n"
        "with the strength $s_i$ of each support.\n\n### A list\n\n"
        "- first item with **bold**\n- second item\n    - nested item\n\n1. one\n2. two\n\nDilemma\n"
        ": Two goals that cannot both be reached.",
        f"## Verfahren\n\n{FILLER.de} [x](#tab-estimates) nennt die Zahlen.[^a]\n\n"
        "$$v = 1 - \\prod_{i=1}^{n} \\left(1 - \\frac{s_i}{2}\\right)$$\n\n"
        "mit der Stärke $s_i$ jeder Stütze.\n\n### Eine Liste\n\n"
        "- erster Punkt, **fett**\n- zweiter Punkt\n    - Unterpunkt\n\n1. eins\n2. zwei\n\nDilemma\n"
        ": Zwei Ziele, die sich nicht zugleich erreichen lassen.",
    )


def _limits_prose() -> Text:
    return Text(
        "## Limits\n\n> **What this does not show.** Whether anybody fought.\n\n> A plain quotation.\n\n"
        "| Actor | Weight |\n|:--|--:|\n| Seoul 서울 | 0.4 |\n| Moscow | 0.9 |",
        "## Grenzen\n\n> **Was das nicht zeigt.** Ob jemand gekämpft hat.\n\n> Ein schlichtes Zitat.\n\n"
        "| Akteur | Gewicht |\n|:--|--:|\n| Seoul 서울 | 0,4 |\n| Moskau | 0,9 |",
    )


def _computed(language: str) -> NotebookNode:
    record = {
        "id": "troops-nis", "chapter": "02-troops", "unit": "persons",
        "value": 1500, "low": None, "high": None,
        "label_en": "Arrived, count of the NIS", "label_de": "Angekommen, Zählung des NIS",
        "text_en": "1,500", "text_de": "1.500", "sources": ["yonhap"],
    }  # fmt: skip
    sentence = Text(
        "The service counted [1,500](#finding-troops-nis) soldiers.",
        "Der Dienst zählte [1.500](#finding-troops-nis) Soldaten.",
    )
    return say(pick(sentence, language), [record])


def _estimates(language: str) -> NotebookNode:
    labels = Text("Issuer,Date,Low,High", "Wer,Tag,von,bis")
    dates = Text("18 Oct 2024,28 Oct 2024", "18.10.2024,28.10.2024")
    thousands = Text("1,500 3,000 10,000 12,000", "1.500 3.000 10.000 12.000")
    first, second = pick(dates, language).split(",")
    a, b, c, d = pick(thousands, language).split()
    rows = [["[NIS](#src-yonhap)", first, a, b], ["**Pentagon**", second, c, d]]
    caption = pick(Text("Estimates by issuer (made up).", "Schätzungen nach Herkunft (erfunden)."), language)
    aligns = ["left", "left", "right", "right"]
    return table_output("tab-estimates", caption, pick(labels, language).split(","), rows, aligns)


def _wide_table(language: str) -> NotebookNode:
    labels = [
        pick(Text("Item", "Gut"), language),
        *(f"{year}-{month:02d}" for year in (2023, 2024) for month in range(1, 8)),
    ]
    rows = [[name, *(str(1000 + 37 * i * j) for i in range(14))] for j, name in enumerate("ABCDEF", 1)]
    caption = pick(Text("A wide table (made up).", "Eine breite Tabelle (erfunden)."), language)
    return table_output("tab-wide", caption, labels, rows, ["left", *["right"] * 14], wide=True)


def _error() -> NotebookNode:
    traceback = [
        "\x1b[31mZeroDivisionError\x1b[39m  Traceback",
        "\x1b[31mZeroDivisionError\x1b[39m: division by zero",
    ]
    return new_output("error", ename="ZeroDivisionError", evalue="division by zero", traceback=traceback)


@cache
def _jpeg() -> str:
    stream = io.BytesIO()
    figure = pyplot.Figure(figsize=(1, 1), dpi=20)
    figure.savefig(stream, format="jpeg")
    return base64.b64encode(stream.getvalue()).decode()


FIGURE_CODE = """weeks = range(14)  # a comment
figure = draw(weeks, colour="#1f4e79", title=f"{len(weeks)} weeks")
chapter.figure(figure, id="fig-troops", caption=t(en="…", de="…"), alt=t(en="…", de="…"))"""
HTML_TABLE = """<style>td {color: red}</style><table border="1" class="dataframe"><thead>
<tr><th></th><th>a</th><th>b</th></tr><tr><th>name</th><th></th><th></th></tr></thead>
<tbody><tr><th>x</th><td>1</td><td>2.5</td></tr>
<tr><th>y &amp; z</th><td>−3</td><td>NaN</td></tr></tbody></table>"""
HOSTILE_SVG = """<?xml version="1.0"?>
<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20" onload="evil()"><script>evil()</script>
<a href="javascript:evil()"><rect id="box" width="40" height="20"/></a><use href="#box"/></svg>"""
