"""Exporters for `jupyter nbconvert --to dilemma-html` and `--to dilemma-pdf`: any notebook, stock commands."""

from typing import Any

from nbconvert.exporters import Exporter
from nbformat import NotebookNode
from traitlets import Enum

from dilemma.report import document as documents
from dilemma.report import pdf
from dilemma.wording import LANGUAGES


class ReportPDF(Exporter):
    """A single notebook as a PDF that is tagged for screen readers and fit for archives."""

    export_from_notebook = "Report (PDF)"
    output_mimetype = "application/pdf"
    language = Enum(LANGUAGES, "en", help="Language of the report's own words and of the cells shown.").tag(config=True)

    def _file_extension_default(self) -> str:
        return ".pdf"

    def from_notebook_node(
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **options: Any
    ) -> tuple[bytes, dict[str, Any]]:
        """The PDF and nbconvert's resources; what could not be shown is said in the log and in the PDF."""
        nb, resources = super().from_notebook_node(nb, resources, **options)
        name = resources.get("metadata", {}).get("name", "")
        # `jupyter nbconvert --no-input` speaks to the exporters that have a template.
        code = not self.config.get("TemplateExporter", {}).get("exclude_input", False)
        document = documents.single(nb, self.language, name, code)
        content = pdf.render_pdf(document)
        for problem in document.problems:
            self.log.warning(problem)
        return content, resources
