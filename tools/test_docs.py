"""The site's checks can fail, and its tables say what the source says."""
from dataclasses import dataclass

import pytest

import docs
import reference
from temporal_abstraction.settings import Count

PAGE = '<title>A page</title><link href="images/favicon.svg" rel="icon"><a href="x.py#L3">source</a><a href="x.py#L5">source</a>'


def problems(folder, page, listed="a.llms.md"):
    "What the checks say of a site of one page."
    (folder/"a.html").write_text(page)
    (folder/"llms.txt").write_text(f"- [A page]({docs.HOME}{listed}): about it")
    return [problem.removeprefix("a.html: ") for problem in docs.check_pages(folder)]


def test_good_page(tmp_path):
    assert problems(tmp_path, PAGE) == []


@pytest.mark.parametrize("old, new, problem", [
    ("A page", "", "no title"),
    ('rel="icon"', "", "no icon"),
    ("<title>", "x" * docs.LARGEST + "<title>", "500 KB, more than 500"),
    ("#L3", "#L7", "names are not in the order of their source"),
    ("<title>", '<script src="https://cdn.example/x.js"></script><title>', "https://cdn.example/x.js is on another host"),
])
def test_bad_page(tmp_path, old, new, problem):
    assert problems(tmp_path, PAGE.replace(old, new)) == [problem]


def test_unlisted_page(tmp_path):
    assert problems(tmp_path, PAGE, listed="b.llms.md") == ["not in llms.txt"]


@dataclass
class Course:
    steps: Count = 3  # of `train_it`, not of before_it


@dataclass
class Longer(Course):
    more: int = 0


def train_it(course: Course | None = Course(), *texts: str) -> None: "Train __all__ of `a_b`."


def test_tables():
    assert "| `steps` | `Count` | `3` | of `train_it`, not of before\\_it |" in reference.table(Course)
    assert "| `steps` | `Count` | `3` | of `train_it`, not of before\\_it |" in reference.table(Longer)
    assert "| `course` | `Course \\| None` | `Course()` |" in reference.table(train_it)
    assert reference.call(train_it, "train_it") == "train_it(course=Course(), *texts)"
    assert reference.prose(train_it.__doc__) == "Train \\_\\_all\\_\\_ of `a_b`."


def test_last_column_kept_where_one_says_something():
    assert reference.table(train_it).splitlines()[0] == "| Name | Type | Default |"


def test_code_in_captions_and_tables(tmp_path):
    page = tmp_path/"a.html"
    page.write_text("<p>`a`</p><figcaption>World `few`, by `make`.</figcaption><td class='b'>`c`</td>")
    docs.mark_code(tmp_path)
    assert page.read_text() == ("<p>`a`</p><figcaption>World <code>few</code>, by <code>make</code>.</figcaption>"
                                "<td class='b'><code>c</code></td>")


def test_link_in_link():
    name = f"[`steer`]({docs.HOME}1_method/steering.html#steer)"
    assert docs.local_links(f"{name}, [as {name} does](11_steering.ipynb)") == (
        f"[`steer`](/1_method/steering.html{docs.API}steer), [as `steer` does](11_steering.ipynb)")


def test_noise():
    shown = docs.output_html({"output_type": "stream", "name": "stdout", "text": [docs.NOISE, "a\n", docs.NOISE]})
    assert "Loading" not in shown and "a" in shown
    assert docs.output_html({"output_type": "stream", "name": "stdout", "text": [docs.NOISE]}) == ""


@pytest.mark.parametrize("page, problem", [
    ("<title>A page</title> as Figure 1 shows", []),
    ("<title></title>", ["a.html: no page, or no title"]),
    ("<title>A page</title> as <strong>?@fig-one</strong> shows", ["a.html: nothing is labelled fig-one"]),
])
def test_pages_by_quarto(tmp_path, page, problem):
    (tmp_path/"a.html").write_text(page)
    assert list(docs.check_quarto(tmp_path, ["a.html"])) == problem
    assert list(docs.check_quarto(tmp_path, ["b.html"])) == ["b.html: no page, or no title"]
