"""Check that every public function says its types and, with mypy, that they fit each other; write stubs for users.

`@patch` of fastcore adds methods to a class in later cells, where no type checker sees them. So mypy is given a copy of
the package in which they stand inside their classes, and a built package brings stubs in which they do.
"""
import argparse
import ast
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT/"temporal_abstraction"


def is_public(name):
    "Whether users may call a function of this name."
    return not name.startswith("_") or name in ("__init__", "__call__")


def patched_class(node):
    "The class that a function at the top of a module is a method of, by `@patch`; None for other functions."
    patches = [d for d in node.decorator_list if "patch" in ast.unparse(d)]
    return ast.unparse(node.args.args[0].annotation) if patches else None


def parameters(node, bound):
    "The parameters of a function, each with its default or None; without self or cls, if it is bound to one."
    a = node.args
    named = [*a.posonlyargs, *a.args]
    defaults = [None] * (len(named) - len(a.defaults)) + a.defaults
    rest = [(x, None) for x in (a.vararg, a.kwarg) if x]
    return [*zip(named, defaults)][bound:] + [*zip(a.kwonlyargs, a.kw_defaults), *rest]


def is_untrue(x, default):
    "Whether a parameter may be None, but its type says otherwise."
    said = ast.unparse(x.annotation)
    return isinstance(default, ast.Constant) and default.value is None and not re.search("None|Any|object", said)


def unsaid(node, bound):
    "What a function leaves unsaid: parameters without a type, or with one that leaves out their default, and `return`."
    found = [x.arg for x, default in parameters(node, bound) if x.annotation is None or is_untrue(x, default)]
    return found + ["return"] * (node.returns is None)


def functions(body, owner=""):
    "Public functions and methods, each with its name and whether it is bound."
    for node in body:
        if isinstance(node, ast.ClassDef) and is_public(node.name):
            yield from functions(node.body, f"{node.name}.")
        if isinstance(node, ast.FunctionDef) and is_public(node.name):
            static = any(ast.unparse(d) == "staticmethod" for d in node.decorator_list)
            yield f"{owner}{node.name}", node, bool(owner or patched_class(node)) and not static


def incomplete(path):
    "A sentence for each public function of a module that does not say all its types."
    for name, node, bound in functions(ast.parse(path.read_text(encoding="utf-8")).body):
        if missing := unsaid(node, bound):
            yield f"{path.relative_to(ROOT)}:{node.lineno}: {name} says no full type of {', '.join(missing)}"


def as_method(node, lines):
    "The lines of a patched function as those of a method."
    how = "".join(ast.unparse(d) for d in node.decorator_list)
    kinds = [kind for word, kind in (("as_prop=True", "@property"), ("cls_method=True", "@classmethod")) if word in how]
    others = [f"@{ast.unparse(d)}" for d in node.decorator_list if "patch" not in ast.unparse(d)]
    first, *rest = lines[node.lineno - 1:node.end_lineno]
    first = re.sub(r"\((self|cls) ?: ?\w+", r"(\1", first)
    return ["    " + line for line in [*kinds, *others, first, *rest]]


def inline(source):
    "A module whose patched methods stand inside their classes."
    lines = source.split("\n")
    body = ast.parse(source).body
    classes = {node.name: node for node in body if isinstance(node, ast.ClassDef)}
    found = [node for node in body if isinstance(node, ast.FunctionDef) and patched_class(node) in classes]
    new = {}   # line after which methods go -> their lines
    for node in found:
        new.setdefault(classes[patched_class(node)].end_lineno, []).extend(["", *as_method(node, lines)])
    gone = {i for node in found for i in range(node.decorator_list[0].lineno, node.end_lineno + 1)}
    kept = [[*([] if i in gone else [line]), *new.get(i, [])] for i, line in enumerate(lines, 1)]
    return "from __future__ import annotations\n" + "\n".join(line for part in kept for line in part)


def attributes(init):
    "What a constructor sets of self, and what types are known of that: those of parameters that are kept as they are."
    types = {x.arg: ast.unparse(x.annotation) for x, _ in parameters(init, True) if x.annotation}
    for node in ast.walk(init):
        for target in getattr(node, "targets", [getattr(node, "target", None)]):
            for x in ast.walk(target) if target else ():
                if isinstance(x, ast.Attribute) and ast.unparse(x.value) == "self":
                    kept = isinstance(node, ast.Assign) and isinstance(node.value, ast.Name) and node.value.id
                    yield x.attr, types.get(kept, "_typing.Any")


class Stubs(ast.NodeTransformer):
    "A module without the bodies of its functions; docstrings stay."
    def visit_FunctionDef(self, node):
        node.body = [*node.body[:ast.get_docstring(node) is not None], ast.Expr(ast.Constant(...))]
        return node

    def visit_ClassDef(self, node):
        inits = [n for n in node.body if isinstance(n, ast.FunctionDef) and n.name == "__init__"]
        known = {n.target.id for n in node.body if isinstance(n, ast.AnnAssign)} | {getattr(n, "name", "") for n in node.body}
        found = {name: kind for init in inits for name, kind in attributes(init) if name not in known}
        self.generic_visit(node)
        node.body += [ast.parse(f"{name}: {kind}").body[0] for name, kind in found.items()]
        return node

    def visit_Assign(self, node):
        "A value at the top of a module or class: a number, text or name is said, anything else may be anything."
        plain = isinstance(node.value, (ast.Constant, ast.Name, ast.Attribute, ast.Subscript, ast.List, ast.Tuple))
        if plain or not isinstance(node.targets[0], ast.Name): return node
        return ast.parse(f"{node.targets[0].id}: _typing.Any").body[0]


def stub(source):
    "What a type checker needs to know of a module."
    tree = Stubs().visit(ast.parse(inline(source)))
    body = [n for n in tree.body if not isinstance(n, (ast.For, ast.Expr, ast.AugAssign, ast.Delete))]
    doc = [n for n in tree.body[:1] if isinstance(n, ast.Expr)]
    future, *rest = [n for n in body if n not in doc]
    tree.body = [*doc, future, *ast.parse("import typing as _typing").body, *rest]
    return ast.unparse(ast.fix_missing_locations(tree)) + "\n"


def write(change, folder, suffix):
    "The modules of the package, changed, in a folder."
    for path in PACKAGE.rglob("*.py"):
        to = Path(folder, path.relative_to(ROOT)).with_suffix(suffix)
        to.parent.mkdir(parents=True, exist_ok=True)
        to.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")


def run_mypy():
    "What mypy says of the copy."
    with tempfile.TemporaryDirectory() as folder:
        write(inline, folder, ".py")
        options = ["--config-file", str(ROOT/"pyproject.toml"), "--cache-dir", str(ROOT/".mypy_cache")]
        return subprocess.run([sys.executable, "-m", "mypy", *options], cwd=folder).returncode


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--mypy", action="store_true", help="let mypy check that types fit each other")
    parser.add_argument("--stubs", metavar="FOLDER", help="write stubs of the package into this folder")
    asked = parser.parse_args()
    found = [problem for path in sorted(PACKAGE.rglob("*.py")) for problem in incomplete(path)]
    if found: sys.exit("\n".join([*found, f"{len(found)} public functions do not say all their types."]))
    print("Every public function says its types.")
    if asked.stubs: write(stub, asked.stubs, ".pyi")
    if asked.mypy: sys.exit(run_mypy())


if __name__ == "__main__": main()
