"""The report's own words (not the chapters') in both languages, shared by HTML and PDF."""

from dilemma.wording import Text, number, pick

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
    "contents_search": Text("Contents and search", "Inhalt und Suche"),
    "search": Text("Search this report", "Im Bericht suchen"),
    "found_none": Text("Nothing found", "Nichts gefunden"),
    "found_one": Text("1 place", "1 Stelle"),
    "found_many": Text("% places", "% Stellen"),
    "found_first": Text("% places, the first % are listed", "% Stellen, aufgeführt sind die ersten %"),
    "previous": Text("Previous", "Zurück"),
    "next": Text("Next", "Weiter"),
    "to_row": Text("Open in its table", "In der Tabelle zeigen"),
    "to_code": Text("Show the code", "Code zeigen"),
    "cell": Text("cell", "Zelle"),
    "computed_as": Text("Computed", "Berechnet"),
    "grade": Text("grade", "Note"),
    "close": Text("Close", "Schließen"),
    "values": Text("Values of the figure", "Werte der Abbildung"),
    "scroll_hint": Text("Scroll sideways to see all of it", "Seitwärts scrollen, um alles zu sehen"),
    "skip": Text("Skip to the report", "Zum Bericht springen"),
    "figure": Text("Figure", "Abbildung"),
    "table": Text("Table", "Tabelle"),
    "on_page": Text("{what} is printed sideways on page", "{what} steht im Querformat auf Seite"),
    "sideways": Text("Wide tables", "Breite Tabellen"),
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
    "code_of_all": Text("of cells {cell}", "der Zellen {cell}"),
    "show_code": Text("Show all code", "Gesamten Code zeigen"),
    "hide_code": Text("Hide all code", "Gesamten Code verbergen"),
    "messages": Text("Messages of the run", "Meldungen des Laufs"),
    "error": Text("This cell stopped with an error", "Diese Zelle ist mit einem Fehler abgebrochen"),
    "output": Text("Output", "Ausgabe"),
    "explorer_figure": Text("The whole grid as a figure", "Das ganze Raster als Abbildung"),
    "formula": Text("Formula", "Formel"),
    "section_link": Text("Link to this section", "Link zu diesem Abschnitt"),
    "no_alt": Text("Figure without a description", "Abbildung ohne Beschreibung"),
    "image_left_out": Text("Image not included: {what}", "Bild nicht enthalten: {what}"),
    "left_out": Text("Left out here: {what}", "Hier ausgelassen: {what}"),
    "characters": Text("{count} of {total} characters", "{count} von {total} Zeichen"),
    "rows": Text("{count} of {total} rows", "{count} von {total} Zeilen"),
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
    # the comparison of two runs
    "compare_title": Text("Two runs compared: {before} and {after}", "Zwei Läufe im Vergleich: {before} und {after}"),
    "compare_subtitle": Text(
        "The Kremlin’s Dilemma: what changes from one run to the other, and which parameter changes it.",
        "Das Dilemma des Kremls: was sich von einem Lauf zum anderen ändert und welcher Parameter es bewirkt.",
    ),
    "compare_route": Text("From `{before}` to `{after}`: {what}.", "Von `{before}` zu `{after}`: {what}."),
    "compare_identical": Text("The two runs are identical.", "Die beiden Läufe sind identisch."),
    "compare_data_hash": Text(
        "The runs were made from different data.", "Die Läufe beruhen auf verschiedenen Daten."
    ),
    "compare_notebooks_hash": Text(
        "The runs were made with different notebooks.", "Die Läufe beruhen auf verschiedenen Notebooks."
    ),
    "compare_code_hash": Text(
        "The runs were made with different program code.", "Die Läufe beruhen auf verschiedenem Programmcode."
    ),
    "compare_versions": Text(
        "The runs were made with different library versions: {what}.",
        "Die Läufe entstanden mit verschiedenen Bibliotheksversionen: {what}.",
    ),
    "compare_incomplete": Text("The run `{run}` is incomplete.", "Der Lauf `{run}` ist unvollständig."),
    "compare_counts": Text(
        "Parameters changed: {parameters}. Words that flipped: {words}. Numbers that changed visibly: {numbers}. "
        "Passages that read differently: {sentences}. Figures that changed: {figures}.",
        "Geänderte Parameter: {parameters}. Gekippte Wörter: {words}. Sichtbar geänderte Zahlen: {numbers}. "
        "Textstellen, die anders lauten: {sentences}. Geänderte Abbildungen: {figures}.",
    ),
    "compare_verdict_flips": Text(
        "**The verdict reads differently**, and not only in its numbers.",
        "**Das Urteil lautet anders**, und nicht nur in den Zahlen.",
    ),
    "compare_verdict_stands": Text(
        "The wording of the verdict stands; at most its numbers differ.",
        "Der Wortlaut des Urteils bleibt; allenfalls seine Zahlen sind andere.",
    ),
    "compare_luck": Text(
        "The runs differ in `draws` or `seed`: part of each change is the luck of the draw.",
        "Die Läufe unterscheiden sich in `draws` oder `seed`: Ein Teil jeder Änderung ist Zufall der Ziehung.",
    ),
    "compare_changes": Text("What changed", "Was sich geändert hat"),
    "compare_parameters": Text("Parameters", "Parameter"),
    "compare_words": Text("Words that flipped", "Gekippte Wörter"),
    "compare_numbers": Text("Numbers that changed", "Geänderte Zahlen"),
    "compare_sentences": Text("Passages that read differently", "Textstellen, die anders lauten"),
    "compare_causes": Text("Which parameter changed it", "Welcher Parameter es bewirkt"),
    "compare_figures": Text("Figures in both runs", "Abbildungen beider Läufe"),
    "compare_verdict": Text("The verdict", "Das Urteil"),
    "compare_parameter": Text("Parameter", "Parameter"),
    "compare_meaning": Text("Meaning", "Bedeutung"),
    "compare_finding": Text("Finding", "Ergebnis"),
    "compare_chapter": Text("Chapter", "Kapitel"),
    "compare_unit": Text("Unit", "Einheit"),
    "compare_change": Text("Change", "Änderung"),
    "compare_interaction": Text("Interaction", "Zusammenwirken"),
    "compare_alone": Text("only `{name}`", "nur `{name}`"),
    "compare_points": Text("{change} points", "{change} Punkte"),
    "compare_percentage_points": Text("percentage points", "Prozentpunkte"),
    "compare_low_end": Text("{label}: low end", "{label}: unteres Ende"),
    "compare_high_end": Text("{label}: high end", "{label}: oberes Ende"),
    "compare_nothing": Text("No parameter differs.", "Kein Parameter ist verschieden."),
    "compare_none": Text("None.", "Keine."),
    "compare_parameters_caption": Text(
        "The parameters that differ. All others are the same.",
        "Die Parameter, die sich unterscheiden. Alle anderen sind gleich.",
    ),
    "compare_words_caption": Text(
        "Findings in words that differ, by chapter.", "Ergebnisse in Worten, die sich unterscheiden, nach Kapiteln."
    ),
    "compare_numbers_caption": Text(
        "Findings in numbers that differ, by chapter. Change: second run minus first; for a range its low and its "
        "high end.",
        "Ergebnisse in Zahlen, die sich unterscheiden, nach Kapiteln. Änderung: zweiter Lauf minus erster; bei "
        "einer Spanne unteres und oberes Ende.",
    ),
    "compare_rounded": Text(
        "Changed by less than their last printed digit and not listed: {count}.",
        "Um weniger als die letzte gedruckte Stelle geändert und nicht aufgeführt: {count}.",
    ),
    "compare_sentences_caption": Text(
        "{chapter}: passages of both runs side by side.", "{chapter}: Textstellen beider Läufe nebeneinander."
    ),
    "compare_sentences_intro": Text(
        "Passages that differ in more than their numbers and days. The words that differ are bold.",
        "Textstellen, die sich nicht nur in Zahlen und Tagen unterscheiden. Die anderen Wörter sind fett.",
    ),
    "compare_figures_intro": Text(
        "The figures that differ, each first as `{before}` and then as `{after}` shows it.",
        "Die Abbildungen, die sich unterscheiden: jede erst aus `{before}`, dann aus `{after}`.",
    ),
    "compare_figure_of": Text(
        "Run `{run}`, chapter {chapter}: {caption}", "Lauf `{run}`, Kapitel {chapter}: {caption}"
    ),
    "compare_causes_intro": Text(
        "Starting from the first run, each changed parameter was set alone as in the second run. The interaction "
        "is what is left of the change: the parameters’ joint effect, which none of them has alone. From another "
        "starting point the shares would be others.",
        "Ausgehend vom ersten Lauf wurde jeder geänderte Parameter für sich allein so gesetzt wie im zweiten. Das "
        "Zusammenwirken ist der Rest der Änderung: was die Parameter nur gemeinsam bewirken. Von einem anderen "
        "Ausgangspunkt aus wären die Anteile andere.",
    ),
    "compare_causes_caption": Text(
        "Each change taken apart: effects of the parameters alone and their interaction, which add up to the "
        "change but for rounding. First the findings that the summary cites, then the others by chapter.",
        "Jede Änderung zerlegt: Wirkungen der Parameter für sich und ihr Zusammenwirken; zusammen ergeben sie bis "
        "auf Rundung die Änderung. Zuerst die Ergebnisse, die die Zusammenfassung nennt, dann die übrigen nach "
        "Kapiteln.",
    ),
    "compare_dash": Text(
        "A dash: with this parameter alone there is no number to compare; its effect is part of the interaction.",
        "Ein Strich: Mit diesem Parameter allein gibt es keine vergleichbare Zahl; seine Wirkung steckt im "
        "Zusammenwirken.",
    ),
    "compare_causes_rest": Text(
        "Not listed, but in comparison.json: {count}.", "Nicht aufgeführt, aber in comparison.json: {count}."
    ),
    "compare_word_causes_caption": Text(
        "The words that flipped, when one parameter alone is set as in the second run.",
        "Die gekippten Wörter, wenn ein einzelner Parameter so gesetzt wird wie im zweiten Lauf.",
    ),
    "compare_one": Text(
        "Only `{name}` differs, so the whole change is its effect.",
        "Nur `{name}` ist verschieden; die ganze Änderung ist also seine Wirkung.",
    ),
    "compare_mixed": Text(
        "The runs were not made from the same data, notebooks, code and libraries; the changes cannot be "
        "attributed to parameters.",
        "Die Läufe beruhen nicht auf denselben Daten, Notebooks, Programmen und Bibliotheken; die Änderungen "
        "lassen sich Parametern nicht zuordnen.",
    ),
    "compare_gaps": Text(
        "A run is incomplete; the changes cannot be attributed to parameters.",
        "Ein Lauf ist unvollständig; die Änderungen lassen sich Parametern nicht zuordnen.",
    ),
    "compare_stale": Text(
        "Data, notebooks, code or libraries have changed since the runs were made. To attribute the changes to "
        "parameters, make both runs anew.",
        "Daten, Notebooks, Programm oder Bibliotheken sind seit den Läufen verändert. Um die Änderungen Parametern "
        "zuzuordnen, müssen beide Läufe neu entstehen.",
    ),
    "compare_verdict_caption": Text(
        "What the summary says in both runs and, between them, with one parameter alone set as in the second.",
        "Was die Zusammenfassung in beiden Läufen sagt; dazwischen, was sie sagte, wenn nur ein Parameter so gesetzt "
        "wird wie im zweiten.",
    ),
    "compare_run": Text("Run {name}", "Lauf {name}"),
    "compare_only_in": Text("Only in run `{name}`.", "Nur im Lauf `{name}`."),
}


def string(key: str, language: str, **values: object) -> str:
    """The report's wording for `key` in `language`, with its {placeholders} filled in."""
    return pick(STRINGS[key], language).format(**values)


def counted(key: str, count: int, total: int) -> Text:
    """The report's wording for so many of so many, in both languages."""
    en, de = (
        string(key, language, count=number(count, language), total=number(total, language)) for language in ("en", "de")
    )
    return Text(en, de)
