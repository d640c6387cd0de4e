"""`letters`: a letter for each customer that is told a raise, and the rows to post back once they have answered."""

from __future__ import annotations

import csv
import json
import tempfile
from pathlib import Path

from api.analysis_steps import RESULT, ROWS
from api.letters import letters_in
from api.terminal import local, screen
from pricing_service.decisions._raise_waves import fed_back

KIND = "raises"
CHANGES = "price_changes.csv"


def write(source: str, asked: local.Asked, *, currency: str | None, out: Path) -> int:
    """Plan raises and write `<customer>.md` and `.html` into a folder; return how many customers got one."""
    question = asked.question()
    with tempfile.TemporaryDirectory(prefix="letters-") as name:
        folder = Path(name)
        _, panel = local.decided(source, question, folder, currency=currency)
        rows = local.rows_of(folder / ROWS)
        result = json.loads((folder / RESULT).read_bytes())
    out.mkdir(parents=True, exist_ok=True)
    written = 0
    for name, letter in letters_in(rows, currency=panel.currency):
        (out / f"{name}.md").write_text(letter.markdown(), encoding="utf-8")
        (out / f"{name}.html").write_text(letter.page(), encoding="utf-8")
        written += 1
    changes = fed_back(rows)
    if changes:
        with (out / CHANGES).open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list(changes[0]))
            writer.writeheader()
            writer.writerows(changes)
    screen.show_result(KIND, result)
    screen.say(f"{written} letters are in {out}.")
    if changes:
        screen.say(
            f"{CHANGES} there has who is told what, and who is held out. When all have answered, fill in `new_mrr` and "
            "`response` (what they pay, or `left`), and add the rows to your `price_changes`."
        )
    return written
