"""One executed chapter as a page, as a worker makes it: nothing is imported that only its execution needs."""

from pathlib import Path

from dilemma.report import document, html


def render(task: tuple[Path, Path, str, dict[str, object]]) -> str:
    """Writes an executed chapter as a page in one step; returns why it could not, or nothing."""
    notebook, page, language, about = task
    try:
        text = html.render_html(document.build([notebook], language, about, languages=(language,)))
    except Exception as error:  # noqa: BLE001 - one page must not take the others with it
        return f"{type(error).__name__}: {next(iter(str(error).splitlines()), '')}"
    part = notebook.with_suffix(".html")
    part.write_text(text, encoding="utf-8", newline="\n")
    part.replace(page)
    return ""
