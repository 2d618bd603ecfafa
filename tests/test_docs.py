"""What the documents show runs and prints what they say."""

import contextlib
import doctest
import importlib
import importlib.util
import inspect
import io
import pathlib
import pkgutil
import re
import tomllib

import pytest
from matplotlib import pyplot

import dlcore

ROOT = pathlib.Path(__file__).parents[1]
SOURCE = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["urls"]["Source"]
MODULES = [m.name for m in pkgutil.walk_packages(dlcore.__path__, "dlcore.") if not m.name.endswith("_core")]


@pytest.mark.parametrize("name", ["dlcore", *MODULES])
def test_examples_in_docstrings(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    result = doctest.testmod(importlib.import_module(name), optionflags=flags)
    pyplot.close("all")
    assert result.failed == 0


@pytest.fixture(scope="module")
def reference():
    """docs/reference.py, which says what the site's reference has."""
    spec = importlib.util.spec_from_file_location("reference_of_the_site", ROOT / "docs" / "reference.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_public_class_and_function_has_an_example(reference):
    described = reference.homes().values()
    assert len(described) > 300
    assert [name for name, thing in described if ">>>" not in (inspect.getdoc(thing) or "")] == []


METHODS_WITHOUT_EXAMPLES = {
    "all_weights", "finish_training", "new_tally", "optimizer_params", "output_shape_of", "weighted",
}  # fmt: skip
"""What of a model is for the package itself."""


def test_every_method_of_a_model_has_an_example():
    methods = inspect.getmembers(dlcore.Sequential, lambda thing: inspect.isroutine(thing))
    without = {
        name for name, thing in methods if name[0] != "_" and ">>>" not in (inspect.getdoc(thing) or "")
    }
    assert without == METHODS_WITHOUT_EXAMPLES


def blocks(path, language):
    return re.findall(rf"^```{language}\n(.*?)^```$", path.read_text(), re.MULTILINE | re.DOTALL)


def test_the_readme_program_runs_and_prints_what_follows_it(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    [program] = blocks(ROOT / "README.md", "python")
    [shown] = blocks(ROOT / "README.md", "text")
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(compile(program, "README.md", "exec"), {"__name__": "readme"})
    assert printed.getvalue().strip() == shown.strip()


@pytest.fixture
def same_threads():
    """A page may set how many there are."""
    before = dlcore.get_num_threads()
    yield
    dlcore.set_num_threads(before)


PROGRAMS = {"arrays.md": 1, "determinism.md": 1, "files.md": 3, "keras.md": 2, "sklearn.md": 3, "torch.md": 3}


@pytest.mark.parametrize(("name", "count"), PROGRAMS.items())
def test_the_programs_of_a_page_print_what_follows_them(name, count, tmp_path, monkeypatch, same_threads):
    monkeypatch.chdir(tmp_path)
    path = ROOT / "docs" / name
    printed = []
    names = {"__name__": name}  # what one program makes, the next ones use
    for program in blocks(path, "python"):
        with contextlib.redirect_stdout(io.StringIO()) as text:
            exec(compile(program, name, "exec"), names)
        printed.append(text.getvalue())
    assert len(printed) == count
    assert [text for text in printed if text] == blocks(path, "text")


def test_no_page_is_left_out():
    pages = {path.name for path in (ROOT / "docs").glob("*.md") if blocks(path, "python")}
    assert pages == set(PROGRAMS)


@pytest.mark.parametrize(
    "path", [p.relative_to(ROOT) for p in [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")]], ids=str
)
def test_links_to_files_lead_somewhere(path):
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", (ROOT / path).read_text()):
        # `make docs` makes the pages of docs/lessons/ of these programs, and looks at links by itself.
        source = target.replace("lessons/index.rst", "../examples/lessons/README.rst")
        assert ((ROOT / path).parent / source).exists(), target


def test_addresses_of_this_repository_lead_to_files():
    """A package index shows the README without the files beside it, so there its links are addresses."""
    raw = SOURCE.replace("github.com", "raw.githubusercontent.com")
    addresses = re.findall(rf"(?:{SOURCE}/blob|{raw})/main/([^)#\s]+)", (ROOT / "README.md").read_text())
    assert "docs/ratios.svg" in addresses
    assert [address for address in addresses if not (ROOT / address).exists()] == []
