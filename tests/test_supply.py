"""What dlcore is made of is told: in ARCHITECTURE.md, and in the wheel as licences and a list of parts."""

import importlib.metadata
import json
import pathlib
import re
import tomllib

import pytest

ROOT = pathlib.Path(__file__).parents[1]
CRATES = [ROOT / "rust" / name / "Cargo.toml" for name in ("kernels", "core", "python")]


def load(path):
    return tomllib.loads(path.read_text("utf-8"))


def asked_for(*tables):
    """Crates of others that ours name in these tables of their Cargo.toml."""
    names = {name for crate in CRATES for table in tables for name in load(crate).get(table, ())}
    return names - {"dlcore-kernels", "dlcore-core"}


def built_in():
    """Every crate that the compiled module is built of or with, as (name, version), by Cargo.lock."""
    lock = {package["name"]: package for package in load(ROOT / "Cargo.lock")["package"]}
    found, waiting = set(), asked_for("dependencies", "build-dependencies")
    while waiting:
        name = waiting.pop()
        found.add(name)
        waiting |= {other.split()[0] for other in lock[name].get("dependencies", ())} - found
    return {(name, lock[name]["version"]) for name in found}


def python_packages():
    project = load(ROOT / "pyproject.toml")
    needed = [*project["build-system"]["requires"], *project["project"]["dependencies"]]
    for extra in project["project"]["optional-dependencies"].values():
        needed += extra
    return {re.match(r"[\w.-]+", need).group() for need in needed}


def reasons(heading):
    """The names in the first column of the table in ARCHITECTURE.md that has this heading."""
    text = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
    rows = re.search(rf"^\| {heading} \|.*\n\|---.*\n((?:\|.*\n)+)", text, re.MULTILINE).group(1)
    return {name for row in rows.splitlines() for name in row.split("|")[1].strip().split(", ")}


@pytest.mark.parametrize(
    ("heading", "names"),
    [
        ("crate", asked_for("dependencies", "dev-dependencies", "build-dependencies")),
        ("Python package", python_packages()),
    ],
)
def test_each_dependency_has_its_reason(heading, names):
    assert reasons(heading) == names


def test_one_version_of_each_crate():
    names = [package["name"] for package in load(ROOT / "Cargo.lock")["package"]]
    assert len(names) == len(set(names))


def test_the_licence_of_each_crate_is_in_the_wheel():
    text = importlib.metadata.distribution("dlcore").read_text("licenses/THIRD-PARTY.txt")
    named = set(re.findall(r"^- (\S+) (\S+)$", text, re.MULTILINE))
    assert named == built_in(), "`make licences` writes them anew"


def test_the_wheel_has_a_list_of_its_parts():
    sbom = importlib.metadata.distribution("dlcore").read_text("sboms/dlcore-python.cyclonedx.json")
    parts = json.loads(sbom)["components"]
    assert {(part["name"], part["version"]) for part in parts} >= built_in()
    assert all(part["licenses"] for part in parts)
