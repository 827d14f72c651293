"""The content of data/ follows its description and the coding rules of the collection."""

import calendar
import csv
import io
import re
from itertools import pairwise

import pytest

from dilemma import argument, evidence, schema

PACKAGE = evidence.description()
RESOURCES = {resource["name"]: resource for resource in PACKAGE["resources"]}
TABLES = sorted(RESOURCES)
AT_WAR = {"RUS", "UKR", "PRK"}
# What a quantity can be said to do; anything else mixes two counts
VERBS = {
    "ballistic_missiles_delivered": {"delivered"},
    "ballistic_missiles_fired": {"fired"},
    "captured_cumulative": {"captured"},
    "casualties_cumulative": {"killed_or_wounded"},
    "casualties_per_week": {"killed_or_wounded"},
    "containers_delivered": {"delivered"},
    "engineers_killed": {"killed"},
    "heavy_artillery_delivered": {"delivered"},
    "killed_cumulative": {"killed"},
    "memorial_burial_places": {"killed"},
    "military_engineers": {"planned", "arrived"},
    "share_of_russian_shell_use": {"delivered", "fired"},
    "shells_delivered": {"delivered"},
    "technicians_near_front": {"dispatched"},
    "troops_dispatched": {"dispatched"},
    "troops_in_kursk": {"planned", "in_kursk"},
    "troops_in_russia": {"training", "dispatched", "arrived"},
    "troops_in_ukraine": {"in_combat"},
    "troops_moving_west": {"dispatched"},
    "troops_near_front": {"arrived"},
    "troops_planned": {"planned"},
    "troops_returned": {"returned"},
    "troops_second_wave": {"dispatched"},
    "value_of_arms": {"delivered"},
    "value_of_support": {"delivered"},
    "workers_in_russia": {"planned", "dispatched", "arrived"},
}
# How credible a claim of each status can be; open ones may be doubtful where they are possible but nothing was seen
CREDIBILITY = {
    "supported": {1, 2},
    "disputed": {3, 4, 5},
    "open": {3, 4, 6},
    "overtaken": {1, 2, 3, 4, 5, 6},
    "refuted": {5},
    "not_checkable": {6},
}


def fields(table):
    return RESOURCES[table]["schema"]["fields"]


def content(table):
    return (evidence.DATA / RESOURCES[table]["path"]).read_bytes()


def texts(language):
    """Every text for readers in one language, with its table and row."""
    found = []
    for table in TABLES:
        frame = evidence.read(table)
        for column in frame.columns[frame.columns.str.endswith(f"_{language}")]:
            found += [(table, column, text) for text in frame[column].dropna()]
    return found


def refused(language, pattern):
    return [found for found in texts(language) if re.search(pattern, found[-1])]


# The files


@pytest.mark.parametrize("table", TABLES)
def test_every_table_is_read_without_a_complaint(table):
    assert 0 < len(evidence.read(table))


def test_every_csv_file_is_described():
    described = {resource["path"] for resource in PACKAGE["resources"]}
    assert described == {path.name for path in evidence.DATA.glob("*.csv")}


@pytest.mark.parametrize("table", TABLES)
def test_files_have_unix_line_ends_and_a_final_newline_and_no_byte_order_mark(table):
    raw = content(table)
    assert (False, False, True) == (raw.startswith(b"\xef\xbb\xbf"), b"\r" in raw, raw.endswith(b"\n"))


@pytest.mark.parametrize("table", TABLES)
def test_files_are_written_as_the_csv_module_writes_them_in_the_order_of_the_description(table):
    rows = list(csv.DictReader(io.StringIO(content(table).decode(), newline="")))
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, [field["name"] for field in fields(table)], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    assert out.getvalue() == content(table).decode()


@pytest.mark.parametrize("table", TABLES)
def test_rows_are_sorted_by_key(table):
    keys = evidence.read(table)[RESOURCES[table]["schema"]["primaryKey"]]
    found = list(keys.itertuples(index=False, name=None))
    misplaced = [
        f"data/{RESOURCES[table]['path']}, line {line}: {key} belongs before {before} in the line above"
        for line, (before, key) in enumerate(pairwise(found), start=3)
        if key < before
    ]
    assert [] == misplaced, misplaced[0]


