"""What executing the chapters costs over running their code in one warm process, without papermill or kernels.

    .venv/bin/python tests/benchmarks/over_functions.py --rounds 3

Both ways have all imports behind them when the clock starts. The plain way runs the code cells of all chapters
one after the other in IPython shells on one core; ours executes the notebooks, on as many cores as there are.
"""

import argparse
import json
import os
import statistics
import tempfile
import time
from pathlib import Path

from dilemma.execution import execute, forkserver, preloaded
from dilemma.parameters import Parameters

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"
CHAPTERS = execute.chapters(NOTEBOOKS)
ENGLISH = Parameters(language="en")
IMPORTED = 15  # seconds, long enough for a fork server to import everything


def ours(folder: Path) -> float:
    """The seconds in which all chapters are executed into `folder`, the fork server being ready."""
    (folder / "run.json").write_text("{}", encoding="utf-8")
    preloaded.start(CHAPTERS)
    time.sleep(IMPORTED)
    begin = time.perf_counter()
    outcomes = execute.execute(NOTEBOOKS, folder, [ENGLISH])
    spent = time.perf_counter() - begin
    if not all(outcome.ok for outcome in outcomes):
        raise SystemExit("\n".join(outcome.sentence for outcome in outcomes))
    return spent


def plain(folder: Path) -> float:
    """The seconds that the cells of all chapters take in a process that has imported what they import."""
    receiver, sender = os.pipe()
    if not os.fork():
        forkserver._import(CHAPTERS)
        os.chdir(folder / ENGLISH.language)  # the last chapters read what the others state
        os.write(sender, json.dumps(sum(map(_cells, CHAPTERS))).encode())
        os._exit(0)
    os.close(sender)
    with open(receiver, encoding="utf-8") as told:
        spent = json.loads(told.read())
    os.wait()
    return spent


def _cells(chapter: Path) -> float:
    """The seconds that the code cells of one chapter take in a shell of their own."""
    from IPython.core.displaypub import CapturingDisplayPublisher
    from IPython.core.interactiveshell import InteractiveShell

    shell = InteractiveShell()
    shell.display_pub = CapturingDisplayPublisher(parent=shell)
    InteractiveShell._instance = shell
    cells = json.loads(chapter.read_text(encoding="utf-8"))["cells"]
    begin = time.perf_counter()
    for cell in cells:
        if cell["cell_type"] == "code":
            shell.run_cell("".join(cell["source"]), store_history=True).raise_error()
    return time.perf_counter() - begin


def main() -> None:
    """Measures both ways in turn and prints their medians and ratio."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    spent: dict[str, list[float]] = {"plain": [], "ours": []}
    for _ in range(parser.parse_args().rounds):
        with tempfile.TemporaryDirectory() as folder:
            spent["ours"].append(ours(Path(folder)))
            spent["plain"].append(plain(Path(folder)))
    medians = {way: statistics.median(seconds) for way, seconds in spent.items()}
    print(f"plain {medians['plain']:.2f} s, ours {medians['ours']:.2f} s, ratio {medians['ours'] / medians['plain']:.2f}")


if __name__ == "__main__":
    main()
