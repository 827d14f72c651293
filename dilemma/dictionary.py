"""The data dictionary: data/README.md, written from data/datapackage.json in both languages."""

from collections.abc import Iterator, Mapping
from typing import Any

from dilemma import evidence, schema

BOUNDS = {"minimum": ">=", "maximum": "<=", "maxLength": "length · Länge <="}

INTRODUCTION = """\
# {title} · {title_de}

*Written from `datapackage.json` by `python3 run.py dictionary`; edit that file, not this one.*
*Aus `datapackage.json` erzeugt mit `python3 run.py dictionary`; bitte jene Datei ändern, nicht diese.*

{description}

{description_de}

## Adding a row

1. Read the page yourself. Add it to `sources.csv`; put a title in [brackets] if you describe it.
2. Add your row to its table and name the page in `source_id` or `source_ids`. Paraphrase, do not copy.
3. Keep the rows sorted by key. UTF-8, commas, ISO days (2024-10-24), decimal points, empty = missing.
4. Run `python3 run.py test`. A mistake is reported with file, line, column and what is allowed.

New knowledge about the same thing is a new row with a later `known_from`, never a changed old row:
an analysis as of an earlier day must not see it.

## Eine Zeile ergänzen

1. Lesen Sie die Seite selbst. Tragen Sie sie in `sources.csv` ein; eine eigene Beschreibung statt der
   Überschrift kommt in [Klammern].
2. Ergänzen Sie die Zeile und nennen Sie die Seite in `source_id` oder `source_ids`. Schreiben Sie in eigenen
   Worten, nicht ab.
3. Die Zeilen bleiben nach dem Schlüssel sortiert. UTF-8, Kommas, Tage als 2024-10-24, Dezimalpunkte,
   leer = fehlt.
4. Starten Sie `python3 run.py test`. Ein Fehler wird mit Datei, Zeile, Spalte und dem Erlaubten gemeldet.

Neues Wissen über dieselbe Sache ist eine neue Zeile mit späterem `known_from`, nie eine geänderte alte:
Eine Analyse für einen früheren Stichtag darf es nicht sehen.

## Known from · Bekannt ab

A row counts from the latest of the days its table names below. A page whose day of publication is not
known adds nothing: the row's own day stands, and the page is known with the first row that cites it.

Eine Zeile gilt ab dem spätesten der Tage, die ihre Tabelle unten nennt. Eine Seite ohne bekannten Tag der
Veröffentlichung trägt nichts bei: Es zählt der Tag der Zeile, und die Seite ist mit der ersten Zeile bekannt,
die sie zitiert.

## Citing · Zitieren

Cite the page (publisher, title, day, address) and the issuer of the statement, and name this collection:
{title}, version {version}, table and key of the row. Licence: {licence}.

Zitieren Sie die Seite (Herausgeber, Überschrift, Tag, Adresse) und den Urheber der Aussage und nennen Sie
diese Sammlung: {title_de}, Version {version}, Tabelle und Schlüssel der Zeile. Lizenz: {licence}.
"""


def markdown(package: Mapping[str, Any]) -> str:
    """The data dictionary of a Data Package as Markdown, English and German, with the row counts of data/."""
    licence = ", ".join(licence["title"] for licence in package["licenses"])
    rows = {resource["name"]: len(evidence.read(resource["name"])) for resource in package["resources"]}
    parts = [INTRODUCTION.format(licence=licence, **package), _overview(package, rows)]
    parts += ["\n".join(_table(resource, rows[resource["name"]])) for resource in package["resources"]]
    return "\n".join(parts)


def _overview(package: Mapping[str, Any], rows: Mapping[str, int]) -> str:
    lines = ["## Tables · Tabellen", "", "| file | rows | English | Deutsch |", "|---|--:|---|---|"]
    lines += [
        f"| [`{resource['path']}`](#{resource['name']}) | {rows[resource['name']]} "
        f"| {resource['title']} | {resource['title_de']} |"
        for resource in package["resources"]
    ]
    return "\n".join([*lines, ""])


def _table(resource: Mapping[str, Any], rows: int) -> Iterator[str]:
    fields = resource["schema"]["fields"]
    yield f"### {resource['name']}\n"
    yield f"**{resource['title']}.** {resource['description']}\n"
    yield f"**{resource['title_de']}.** {resource['description_de']}\n"
    yield f"- {rows} rows · Zeilen"
    yield f"- key · Schlüssel: {_names(resource['schema']['primaryKey'])}"
    yield from _rules(resource)
    yield "\n| column | form | English | Deutsch |\n|---|---|---|---|"
    pointers = schema.references(resource)
    for field in fields:
        form = _form(field, pointers.get(field["name"]))
        yield f"| `{field['name']}` | {form} | {field['description']} | {field['description_de']} |"
    yield ""
    for field in fields:
        yield from _values(field)


def _rules(resource: Mapping[str, Any]) -> Iterator[str]:
    rule = resource.get("asOf", {})
    days = [f"`{column}`" for column in rule.get("columns", ())]
    days += [f"day of the page in · Tag der Seite in `{column}`" for column in rule.get("sources", ())]
    days += [f"row in · Zeile in `{column}`" for column in rule.get("rows", ())]
    days += [rule["day"]] if "day" in rule else []
    several = " (the latest counts · das Späteste zählt)" if len(days) > 1 else ""
    yield f"- known from · bekannt ab: {', '.join(days) or 'always · immer'}{several}"
    if "ordered" in resource:
        yield f"- {' <= '.join(f'`{column}`' for column in resource['ordered'])}"


def _form(field: Mapping[str, Any], pointer: tuple[str, str] | None) -> str:
    constraints = field.get("constraints", {})
    parts = ["list · Liste (`;`)" if "listOf" in field else field["type"]]
    parts += [f"`{pointer[0]}.{pointer[1]}`"] if pointer else []
    parts += [f"{sign} {constraints[bound]}" for bound, sign in BOUNDS.items() if bound in constraints]
    if "enum" in constraints and "categories" not in field:
        parts.append(" ".join(f"`{value}`" for value in constraints["enum"]))
    parts += [] if constraints.get("required") else ["may be empty · darf leer sein"]
    return ", ".join(parts)


def _values(field: Mapping[str, Any]) -> Iterator[str]:
    if "categories" in field:
        yield f"| `{field['name']}` | English | Deutsch |\n|---|---|---|"
        for value in field["categories"]:
            yield f"| `{value['value']}` | {value['label']} | {value['label_de']} |"
        yield ""


def _names(columns: list[str]) -> str:
    return " + ".join(f"`{column}`" for column in columns)