def test_a_source_without_a_day_must_say_that_it_has_none():
    row = "zz-1,AP,,,A title,,day,https://example.org/1,en,news_agency,A"
    header = ",".join(field["name"] for field in fields("sources"))
    with pytest.raises(schema.DataError, match="column precision: Fill at least one of published, or write none here"):
        schema.table(f"{header}\n{row}\n".encode(), RESOURCES["sources"], {})


@pytest.mark.slow
def test_an_independent_reader_accepts_package_and_tables():
    frictionless = pytest.importorskip("frictionless")
    report = frictionless.Package(str(evidence.DATA / "datapackage.json")).validate()
    assert [] == [error.message for task in report.tasks for error in task.errors] + report.errors


# The description


@pytest.mark.parametrize("table", TABLES)
def test_every_table_and_column_is_described_in_both_languages(table):
    described = [RESOURCES[table], *fields(table)]
    bare = [entry["name"] for entry in described if not (entry["description"] and entry["description_de"])]
    assert [] == bare


@pytest.mark.parametrize("table", TABLES)
def test_the_explained_values_are_the_allowed_values(table):
    for field in fields(table):
        explained = [value["value"] for value in field.get("categories", ())]
        allowed = field.get("listOf", field.get("constraints", {})).get("enum", explained)
        assert explained in ([], allowed)


@pytest.mark.parametrize(("table", "column"), [
    ("estimates", "quantity"), ("estimates", "unit"), ("estimates", "verb"), ("quantities", "unit"),
])
def test_no_unit_quantity_or_verb_is_allowed_that_nothing_uses(table, column):
    allowed = next(field["constraints"]["enum"] for field in fields(table) if field["name"] == column)
    assert set(allowed) == set(evidence.read(table)[column])


@pytest.mark.parametrize("table", TABLES)
def test_columns_that_cannot_hold_missing_values_are_required(table):
    exact = [field for field in fields(table) if field["type"] in ("integer", "boolean")]
    assert [] == [field["name"] for field in exact if not field.get("constraints", {}).get("required")]


@pytest.mark.parametrize("table", TABLES)
def test_every_form_comes_with_an_example_that_has_it(table):
    for field in fields(table):
        for rule, example in [(field.get("constraints", {}), field.get("example")),
                              (field.get("listOf", {}), field.get("listOf", {}).get("example"))]:
            assert "pattern" not in rule or re.fullmatch(rule["pattern"], example)


# Texts


def test_german_texts_use_german_quotation_marks_and_decimal_commas():
    assert [] == refused("de", r"[\"“](?=\w)|\"|\d\.\d(?!\d\d)|\d,\d{3}\b")


def test_english_texts_use_no_german_quotation_marks_or_decimal_commas():
    assert [] == refused("en", r"„|\d,\d(?!\d\d)")


@pytest.mark.parametrize("table", TABLES)
def test_a_german_text_is_not_the_english_one(table):
    frame = evidence.read(table)
    names = {"name", "term"}
    stems = {column[:-3] for column in frame.columns if column.endswith("_de")} - names
    assert [] == [stem for stem in stems if (frame[f"{stem}_de"] == frame[f"{stem}_en"]).any()]


# Sources


def test_only_undated_pages_lack_a_day():
    sources = evidence.read("sources")
    assert (sources["precision"] == "none").to_list() == sources["published"].isna().to_list()


def test_pages_known_to_the_month_or_year_stand_on_its_last_day():
    sources = evidence.read("sources")
    months = sources[sources.precision == "month"].published
    years = sources[sources.precision == "year"].published
    assert [calendar.monthrange(day.year, day.month)[1] for day in months] == months.dt.day.to_list()
    assert {(12, 31)} == set(zip(years.dt.month, years.dt.day))


def test_brackets_around_a_title_are_closed():
    titles = evidence.read("sources")["title"]
    assert [] == [title for title in titles if title.count("[") != title.count("]")]


# Estimates


def test_verbs_are_never_mixed():
    estimates = evidence.read("estimates")
    assert VERBS == estimates.groupby("quantity")["verb"].agg(set).to_dict()


def test_only_plans_refer_to_a_later_day():
    estimates = evidence.read("estimates")
    assert {"planned"} == set(estimates[estimates.refers_to > estimates.stated].verb)


