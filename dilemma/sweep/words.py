"""The words of a sweep's index page in both languages."""

from dilemma.wording import Text, pick

WORDS = {
    "title": Text("Sweep “{name}”", "Parameterstudie „{name}“"),
    "subtitle": Text(
        "The Kremlin’s Dilemma: what the model says under many sets of parameters.",
        "Das Dilemma des Kremls: was das Modell bei vielen Parametersätzen sagt.",
    ),
    "runs": Text("What the runs say", "Was die Läufe sagen"),
    "each": Text("Run by run", "Lauf für Lauf"),
    "failures": Text("What failed", "Was gescheitert ist"),
    "answer": Text(
        "Runs: {runs}, of which failed: {failed}. Best option on average, by number of runs: {options}.",
        "Läufe: {runs}, davon gescheitert: {failed}. Im Mittel beste Option nach Zahl der Läufe: {options}.",
    ),
    "figure": Text(
        "Every mark is one of {runs} runs. Top: the probability that “Kursk only” ends worse than the best "
        "alternative. Bottom: how far Kursk is ahead of the best other option on average; below zero it is behind. "
        "Colour and shape: the option that is best on average, with the number of runs. Each column shows one "
        "parameter; the others vary as well, which is why marks stand one above the other.",
        "Jede Marke ist einer von {runs} Läufen. Oben: wie wahrscheinlich „nur Kursk“ schlechter endet als die beste "
        "Alternative. Unten: wie weit Kursk im Mittel vor der besten anderen Option liegt; unter null liegt es zurück. "
        "Farbe und Form: die im Mittel beste Option, dahinter die Zahl der Läufe. Jede Spalte zeigt einen Parameter; "
        "auch die übrigen schwanken, deshalb stehen Marken übereinander.",
    ),
    "runs_caption": Text(
        "Runs in the order of the design. Best: the option that is best on average; share: of the worlds in which it "
        "is best; gap: Kursk minus the best other option, in kSE; backfires: probability that “Kursk only” ends "
        "worse than the best alternative. A linked run has a report or a chapter of its own. All findings: "
        "findings.csv.",
        "Läufe in der Reihenfolge des Plans. Beste: die im Mittel beste Option; Anteil: der Welten, in denen sie die "
        "beste ist; Abstand: Kursk minus beste andere Option, in kSE; schadet: wie wahrscheinlich „nur Kursk“ "
        "schlechter endet als die beste Alternative. Wo der Lauf ein Link ist, gibt es einen Bericht oder ein Kapitel "
        "dazu. Alle Ergebnisse: findings.csv.",
    ),
    "failures_caption": Text(
        "Runs that lack their findings, a chapter or part of a report, and why. The next call of the same sweep "
        "tries them again.",
        "Läufe, denen das Ergebnis, ein Kapitel oder ein Teil des Berichts fehlt, und der Grund. Der nächste Aufruf "
        "derselben Studie versucht sie noch einmal.",
    ),
    "rest": Text(
        "Not listed, but in findings.csv: {count} more runs.",
        "Nicht aufgeführt, aber in findings.csv: {count} weitere Läufe."
    ),
    "best": Text("Best", "Beste"),
    "best_share": Text("Share", "Anteil"),
    "gap": Text("Gap", "Abstand"),
    "backfires": Text("Backfires", "Schadet"),
    "report": Text("Run", "Lauf"),
    "reason": Text("Reason", "Grund"),
}


def word(key: str, language: str, **values: object) -> str:
    """The page's wording for `key` in `language`, with its {placeholders} filled in."""
    return pick(WORDS[key], language).format(**values)
