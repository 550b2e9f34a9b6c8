"""Recompute every number of the README and of the findings from recorded tables; fail where the prose says another.

A page states its claims as data, in hidden cells: `claims = {"solved in {:.2f} of cases, in {:w} runs": (rate, runs)}`.
The values are computed from tables and settings, never typed; `w` writes a count as a word. Each phrase must stand in the
page, captions and alternative texts included, and each number in digits must be such a value. Digits in code, formulas,
names, links' targets, years, phases and numberings are no numbers. The README is written from `index.ipynb`, so that is read.
"""
import ast
import json
import os
import re
import sys
import warnings
from contextlib import chdir, redirect_stdout
from io import StringIO
from pathlib import Path
from string import Formatter
from symtable import symtable

NBS = Path(__file__).parents[1]/"nbs"
LIMIT = 1200  # words of a page of findings
FRONT_WORDS = 700  # of the README, its code included
FRONT_NUMBERS = 30  # of the README's prose
WORDS = ("no one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
         "eighteen nineteen twenty").split()
NUMBER = re.compile(r"\d+(?:[.,]\d+)*(?:e[+-]?\d+)?")
HIDE = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
SHOW = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
NO_NUMBERS = (
    r"`[^`]*`", r"\$[^$]+\$", r"https?://\S+|arXiv:\S+",
    r"(?:(?<=\()|(?<=, )|(?<=al\. ))20[0-3]\d\b(?![.,]?\d)",  # years of papers
    r"\b[A-Za-z]\w*(?:[-.]\w+)*",  # names: F1, SmolLM2-135M
    r"\b95% intervals?",
    r"\b[Pp]hases? \d(?:(?:, \d)* (?:and|or|to) \d)?",
    r"^(?:#+ +)?\d+\. ",  # numbered headings and lists
)


def option(source, name):
    "The text of an option such as `#| fig-cap: …`, or nothing."
    found = re.search(rf"^#\|\s*{name}:\s*(.*)$", source, re.M)
    return found[1].strip("\"' ") if found else ""


def read_cells(path):
    "Kind, source and outputs of each cell."
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return [(cell["cell_type"], "".join(cell["source"]), cell.get("outputs", [])) for cell in cells]


def lines_of(cells):
    "The lines a reader sees, without markup; digits that are no numbers are hidden."
    text = "\n".join(source if kind == "markdown" else f"{option(source, 'fig-cap')}\n{option(source, 'fig-alt')}"
                     for kind, source, _ in cells if kind != "raw")
    text = re.sub(r"^(```+).*?^\1|<!--.*?-->", "", text, flags=re.M | re.S)
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)
    for pattern in NO_NUMBERS: text = re.sub(pattern, lambda m: m[0].translate(HIDE), text, flags=re.M)
    return [line for line in re.sub(r"[*`]", "", text).splitlines() if line.strip()]


def names(scope, top=True):
    "The names that code binds, and those it needs from elsewhere; tables must be changed in the cell that makes them."
    bound = set()
    needed = set()
    for name in scope.get_symbols():
        if top and (name.is_assigned() or name.is_imported()): bound.add(name.get_name())
        if name.is_referenced() and (top or name.is_global()): needed.add(name.get_name())
    for child in scope.get_children(): needed |= names(child, False)[1]
    return bound, needed


def claims_of(cells, folder):
    "Run what the claims are computed from, cells marked `eval: false` excepted, and return them."
    needed = {"claims"}
    chosen = []
    for kind, source, _ in reversed(cells):
        if kind != "code" or option(source, "eval") == "false": continue
        bound, used = names(symtable(source, "cell", "exec"))
        if bound & needed:
            chosen.append(source)
            needed |= used
    space = {}
    with chdir(folder), redirect_stdout(StringIO()), warnings.catch_warnings(action="ignore"):
        for source in reversed(chosen): exec(source, space)
    return space.get("claims", {})


def typed(cells):
    "Claims whose value stands in the cell as a number, instead of being computed."
    for kind, source, _ in cells:
        if kind != "code" or not re.search(r"^claims\b", source, re.M): continue
        for made in ast.walk(ast.parse(source)):
            if not (isinstance(made, ast.Assign) and ast.unparse(made.targets[0]) == "claims"): continue
            for template, value in zip(made.value.keys, made.value.values):
                if any(isinstance(x, ast.Constant) for x in getattr(value, "elts", [value])):
                    yield f"the claim '{template.value}' is typed, not computed"


