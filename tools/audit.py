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
from math import prod
from pathlib import Path
from string import Formatter
from symtable import symtable

NBS = Path(__file__).parents[1]/"nbs"
LIMIT = 1200  # words of a page of findings
FRONT_WORDS = 700  # of the README, its code included
FRONT_NUMBERS = 30  # of the README's prose
WORDS = ("no one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
         "eighteen nineteen twenty").split()
TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
PARTS = dict(half=2, third=3, quarter=4, **{f"{word}th": n for n, word in enumerate(WORDS) if n in (4, 6, 7, 10, *range(13, 20))},
             fifth=5, eighth=8, ninth=9, twelfth=12, twentieth=20)
MEANINGS = {
    **{word: n for n, word in enumerate(WORDS)}, **{word: 10 * n for n, word in enumerate(TENS, 2)},
    **{word: 1 / n for word, n in PARTS.items()}, **{f"{word}s": 1 / n for word, n in PARTS.items()},
    "a": 1, "an": 1, "once": 1, "twice": 2, "times": 1, "dozen": 12, "hundred": 100, "thousand": 1000, "million": 10**6}
NEAR = .05  # how far a value may be from what the words of its claim say, as a share of that
NUMBER = re.compile(r"\d+(?:[.,]\d+)*(?:e[+-]?\d+)?")
COUNT = "|".join([*WORDS[2:], *TENS[1:], *(f"{word}s?" for word in ("dozen", "hundred", "thousand", "million")), "twice", "half"])
PART = "|".join(f"(?:an?|one) {word}|{word}s" for word in PARTS if word != "half")  # `the third` is a place in a row
NAMED = "problems?|steps?|operations?|blocks|families|halves|cores|sides"  # what a count of is a name: the six problems, three steps
WORDED = re.compile(rf"(?<!lower )(?<!upper )\b(?:{COUNT}|{PART})\b(?![ -](?:{NAMED})\b)")
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


def sources(cells):
    "The code that runs, as trees."
    for kind, source, _ in cells:
        if kind == "code" and option(source, "eval") != "false": yield ast.parse(source)


def read_names(trees):
    "Names that come from tables or settings: imported from a module, or bound to what needs such a name or reads a file."
    nodes = [node for tree in trees for node in ast.walk(tree)]
    read = {a.asname or a.name for node in nodes if isinstance(node, ast.ImportFrom) for a in node.names}
    bindings = [(getattr(node, "targets", None) or [node.target], node.iter if hasattr(node, "iter") else node.value)
                for node in nodes if isinstance(node, (ast.Assign, ast.AugAssign, ast.AnnAssign, ast.NamedExpr, ast.For))]
    bindings += [([ast.Name(node.name)], node) for node in nodes if isinstance(node, ast.FunctionDef)]
    before = -1
    while before < len(read):
        before = len(read)
        for targets, value in bindings:
            if value is not None and is_read(value, read):
                read |= {name.id for target in targets for name in ast.walk(target) if isinstance(name, ast.Name)}
    return read


def is_read(value, read):
    "Whether an expression needs such a name, or reads a file: `pd` alone does not count, `pd.read_csv(…)` does."
    return any(isinstance(x, ast.Name) and x.id in read or isinstance(x, ast.Attribute) and x.attr.startswith("read_")
               for x in ast.walk(value))


def typed(cells):
    "Claims that are not one display, and those whose value comes from no table and from no setting."
    trees = list(sources(cells))
    uses = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id == "claims"]
    made = [node.value for tree in trees for node in tree.body
            if isinstance(node, ast.Assign) and [ast.unparse(target) for target in node.targets] == ["claims"]]
    if not uses: return
    if len(uses) > 1 or not made or not isinstance(made[0], ast.Dict) or not all(
            isinstance(key, ast.Constant) for key in made[0].keys):
        yield "claims are not one plain assignment `claims = {'text': value, …}`"
        return
    read = read_names(trees)
    for template, value in zip(made[0].keys, made[0].values):
        if not all(is_read(x, read) for x in getattr(value, "elts", [value])):
            yield f"the claim '{template.value}' is typed, not computed"