def test_claims_kept_to_show_a_conflict_are_the_improbable_ones():
    estimates = evidence.read("estimates")
    assert (estimates.credibility == 5).to_list() == estimates.conflicting.to_list()


def test_a_lower_bound_alone_is_also_the_central_value():
    estimates = evidence.read("estimates").set_index("estimate_id")
    alone = estimates.low.notna() & estimates.central.isna() & estimates.high.isna()
    assert [] == estimates.index[alone].to_list()


def test_shares_lie_between_zero_and_one():
    for table in ("estimates", "quantities"):
        frame = evidence.read(table)
        assert frame[frame.unit.isin(["share", "probability"])].high.max() <= 1


# Issuers, scales, claims


def test_the_parties_to_the_war_are_marked():
    issuers = evidence.read("issuers")
    countries = issuers[issuers.country.notna()]
    assert countries.country.isin(AT_WAR).to_list() == countries.party_to_war.to_list()


def test_every_grade_has_a_base_score_and_every_reliability_a_weight():
    ranks = evidence.read("scales").groupby("scale")["rank"].agg(list)
    ours = ["Base score by credibility", "Base score by reliability", "Pooling weight by reliability"]
    assert [[1, 2, 3, 4, 5, 6]] * 3 == ranks[ours].to_list()


def test_pooling_weights_are_single_values():
    scales = evidence.read("scales").set_index("scale").loc["Pooling weight by reliability"]
    assert scales.low.to_list() == scales.high.to_list()


def test_values_of_ours_are_marked_as_assumed_and_cite_nothing():
    scales = evidence.read("scales")
    assert (scales.basis == "assumed").to_list() == (scales.source_ids.str.len() == 0).to_list()


def test_claims_are_numbered_without_a_gap():
    ids = evidence.read("claims").claim_id.to_list()
    assert [f"C{number:02}" for number in range(1, len(ids) + 1)] == ids


def test_every_claim_has_a_status_on_the_day_of_the_article():
    known = set(evidence.read("claim_status", "2024-10-24").claim_id)
    assert set(evidence.read("claims").claim_id) == known


def test_the_status_of_a_claim_fits_its_credibility():
    rows = evidence.read("claim_status").itertuples()
    misfits = [(row.claim_id, row.known_from) for row in rows if row.credibility not in CREDIBILITY[row.status]]
    assert [] == misfits


@pytest.mark.parametrize("table", ["claim_status", "argument_nodes"])
def test_no_page_is_younger_than_the_row_that_cites_it(table):
    published = evidence.read("sources").set_index("source_id").published.dropna()
    rows = evidence.read(table).explode("source_ids").dropna(subset="source_ids")
    late = rows[rows.source_ids.map(published) > rows.known_from]
    assert [] == late.source_ids.to_list()


# The argument map


def test_nodes_of_claims_take_their_base_from_the_claim_and_all_others_have_one():
    nodes = evidence.read("argument_nodes")
    claims = (nodes.kind == "claim").to_list()
    assert claims == nodes.claim_id.notna().to_list()
    assert claims == nodes.base_low.isna().to_list() == nodes.base_high.isna().to_list()


def test_no_two_nodes_stand_in_one_place():
    nodes = evidence.read("argument_nodes")
    assert [] == nodes[nodes.duplicated(["column", "row"])].node_id.to_list()


@pytest.mark.parametrize("as_of", ["2024-10-24", "2024-12-31", None])
def test_every_node_leads_to_the_thesis_on_any_day(as_of):
    nodes, edges = evidence.read("argument_nodes", as_of), evidence.read("argument_edges", as_of)
    thesis = nodes[nodes.kind == "thesis"].node_id.item()
    assert set(nodes.node_id) == {thesis} | argument.upstream(edges, thesis)


def test_the_arrows_never_lead_back():
    edges = evidence.read("argument_edges")
    while len(edges):
        starts = edges[~edges.from_node.isin(edges.to_node)]
        assert len(starts), f"circle among {sorted(edges.from_node)}"
        edges = edges.drop(starts.index)


def test_a_changed_row_is_refused_by_the_same_check_that_reads_the_tables():
    broken = content("issuers").replace(b",false,", b",maybe,", 1)
    with pytest.raises(schema.DataError, match="column party_to_war: 'maybe' is not allowed"):
        schema.table(broken, RESOURCES["issuers"], {})
