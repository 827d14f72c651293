"""An independent check of a PDF against PDF/UA-1 (ua1) and PDF/A-2a (2a)."""

import re
from pathlib import Path

import page


def failures(content: bytes, profile: str, folder: Path) -> list[str]:
    """The rules of PDF/UA-1 or PDF/A-2a that the file breaks."""
    path = folder / "report.pdf"
    path.write_bytes(content)
    rules = [failure.rule_id for failure in page.validate_pdf(str(path), profile=profile).failures]
    return [rule for rule in rules if not is_false_alarm(rule, content)]


def is_false_alarm(rule: str, content: bytes) -> bool:
    """The validator miscounts a stream that ends in a carriage return; then its true length must be right."""
    return rule.endswith("STREAM-LENGTH-001") and streams_have_their_length(content)


def streams_have_their_length(content: bytes) -> bool:
    return all(
        content[found.end() + int(found[1]) :].lstrip(b"\r\n").startswith(b"endstream")
        for found in re.finditer(rb"/Length (\d+)[^>]*>>\s*stream\r?\n", content)
    )
