"""What the site says of a public name: how it is called, its docstring, and a table of its parameters with types.

`Reference` is nbdev's renderer for `show_doc`, in place of a signature with comments; `index` is the page of all names.
"""
import ast
import dataclasses
import inspect
import json
import re
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

from nbdev.config import get_config
from nbdev.doclinks import NbdevLookup
from nbdev.showdoc import BasicMarkdownRenderer
from smalldocs import api

from temporal_abstraction import settings
from temporal_abstraction._modidx import d as INDEX

LONGEST = 60  # characters of a default that is written out
EMPTY = inspect.Parameter.empty


def default_text(value):
    "A default as one writes it; of settings the name alone."
    if dataclasses.is_dataclass(value) and not inspect.isclass(value): return f"{type(value).__name__}()"
    text = api.default_text(value).replace("<factory>", "…")
    return text if len(text) <= LONGEST else f"{text[:LONGEST]} …"


def call(sym, name):
    "How it is called, in one line that the page breaks."
    parts = []
    for p in inspect.signature(sym).parameters.values():
        star = {p.VAR_POSITIONAL: "*", p.VAR_KEYWORD: "**"}.get(p.kind, "")
        if p.name not in ("self", "cls"): parts.append(star + p.name + ("" if p.default is EMPTY else f"={default_text(p.default)}"))
    return f"{name}({', '.join(parts)})"


def prose(text):
    "Text whose underscores and stars stay what they are; what stands in backticks does so anyway."
    paragraphs = re.split(r"\n\s*\n", inspect.cleandoc(text or ""))
    parts = [re.split(r"(`[^`]*`)", " ".join(paragraph.split())) for paragraph in paragraphs]
    return "\n\n".join("".join(p if p[:1] == "`" else re.sub(r"([_*<])", r"\\\1", p) for p in part) for part in parts)


def type_text(anno, scope):
    "A type as the source says it, in code."
    if anno is EMPTY or anno is None: return ""
    return f"`{api.type_text(anno, scope)}`"


def table(sym):
    "Parameters and what is returned: type, default, and the comment beside it."
    home = getattr(sym, "__globals__", None) or vars(inspect.getmodule(sym))
    scope = SimpleNamespace(**{**vars(settings), **home})
    inherited = api.key_comments(sym) if inspect.isclass(sym) else {}
    rows = []
    for name, said in api.safe_docments(sym).items():
        if name in ("self", "cls"): continue
        default = "" if name == "return" or said.default is EMPTY else f"`{default_text(said.default)}`"
        facts = [type_text(said.anno, scope), default, prose(said.docment or inherited.get(name))]
        if name != "return": rows.append([f"`{name}`", *facts])
        elif facts[0]: rows.append(["returns", *facts])
        elif rows: rows[-1][-1] = rows[-1][-1] or facts[-1]  # behind the last parameter, where nothing is returned
    rows = [row for row in rows if any(row[1:])]
    used = [column for column in zip(["Name", "Type", "Default", "Meaning"], *rows) if any(column[1:])]
    return api.table(list(map(list, zip(*used)))[1:], [column[0] for column in used])


class Reference(BasicMarkdownRenderer):
    "A name with its call, its docstring and its parameters."
    module = None  # of the notebook that is shown; several modules may have the same name

    def exported(self):
        "What the module holds under this name: its source can be read, comments included, unlike that of a cell."
        found = import_module(f"{settings.__package__}.{self.module}") if self.module else None
        for part in self.nm.split("."): found = getattr(found, part, None)
        return found if callable(found) else self.sym

    def _repr_markdown_(self):
        lookup = NbdevLookup()
        source = lookup.code(f"{settings.__package__}.{self.module}.{self.nm}") or lookup.code(self.fn)
        sym = self.exported()
        parts = [
            "---",
            f'[source]({source}){{target="_blank" style="float:right; font-size:smaller"}}' if source else "",
            f"{'#' * self.title_level} {self.nm}",
            f"```python\n{call(sym, self.nm) if self.sig else self.nm}\n```",
            prose(self.docs),
            table(sym) if self.sig else "",
        ]
        return "\n\n".join(part for part in parts if part)


def module_of(path):
    "The module that a notebook writes, or None."
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    found = (re.search(r"^#\|\s*default_exp\s+(\S+)", "".join(cell["source"]), re.M) for cell in cells)
    return next((m[1] for m in found if m), None)


def names_of(module):
    "Public names of a module in the order of their source, each with its page and the first line of its docstring."
    library = get_config().lib_path
    tree = ast.parse((library/Path(*module.split("."))).with_suffix(".py").read_text(encoding="utf-8"))
    known = INDEX["syms"][f"{library.name}.{module}"]
    for node in tree.body:
        if not isinstance(node, (ast.FunctionDef, ast.ClassDef)) or node.name.startswith("_"): continue
        place = known.get(f"{library.name}.{module}.{node.name}")
        if place: yield node.name, place[0], prose(ast.get_docstring(node)).partition("\n")[0]


def index(notebooks):
    "The page of all public names, by module, in the order in which they build on each other."
    head = "---\ntitle: All names\ndescription: Every public function and class, by module\n---\n\n"
    parts = []
    for module in filter(None, map(module_of, notebooks)):
        rows = [[f"[`{name}`](/{place})", said] for name, place, said in names_of(module)]
        if rows: parts.append(f"## {module}\n\n" + api.table(rows, ["Name", "What it is"]))
    return head + "\n\n".join(parts) + "\n"