def meaning(words):
    "What number words say: factors, such as `two thirds`; sums, with a hyphen; chances, such as `four in ten`."
    above, _, below = words.partition(" in ")
    if below: return meaning(above) / meaning(below)
    return prod(sum(MEANINGS[part] for part in word.split("-")) for word in words.split())


def show(value, form):
    "A value in its form, and what is wrong with that; `w` is a count as a word, `~two thirds` are words that say it nearly."
    if form == "w" and not (value == int(value) and 0 <= value < len(WORDS)):
        raise ValueError(f"expected a count of 0 to {len(WORDS) - 1} for 'w', got {value}")
    if form == "w": return WORDS[int(value)], ""
    if not form.startswith("~"): return format(value, form), ""
    words = form[1:]
    near = abs(value - meaning(words)) <= NEAR * meaning(words)
    return words, "" if near else f"says '{words}' of {value:.3g}"


def spell(template, values):
    "A claim as the page should say it, where in it the values stand, and what its words say wrongly."
    values = list(values) if isinstance(values, (tuple, list)) else [values]
    phrase = ""
    spans = []
    wrong = []
    for text, field, form, _ in Formatter().parse(template):
        phrase += text
        if field is None: continue
        shown, problem = show(values.pop(0), form)
        if problem: wrong.append(problem)
        spans.append((len(phrase), len(phrase) + len(shown)))
        phrase += shown
    if values: raise ValueError(f"expected a place for each value of the claim '{template}', {len(values)} have none")
    return phrase, spans, wrong


def sentence(line, at):
    "The sentence of a line that holds what stands there."
    ends = [0, *(m.end() for m in re.finditer(r"[.!?:] ", line)), len(line)]
    return next(line[a:b] for a, b in zip(ends, ends[1:]) if at < b).strip()


def compare(claims, lines, words=False):
    "What a page does not say as computed, and what it says that nothing computes."
    lines = [line.lower() for line in lines]
    known = [set() for _ in lines]
    for template, values in claims.items():
        phrase, spans, wrong = spell(template, values)
        yield from wrong
        hits = [(n, m.start()) for n, line in enumerate(lines)
                for m in re.finditer(rf"(?<!\w){re.escape(phrase.lower())}(?!\w)", line.translate(SHOW))]
        if not hits: yield f"does not say '{phrase}'"
        for n, start in hits: known[n] |= {i + start for a, b in spans for i in range(a, b)}
    for line, covered in zip(lines, known):
        for m in [*NUMBER.finditer(line), *(WORDED.finditer(line) if words else ())]:
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


def saved_errors(cells):
    "Cells whose saved output is an error."
    for i, (_, _, outputs) in enumerate(cells):
        if any(out.get("output_type") == "error" for out in outputs): yield f"cell {i} was saved with an error"


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


def problems_of(path, words=False):
    "All that is wrong with one notebook; numbers in words are looked at where asked."
    cells = read_cells(path)
    yield from bare_figures(cells)
    yield from left_out(cells)
    yield from saved_errors(cells)
    finding = path.parent.name == "results"
    if finding: yield from length(cells)
    if finding or path.name == "index.ipynb":
        yield from typed(cells)
        yield from compare(claims_of(cells, path.parent), lines_of(cells), words)
    if path.name == "index.ipynb": yield from front_door((NBS.parent/"README.md").read_text(encoding="utf-8"))


def main():
    os.environ["MPLBACKEND"] = "agg"
    words = "--words" in sys.argv
    asked = [Path(name).resolve() for name in sys.argv[1:] if name != "--words"]
    paths = asked or [path for path in sorted(NBS.rglob("[!.]*.ipynb")) if not path.parts[-2].startswith(".")]
    found = [f"{path.stem}: {problem}" for path in paths for problem in problems_of(path, words)]
    if found: sys.exit("\n".join([*found, f"{len(found)} problems."]))
    print("Numbers in prose agree with the tables, and figures have captions and texts.")


if __name__ == "__main__": main()
