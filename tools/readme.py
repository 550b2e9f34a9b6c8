"""Write `README.md` from `nbs/index.ipynb`, with links that work from the top of the repository."""
import json, re
from base64 import b64decode
from pathlib import Path

from nbdev.config import get_config

ROOT = Path(__file__).parents[1]


def local(link):
    "A link relative to `nbs/`, made relative to the repository."
    return link if re.match(r"[a-z]+:|#|/", link) else f"nbs/{link}".replace("nbs/../", "")


def markdown(text):
    text = re.sub(r"(\]\()([^)\s]+)", lambda m: m[1] + local(m[2]), text)
    return re.sub(r'((?:src|href)=")([^"]+)', lambda m: m[1] + local(m[2]), text)


def outputs(cell):
    "The saved text of a cell's outputs."
    texts = [o.get("text") or o.get("data", {}).get("text/plain", "") for o in cell["outputs"]]
    return "".join("".join(text).rstrip() + "\n" for text in texts if text)


def render(cell):
    source = "".join(cell["source"])
    if cell["cell_type"] == "markdown": return markdown(source)
    if cell["cell_type"] != "code" or re.search(r"^#\|\s*(hide|echo: false)", source, re.M): return ""
    code = re.sub(r"^#\|.*\n", "", source, flags=re.M)
    shown = outputs(cell)
    fence = "````" if "```" in shown else "```"
    return f"```python\n{code}\n```" + (f"\n\n{fence}\n{shown}{fence}" if shown else "")


def read_cells(name): return json.loads((ROOT/"nbs"/name).read_text(encoding="utf-8"))["cells"]


def badges():
    "Whether tests and site are well, the licence, and which Python: for GitHub alone, since the site shows nothing from elsewhere."
    cfg = get_config()
    flows = [f"[![{name}]({cfg.git_url}/actions/workflows/{name}.yml/badge.svg)]({cfg.git_url}/actions/workflows/{name}.yml)"
             for name in ("test", "docs")]
    licence = "[![licence](https://img.shields.io/badge/licence-Apache--2.0-blue)](LICENSE)"
    python = f"[![Python](https://img.shields.io/badge/python-{cfg.min_python}+-blue)](settings.ini)"
    return " ".join([*flows, licence, python])


def last_figure(cells):
    shown = [output.get("data", {}) for cell in cells for output in cell.get("outputs", [])]
    return b64decode([data["image/png"] for data in shown if "image/png" in data][-1])


def main():
    (ROOT/"nbs/images/three.png").write_bytes(last_figure(read_cells("00_tour.ipynb")))
    cells = read_cells("index.ipynb")
    title, *parts = [part for part in map(render, cells) if part.strip()]
    note = "<!-- From nbs/index.ipynb -->"
    text = re.sub(r"(```python\n(?:(?!```).)*)\n```\n\n```python\n", r"\1\n\n", "\n\n".join([note, title, badges(), *parts]), flags=re.S)
    (ROOT/"README.md").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__": main()
