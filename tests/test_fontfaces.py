"""The fonts of the page: ready where the project's own words are shown, cut where a page has others."""

import re

import pytest
from fontTools.ttLib import TTFont

from dilemma.report import fontfaces


@pytest.fixture
def cuts(monkeypatch) -> list[frozenset[int]]:
    """What is cut while the test runs; nothing is cut in earnest."""
    seen: list[frozenset[int]] = []
    monkeypatch.setattr(fontfaces, "_woff2", lambda path, points: seen.append(points) or b"cut")
    fontfaces._rule.cache_clear()
    yield seen
    fontfaces._rule.cache_clear()


def test_the_project_s_own_characters_need_no_cutting(cuts):
    assert 7 == fontfaces.css("Zwölf Panzer, 한국, ρ ≤ 0,5").count("@font-face")
    assert [] == cuts


def test_a_page_with_another_character_gets_its_own_cut(cuts):
    fontfaces.css("Ω")
    assert cuts and all(ord("Ω") in points for points in cuts)


@pytest.mark.parametrize("face", fontfaces.FACES, ids=lambda face: face.file)
def test_what_lies_ready_has_every_character_it_claims(face):
    ready = frozenset(TTFont(fontfaces._ready(face)).getBestCmap())
    assert fontfaces.repertoire() & fontfaces.coverage(face.file) == ready & fontfaces.repertoire()


def test_only_what_a_reader_sees_counts():
    page = '<style>a</style><p title="b">c&auml;</p><img src="data:image/png;base64,de">'
    assert {"c", "ä"} == {sign for sign in fontfaces.characters(page) if re.match(r"\w", sign)}
