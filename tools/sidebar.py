"""Write what Quarto reads beside the notebooks.

`nbs/sidebar.yml` has a section for each folder, `nbs/nbdev.yml` comes from `settings.ini`, and `nbs/_quarto.yml`, where
nbdev looks for it, is a copy of the one at the top of the repository.
"""
from pathlib import Path

from nbdev.quarto import refresh_quarto_yml

NBS = Path(__file__).parents[1]/"nbs"
SECTIONS = {  # title -> folder
    "How-tos": "5_guides",
    "Method": "1_method",
    "Worlds": "2_worlds",
    "Measures and runs": "3_measure",
    "Studies": "4_studies",
    "Findings": "results",
}
START = ["index.ipynb", "00_tour.ipynb"]
REFERENCE = ["api.qmd", "versions.qmd"]  # tools/docs.py writes these


def notebooks(folder):
    return sorted((NBS/folder).glob("[0-9]*_*.ipynb"))


def pages_of():
    "All notebooks, in the order of the sidebar."
    return [*(NBS/name for name in START), *(path for folder in SECTIONS.values() for path in notebooks(folder))]


def section(title, names):
    return [f'    - section: "{title}"', "      contents:", *(f"        - {name}" for name in names)]


def main():
    lines = ["website:", "  sidebar:", "    contents:", *section("Quick start", START)]
    for title, folder in SECTIONS.items():
        lines += section(title, [path.relative_to(NBS).as_posix() for path in notebooks(folder)])
    lines += section("API", REFERENCE)
    (NBS/"sidebar.yml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (NBS/"_quarto.yml").write_bytes((NBS.parent/"_quarto.yml").read_bytes())
    refresh_quarto_yml()


if __name__ == "__main__": main()
