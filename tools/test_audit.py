"""The audit can fail: on a number that is wrong, on one that nothing computes, on a figure without a text."""
import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

import audit

TABLE = "#| hide\nimport io\nimport pandas as pd\ntable = pd.read_csv(io.StringIO('seed,rate\\n0,0.8\\n1,0.9'))"
BROKEN = "raise RuntimeError('not needed for a claim, so not run')"
CLAIMS = "#| hide\nclaims = {'right in {:.2f} of cases, in {:w} runs': (table.rate.mean(), len(table))}"


def found(tmp_path, text, claims=CLAIMS, figure=None):
    "What the audit says of a page of findings with this text."
    cells = [new_code_cell(TABLE), new_code_cell(BROKEN), new_markdown_cell(text), new_code_cell(claims)]
    if figure: cells.append(new_code_cell(figure, outputs=[new_output("display_data", {"image/png": ""})]))
    path = tmp_path/"results/70_page.ipynb"
    path.parent.mkdir(exist_ok=True)
    nbformat.write(new_notebook(cells=cells), path)
    return list(audit.problems_of(path))


def test_true(tmp_path):
    assert found(tmp_path, "It is **right** in [0.85](a_2.ipynb) of cases, in two runs of `n=3` (2025), as F1 says after phases 1 and 2.") == []


@pytest.mark.parametrize("text", ["Right in 0.86 of cases, in two runs.", "Right in 0.85 of cases, in three runs."])
def test_wrong(tmp_path, text):
    assert "does not say 'right in 0.85 of cases, in two runs'" in found(tmp_path, text)


@pytest.mark.parametrize("number", ["0.7", "20,480", "9e5", "3", "12 right in 0.85 of cases, in two runs"])
def test_uncovered(tmp_path, number):
    problem, = found(tmp_path, f"Right in 0.85 of cases, in two runs. It takes {number}.")
    assert problem == f"nothing computes {number.split()[0]} in: it takes {number}."


def test_longer_number(tmp_path):
    "A claim is not borne out by the beginning of another number."
    claims = CLAIMS.replace(" of cases, in {:w} runs", "").replace(", len(table)", "")
    assert found(tmp_path, "Right in 0.851 of cases.", claims) == [
        "does not say 'right in 0.85'", "nothing computes 0.851 in: right in 0.851 of cases."]


def test_typed_number(tmp_path):
    "A number that is typed into a claim is not computed."
    claims = CLAIMS.replace("{:.2f}", "0.85").replace("(table.rate.mean(), len(table))", "len(table)")
    assert found(tmp_path, "Right in 0.85 of cases, in two runs.", claims) == [
        "nothing computes 0.85 in: right in 0.85 of cases, in two runs."]


def test_typed_value(tmp_path):
    claims = CLAIMS.replace("table.rate.mean()", "0.85")
    problem, = found(tmp_path, "Right in 0.85 of cases, in two runs.", claims)
    assert problem.endswith("is typed, not computed")


def test_whole_words(tmp_path):
    "A phrase is not found in the middle of words: `none` does not bear out `one`."
    claims = "#| hide\nclaims = {'{:w} run': len('x')}"
    assert found(tmp_path, "In none run it happens.", claims) == ["does not say 'one run'"]


def test_captions(tmp_path):
    text = "Right in 0.85 of cases, in two runs."
    assert found(tmp_path, text, figure="#| fig-cap: 'Two runs.'") == ["the figure of cell 4 lacks fig-alt"]
    assert found(tmp_path, text, figure="#| fig-cap: 'Two runs.'\n#| fig-alt: 'Rises to 0.9.'") == [
        "nothing computes 0.9 in: rises to 0.9."]


def test_text_beside_the_title():
    assert list(audit.left_out([("markdown", "# Title\n\n> Subtitle", [])])) == []
    assert list(audit.left_out([("markdown", "# Title\n\n> Subtitle\n\nMore.", [])])) == [
        "text stands in the cell of the title, which the site leaves out"]


def test_length(tmp_path):
    assert found(tmp_path, "Right in 0.85 of cases, in two runs. " + "word " * 1200) == ["has 1208 words, more than 1200"]


def test_front_door():
    code = "\n```\n" + "0.5 " * 31 + "\n```\n"
    assert list(audit.front_door("word " * 668 + code)) == ["README.md has 701 words, more than 700"]
    assert list(audit.front_door("0.5 [here](72_page.ipynb) " * 31)) == ["README.md has 31 numbers, more than 30"]
