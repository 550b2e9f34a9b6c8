"""Write what Quarto reads beside the notebooks.

`nbs/sidebar.yml` has a section for each folder, `nbs/nbdev.yml` comes from `settings.ini`, and `nbs/_quarto.yml`, where
nbdev looks for it, is a copy of the one at the top of the repository.
"""
from pathlib import Path

from nbdev.quarto import refresh_quarto_yml

NBS = Path(__file__).parents[1]/"nbs"
SECTIONS = {  # title -> folder
    "Your own": "5_guides",
    "The method": "1_method",
    "Worlds and tasks": "2_worlds",
    "Measure and run": "3_measure",
    "Studies": "4_studies",
    "What was found": "results",
}


def section(title, folder):
    paths = sorted((NBS/folder).glob("[0-9]*_*.ipynb"))
    lines = [f"        - {path.relative_to(NBS).as_posix()}" for path in paths]
    return [f'    - section: "{title}"', "      contents:", *lines] if lines else []


def main():
    lines = ["website:", "  sidebar:", "    contents:", "    - text: Home", "      href: index.ipynb"]
    lines += [f"    - {path.name}" for path in sorted(NBS.glob("[0-9]*_*.ipynb"))]
    for title, folder in SECTIONS.items(): lines += section(title, folder)
    (NBS/"sidebar.yml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (NBS/"_quarto.yml").write_bytes((NBS.parent/"_quarto.yml").read_bytes())
    refresh_quarto_yml()


if __name__ == "__main__": main()
