"""Fail unless imports between modules point downward, in exported code and in test cells alike.

A notebook stands where its folder and its number say. It may import modules whose notebooks come before it, the
command line may import studies and nothing else may, and no name that starts with an underscore crosses modules.
"""
import ast
import json
import re
import sys
from pathlib import Path

NBS = Path(__file__).parents[1]/"nbs"
PACKAGE = "temporal_abstraction"
STUDY = "studies."
ROOF = "cli"
FREE = ("index.ipynb", "00_tour.ipynb", "5_guides", "results")  # pages that show what all others make


def sources(path):
    "The code cells of a notebook, magics taken out."
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    code = ("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    return [re.sub(r"^(\s*)[%!].*$", r"\1pass", text, flags=re.M) for text in code]


def module_of(cells):
    "The module that a notebook exports to, or None."
    found = (re.search(r"^#\|\s*default_exp\s+(\S+)", text, re.M) for text in cells)
    return next((m[1] for m in found if m), None)


def imports(text):
    "Pairs (module, name or None) that a cell imports from the package."
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == PACKAGE:
            module = node.module.removeprefix(PACKAGE).lstrip(".")
            for alias in node.names:
                if module: yield module, alias.name
                else: yield alias.name, None
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.startswith(f"{PACKAGE}."): yield alias.name.removeprefix(f"{PACKAGE}."), None


def problems_of(path, cells, place, rank):
    "What is wrong with the imports of one notebook, in sentences."
    own, name = module_of(cells), path.relative_to(NBS).as_posix()
    for module, imported in {pair for text in cells for pair in imports(text)}:
        if module == own or name.startswith(FREE): continue
        if module not in rank: yield f"{name} imports {module}, which no notebook exports"
        elif rank[module] > place and not (own == ROOF and module.startswith(STUDY)):
            yield f"{name} imports {module} from a floor above it"
        if module.startswith(STUDY) and own != ROOF and not (own or "").startswith(STUDY):
            yield f"{name} imports the study {module}"
        if (imported or "").startswith("_"): yield f"{name} imports the private {imported} of {module}"


def main():
    books = {path: sources(path) for path in sorted(NBS.rglob("[!.]*.ipynb")) if not path.parts[-2].startswith(".")}
    order = sorted(books, key=lambda path: (path.parent.name == "results", path.relative_to(NBS).as_posix()))
    rank = {module: i for i, path in enumerate(order) if (module := module_of(books[path]))}
    found = [problem for i, path in enumerate(order) for problem in problems_of(path, books[path], i, rank)]
    found = list(dict.fromkeys(found))
    if found: sys.exit("\n".join([*found, f"{len(found)} imports point the wrong way."]))
    print("Imports point downward, no study and no private name is imported.")


if __name__ == "__main__": main()
