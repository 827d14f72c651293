"""The report's own words (not the chapters') in both languages, shared by HTML and PDF."""

from dilemma.wording import Text, pick

STRINGS = {
    "title": Text("The Kremlin’s Dilemma", "Das Dilemma des Kremls"),
    "subtitle": Text(
        "Are North Korea’s soldiers a risk for Moscow? An assessment that can be checked and rerun.",
        "Werden Nordkoreas Soldaten für Moskau zum Risiko? Eine Einschätzung zum Nachrechnen.",
    ),
    "author": Text("The Kremlin’s Dilemma contributors", "Mitwirkende von „Das Dilemma des Kremls“"),
    "as_of": Text("Knowledge as of {day}", "Stand des Wissens: {day}"),
    "answer": Text("The answer in short", "Die Antwort in Kürze"),
    "contents": Text("Contents", "Inhalt"),
    "skip": Text("Skip to the report", "Zum Bericht springen"),
    "figure": Text("Figure", "Abbildung"),
    "table": Text("Table", "Tabelle"),
    "on_page": Text("{what} has a page of its own: page", "{what} steht auf einer eigenen Seite: Seite"),
    "figures": Text("Figures", "Abbildungen"),
    "tables": Text("Tables", "Tabellen"),
    "untitled": Text("Notebook", "Notebook"),
    "notes": Text("Notes", "Anmerkungen"),
    "note": Text("Note {number}", "Anmerkung {number}"),
    "back": Text("Back to the text, note {number}", "Zurück zum Text, Anmerkung {number}"),
    "back_again": Text(
        "Back to the text, note {number}, place {use}", "Zurück zum Text, Anmerkung {number}, Stelle {use}"
    ),
    "code": Text("Code", "Code"),
    "code_of": Text("of cell {cell}", "der Zelle {cell}"),
    "show_code": Text("Show all code", "Gesamten Code zeigen"),
    "hide_code": Text("Hide all code", "Gesamten Code verbergen"),
    "messages": Text("Messages of the run", "Meldungen des Laufs"),
    "error": Text("This cell stopped with an error", "Diese Zelle ist mit einem Fehler abgebrochen"),
    "output": Text("Output", "Ausgabe"),
    "formula": Text("Formula", "Formel"),
    "section_link": Text("Link to this section", "Link zu diesem Abschnitt"),
    "no_alt": Text("Figure without a description", "Abbildung ohne Beschreibung"),
    "image_left_out": Text("Image not included: {what}", "Bild nicht enthalten: {what}"),
    "left_out": Text("Left out here: {what}", "Hier ausgelassen: {what}"),
    "interactive": Text("interactive or active content", "interaktive oder aktive Inhalte"),
    "provenance": Text("How this report was made", "Wie dieser Bericht entstand"),
    "provenance_intro": Text(
        "The same inputs give the same report, byte for byte. These are the inputs of this one.",
        "Gleiche Eingaben ergeben denselben Bericht, Byte für Byte. Die Eingaben dieses Berichts stehen hier.",
    ),
    "entry": Text("Entry", "Angabe"),
    "value": Text("Value", "Wert"),
    "parameters": Text("Parameters", "Parameter"),
    "data_hash": Text("Data (hash)", "Daten (Hash)"),
    "code_hash": Text("Code (hash)", "Code (Hash)"),
    "notebooks_hash": Text("Notebooks (hash)", "Notebooks (Hash)"),
    "inputs": Text("All inputs (hash)", "Alle Eingaben (Hash)"),
    "versions": Text("Versions", "Versionen"),
    "seed": Text("Seed", "Startwert der Zufallszahlen"),
    "command": Text("Command", "Befehl"),
    "incomplete": Text("This report is incomplete.", "Dieser Bericht ist unvollständig."),
    "incomplete_what": Text("Not finished: {what}", "Nicht fertig: {what}"),
    "stopped": Text("{chapter}, cell {cell}", "{chapter}, Zelle {cell}"),
    "not_run": Text("{chapter} (did not run)", "{chapter} (lief nicht)"),
    "problems": Text("What could not be shown as written", "Was sich nicht so zeigen ließ, wie es geschrieben ist"),
    "other_language": Text("Deutsch", "English"),
    "other_language_long": Text("This report in German", "Dieser Bericht auf Englisch"),
}


def string(key: str, language: str, **values: object) -> str:
    """The report's wording for `key` in `language`, with its {placeholders} filled in."""
    return pick(STRINGS[key], language).format(**values)
