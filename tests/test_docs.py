"""What the documents show runs and prints what they say."""

import contextlib
import doctest
import importlib
import io
import pathlib
import pkgutil
import re

import pytest

import dlcore

ROOT = pathlib.Path(__file__).parents[1]
MODULES = [m.name for m in pkgutil.walk_packages(dlcore.__path__, "dlcore.") if not m.name.endswith("_core")]


@pytest.mark.parametrize("name", ["dlcore", *MODULES])
def test_examples_in_docstrings(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    result = doctest.testmod(importlib.import_module(name), optionflags=flags)
    assert result.failed == 0


def test_there_are_examples():
    finder = doctest.DocTestFinder(exclude_empty=True)
    count = sum(len(t.examples) for m in MODULES for t in finder.find(importlib.import_module(m)))
    assert count > 20


def blocks(path, language):
    return re.findall(rf"^```{language}\n(.*?)^```$", path.read_text(), re.MULTILINE | re.DOTALL)


def test_the_readme_program_runs_and_prints_what_follows_it(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    [program] = blocks(ROOT / "README.md", "python")
    [shown] = blocks(ROOT / "README.md", "text")
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(compile(program, "README.md", "exec"), {"__name__": "readme"})
    assert printed.getvalue().strip() == shown.strip()


@pytest.mark.parametrize(("name", "count"), [("keras.md", 2), ("sklearn.md", 3)])
def test_the_programs_of_a_page_print_what_follows_them(name, count):
    path = ROOT / "docs" / name
    printed = []
    names = {"__name__": name}  # what one program makes, the next ones use
    for program in blocks(path, "python"):
        with contextlib.redirect_stdout(io.StringIO()) as text:
            exec(compile(program, name, "exec"), names)
        printed.append(text.getvalue())
    assert len(printed) == count
    assert [text for text in printed if text] == blocks(path, "text")


@pytest.mark.parametrize(
    "path", [p.relative_to(ROOT) for p in [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")]], ids=str
)
def test_links_to_files_lead_somewhere(path):
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", (ROOT / path).read_text()):
        assert ((ROOT / path).parent / target).exists(), target
