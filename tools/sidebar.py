"""Write what Quarto reads beside the notebooks.

`nbs/sidebar.yml` has a section for each folder, one to begin with and one of names. `nbs/nbdev.yml` comes from
`settings.ini`, and `nbs/_quarto.yml`, where nbdev looks for it, is a copy of the one at the top of the repository.
"""
from pathlib import Path

from nbdev.quarto import refresh_quarto_yml

NBS = Path(__file__).parents[1]/"nbs"
FOLDERS = {  # section -> folder
    "How-tos": "5_guides",
    "Method": "1_method",
    "Worlds": "2_worlds",
    "Measures and runs": "3_measure",
    "Studies": "4_studies",
    "Findings": "results",
}


def sections():
    "The pages of each section, from `nbs/`; tools/docs.py writes those of the last."
    found = {"Quick start": ["index.ipynb", "00_tour.ipynb"]}
    for title, folder in FOLDERS.items():
        paths = sorted((NBS/folder).glob("[0-9]*_*.ipynb"))
        found[title] = [path.relative_to(NBS).as_posix() for path in paths]
    return found | {"API": ["api.qmd", "versions.qmd"]}


def main():
    lines = ["website:", "  sidebar:", "    contents:"]
    for title, names in sections().items():
        lines += [f'    - section: "{title}"', "      contents:", *(f"        - {name}" for name in names)]
    (NBS/"sidebar.yml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (NBS/"_quarto.yml").write_bytes((NBS.parent/"_quarto.yml").read_bytes())
    refresh_quarto_yml()


if __name__ == "__main__": main()
