"""Write `nbs/sidebar.yml`, the notebooks that exist in the order of the story, and `nbs/nbdev.yml` from `settings.ini`."""
from pathlib import Path

from nbdev.quarto import refresh_quarto_yml

NBS = Path(__file__).parents[1]/"nbs"
SECTIONS = {  # title -> the numbers of its notebooks
    "The ground": range(0, 4),
    "Phase 1: imitate": range(4, 7),
    "Phase 2: discover": range(7, 10),
    "Phase 3: explore": range(10, 12),
    "Measure and run": range(12, 100),
}


def section(title, paths):
    lines = [f"        - {path.relative_to(NBS).as_posix()}" for path in paths]
    return [f'    - section: "{title}"', "      contents:", *lines] if lines else []


def main():
    numbered = sorted(NBS.glob("[0-9][0-9]*_*.ipynb"))
    lines = ["website:", "  sidebar:", "    contents:", "    - text: Home", "      href: index.ipynb"]
    for title, numbers in SECTIONS.items(): lines += section(title, [p for p in numbered if int(p.name[:2]) in numbers])
    lines += section("Tutorials", sorted(NBS.glob("tutorials/[!_]*.ipynb")))
    (NBS/"sidebar.yml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    refresh_quarto_yml()


if __name__ == "__main__": main()
