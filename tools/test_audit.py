"""The audit can fail: on a number that is wrong, on one that nothing computes, on a figure without a text."""
import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

import audit

TABLE = "#| hide\nimport io\nimport pandas as pd\ntable = pd.read_csv(io.StringIO('seed,rate\\n0,0.8\\n1,0.9'))"
BROKEN = "raise RuntimeError('not needed for a claim, so not run')"
CLAIMS = "#| hide\nclaims = {'right in {:.2f} of cases, in {:w} runs': (table.rate.mean(), len(table))}"


def found(tmp_path, text, claims=CLAIMS, figure=None, words=False):
    "What the audit says of a page of findings with this text."
    cells = [new_code_cell(TABLE), new_code_cell(BROKEN), new_markdown_cell(text), new_code_cell(claims)]
    if figure: cells.append(new_code_cell(figure, outputs=[new_output("display_data", {"image/png": ""})]))
    path = tmp_path/"results/70_page.ipynb"
    path.parent.mkdir(exist_ok=True)
    nbformat.write(new_notebook(cells=cells), path)
    return list(audit.problems_of(path, words))


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


@pytest.mark.parametrize("before, value", [
    ("", "0.85"), ("", ".85 + 0"), ("", "max(.85, 0)"), ("x = .85\n", "x"), ("x = .85\ny = [x]\n", "y[0]"),
    ("import numpy as np\n", "np.float64(.85)"), ("def f(): return .85\n", "f()")])
def test_typed_value(tmp_path, before, value):
    claims = CLAIMS.replace("table.rate.mean()", value).replace("#| hide\n", "#| hide\n" + before)
    problem, = found(tmp_path, "Right in 0.85 of cases, in two runs.", claims)
    assert problem.endswith("is typed, not computed")


@pytest.mark.parametrize("claims", [
    "claims: dict = {'in {:w} runs': len(table)}", "claims = dict([('in {:w} runs', len(table))])",
    "claims = {}\nclaims |= {'in {:w} runs': len(table)}", "claims = {}\nclaims.update({'in {:w} runs': len(table)})",
    "claims = {}\nclaims['in {:w} runs'] = len(table)", "other = {'in {:w} runs': len(table)}\nclaims = {**other}"])
def test_claims_are_one_display(tmp_path, claims):
    problem, = found(tmp_path, "In two runs.", claims)
    assert problem.startswith("claims are not one plain assignment")


def test_values_that_are_read(tmp_path):
    before = "mean = table.rate.mean()\ndef runs(): return len(table)\n"
    claims = before + CLAIMS.replace("table.rate.mean()", "mean").replace("len(table))}", "runs())}")
    assert found(tmp_path, "Right in 0.85 of cases, in two runs.", claims) == []


def test_whole_words(tmp_path):
    "A phrase is not found in the middle of words: `none` does not bear out `one`."
    claims = "#| hide\nclaims = {'{:w} run': len(table.query('seed == 0'))}"
    assert found(tmp_path, "In none run it happens.", claims) == ["does not say 'one run'"]


WORDED = "claims = {'in {:~two thirds} of cases, {:~three times} as often': (table.seed.add(1).mean() * 4 / 9, table.seed.sum() * 3)}"


def test_words(tmp_path):
    "Fractions and multiples in words are computed, and are as near as the audit allows."
    text = "Right in two thirds of cases, three times as often."
    assert found(tmp_path, text, WORDED, words=True) == []
    assert found(tmp_path, text, WORDED.replace("4 / 9", ".49"), words=True) == ["says 'two thirds' of 0.735"]
    assert found(tmp_path, text, WORDED.replace("* 3", "* 3.2"), words=True) == ["says 'three times' of 3.2"]


@pytest.mark.parametrize("number", ["seven", "half", "a tenth", "two thirds", "twice", "ninety", "a dozen", "a million"])
def test_uncovered_word(tmp_path, number):
    "A number in words is covered by a claim, too; the third of a row is no number."
    text = "Right in 0.85 of cases, in two runs, the third one last."
    assert found(tmp_path, text, words=True) == []
    problems = found(tmp_path, f"{text} It takes {number}.", words=True)
    assert problems and all(problem.startswith("nothing computes ") for problem in problems)
    assert found(tmp_path, f"{text} It takes {number}.") == []


@pytest.mark.parametrize("words, value", [
    ("a third", 1 / 3), ("three quarters", .75), ("nine tenths", .9), ("twice", 2), ("ninety", 90), ("four in ten", .4),
    ("seventeen thousand", 17_000), ("once in eight million", 1 / 8e6), ("half", .5), ("twenty-two", 22)])
def test_meaning(words, value):
    assert audit.meaning(words) == pytest.approx(value)


def test_counts_are_whole():
    with pytest.raises(ValueError, match="expected a count of 0 to 20 for 'w', got 2.5"): audit.spell("{:w} runs", 2.5)


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


def test_saved_error():
    assert list(audit.saved_errors([("markdown", "", []), ("code", "1 / 0", [{"output_type": "error"}])])) == ["cell 1 was saved with an error"]