def spell(template, values):
    "A claim as the page should say it, and where in it the values stand."
    values = list(values) if isinstance(values, (tuple, list)) else [values]
    phrase = ""
    spans = []
    for text, field, form, _ in Formatter().parse(template):
        phrase += text
        if field is None: continue
        value = values.pop(0)
        shown = WORDS[int(value)] if form == "w" else format(value, form)
        spans.append((len(phrase), len(phrase) + len(shown)))
        phrase += shown
    if values: raise ValueError(f"expected a place for each value of the claim '{template}', {len(values)} have none")
    return phrase, spans


def sentence(line, at):
    "The sentence of a line that holds what stands there."
    ends = [0, *(m.end() for m in re.finditer(r"[.!?:] ", line)), len(line)]
    return next(line[a:b] for a, b in zip(ends, ends[1:]) if at < b).strip()


def compare(claims, lines):
    "What a page does not say as computed, and what it says that nothing computes."
    lines = [line.lower() for line in lines]
    known = [set() for _ in lines]
    for template, values in claims.items():
        phrase, spans = spell(template, values)
        hits = [(n, m.start()) for n, line in enumerate(lines)
                for m in re.finditer(rf"(?<!\w){re.escape(phrase.lower())}(?!\w)", line.translate(SHOW))]
        if not hits: yield f"does not say '{phrase}'"
        for n, start in hits: known[n] |= {i + start for a, b in spans for i in range(a, b)}
    for line, covered in zip(lines, known):
        for m in NUMBER.finditer(line):
            if not covered.issuperset(range(*m.span())):
                yield f"nothing computes {m[0]} in: {sentence(line, m.start()).translate(SHOW)}"


def bare_figures(cells):
    "Figures that a reader sees without a caption, or that a screen reader cannot tell."
    for i, (kind, source, outputs) in enumerate(cells):
        shown = any(mime.startswith("image/") for out in outputs for mime in out.get("data", {}))
        if shown and not re.search(r"^#\|\s*hide\b", source, re.M):
            for name in ("fig-cap", "fig-alt"):
                if not option(source, name): yield f"the figure of cell {i} lacks {name}"
        if kind == "markdown" and re.search(r"!\[\s*\]\(", source): yield f"an image of cell {i} lacks a text"


def length(cells):
    "Whether a page of findings is too long."
    words = sum(len(source.split()) for kind, source, _ in cells if kind == "markdown")
    if words > LIMIT: yield f"has {words} words, more than {LIMIT}"


def left_out(cells):
    "Text in the cell of the title, which the site does not show."
    kind, source, _ = cells[0]
    if kind == "markdown" and re.search(r"^(?![#>])\S", source, re.M): yield "text stands in the cell of the title, which the site leaves out"


def front_door(text):
    "Whether a README is too long to be read, or too full of numbers."
    words = len(text.split())
    prose = re.sub(r"^```.*?^```|\]\([^)]*\)", "", text, flags=re.M | re.S)
    numbers = len(NUMBER.findall(prose))
    if words > FRONT_WORDS: yield f"README.md has {words} words, more than {FRONT_WORDS}"
    if numbers > FRONT_NUMBERS: yield f"README.md has {numbers} numbers, more than {FRONT_NUMBERS}"


def problems_of(path):
    "All that is wrong with one notebook."
    cells = read_cells(path)
    yield from bare_figures(cells)
    yield from left_out(cells)
    finding = path.parent.name == "results"
    if finding: yield from length(cells)
    if finding or path.name == "index.ipynb":
        yield from typed(cells)
        yield from compare(claims_of(cells, path.parent), lines_of(cells))
    if path.name == "index.ipynb": yield from front_door((NBS.parent/"README.md").read_text(encoding="utf-8"))


def main():
    os.environ["MPLBACKEND"] = "agg"
    asked = [Path(name).resolve() for name in sys.argv[1:]]
    paths = asked or [path for path in sorted(NBS.rglob("[!.]*.ipynb")) if not path.parts[-2].startswith(".")]
    found = [f"{path.stem}: {problem}" for path in paths for problem in problems_of(path)]
    if found: sys.exit("\n".join([*found, f"{len(found)} problems."]))
    print("Numbers in prose agree with the tables, and figures have captions and texts.")


if __name__ == "__main__": main()
