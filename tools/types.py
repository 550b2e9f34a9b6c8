"""Check types: that every public function says them, and, with mypy, that they fit each other.

`@patch` of fastcore adds methods to a class in later cells, which no type checker sees. So a copy of the package is
checked, in which they stand inside their classes.
"""
import ast
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGE = "temporal_abstraction"


def is_public(name):
    "Whether users may call a function of this name."
    return not name.startswith("_") or name in ("__init__", "__call__")


def patched_class(node):
    "The class that a function at the top of a module is a method of, by `@patch`; None for other functions."
    patches = [d for d in node.decorator_list if "patch" in ast.unparse(d)]
    return ast.unparse(node.args.args[0].annotation) if patches else None


def unsaid(node, bound):
    "What a function leaves unsaid: names of parameters without a type, and `return`. `bound`: its first is self or cls."
    a = node.args
    named = [*a.posonlyargs, *a.args][bound:] + [*a.kwonlyargs, *filter(None, [a.vararg, a.kwarg])]
    return [x.arg for x in named if x.annotation is None] + ["return"] * (node.returns is None)


def functions(body, owner=""):
    "Public functions and methods, each with its name and whether it is bound."
    for node in body:
        if isinstance(node, ast.ClassDef) and is_public(node.name):
            yield from functions(node.body, f"{node.name}.")
        if isinstance(node, ast.FunctionDef) and is_public(node.name):
            inside = owner or patched_class(node)
            static = any(ast.unparse(d) == "staticmethod" for d in node.decorator_list)
            yield f"{owner}{node.name}", node, bool(inside) and not static


def incomplete(path):
    "A sentence for each public function of a module that does not say all its types."
    for name, node, bound in functions(ast.parse(path.read_text(encoding="utf-8")).body):
        if missing := unsaid(node, bound):
            yield f"{path.relative_to(ROOT)}:{node.lineno}: {name} has no type for {', '.join(missing)}"


def as_method(node, lines):
    "The lines of a patched function as those of a method."
    how = "".join(ast.unparse(d) for d in node.decorator_list)
    kinds = {"as_prop=True": "@property", "cls_method=True": "@classmethod"}
    others = [f"@{ast.unparse(d)}" for d in node.decorator_list if "patch" not in ast.unparse(d)]
    text = lines[node.lineno - 1:node.end_lineno]
    return ["    " + line for line in [*(kind for word, kind in kinds.items() if word in how), *others, *text]]


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


def run_mypy():
    "What mypy says of the copy."
    with tempfile.TemporaryDirectory() as folder:
        for path in (ROOT/PACKAGE).rglob("*.py"):
            to = Path(folder, path.relative_to(ROOT))
            to.parent.mkdir(parents=True, exist_ok=True)
            to.write_text(inline(path.read_text(encoding="utf-8")), encoding="utf-8")
        options = ["--config-file", str(ROOT/"pyproject.toml"), "--cache-dir", str(ROOT/".mypy_cache")]
        return subprocess.run([sys.executable, "-m", "mypy", *options], cwd=folder).returncode


def main():
    found = [problem for path in sorted((ROOT/PACKAGE).rglob("*.py")) for problem in incomplete(path)]
    if found: sys.exit("\n".join([*found, f"{len(found)} public functions do not say all their types."]))
    print("Every public function says its types.")
    if "--mypy" in sys.argv: sys.exit(run_mypy())


if __name__ == "__main__": main()
