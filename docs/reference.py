"""The reference of the public names: which module has which, and the pages that list them.

`__all__` of the modules is the list; nothing has to be written here for a new class or function. A name that
several modules have, as `dlcore.Sequential` and `dlcore.models.Sequential`, is described once.
"""

import importlib
import inspect
import pathlib
import pkgutil

import dlcore

GROUPS = {
    "Models": ["models", "layers", "activations", "initializers", "regularizers", "constraints"],
    "Training": ["losses", "metrics", "optimizers", "optimizers.schedules", "callbacks"],
    "In the place of others": ["sklearn", "keras"],
    "Arrays": ["ops", "random"],
    "Data, files and helpers": [
        "utils",
        "plots",
        "saving",
        "models.torch_state",
        "export.onnx",
        "datasets.mnist",
        "datasets.fashion_mnist",
        "datasets.imdb",
        "datasets.reuters",
        "datasets.boston_housing",
        "datasets.california_housing",
    ],
    "Settings": ["", "config", "backend", "threadpool"],
}
"""Modules without the package's name, in their order; public ones that are not named here come last."""


def groups():
    """The same with full names, and with all that have an `__all__` of classes and functions."""
    named = {title: [f"dlcore.{name}".rstrip(".") for name in names] for title, names in GROUPS.items()}
    known = {name for names in named.values() for name in names}
    found = [one.name for one in pkgutil.walk_packages(dlcore.__path__, "dlcore.") if "._" not in one.name]
    more = [name for name in found if name not in known and members(name)]
    return named | ({"More": more} if more else {})


def modules():
    """All of them; the first that has an object describes it."""
    return [name for names in groups().values() for name in names]


def members(module):
    """Classes and functions by name: what is in `__all__`, and in `ops` what is there besides NumPy's."""
    found = importlib.import_module(module)
    names = set(getattr(found, "__all__", ()))
    if module == "dlcore.ops":
        names |= {name for name in dir(found) if _is_ours(getattr(found, name))}
    objects = {name: getattr(found, name) for name in sorted(names)}
    return {name: thing for name, thing in objects.items() if callable(thing)}


def homes():
    """Where each object is described, by its id: full name and object."""
    described = {}
    for own_name in (True, False):  # `silu` before `swish`, which is the same
        for module in modules():
            for name, thing in members(module).items():
                if not own_name or name == thing.__name__:
                    described.setdefault(id(thing), (f"{module}.{name}", thing))
    return described


def write(folder):
    """A page for each module, and one that lists these."""
    folder = pathlib.Path(folder)
    folder.mkdir(exist_ok=True)
    described = homes()
    for module in modules():
        _put(folder / f"{module}.rst", _page(module, described))
    _put(folder / "index.rst", _index())


def _is_ours(thing):
    return inspect.isfunction(thing) and thing.__module__.startswith("dlcore.")


def _page(module, described):
    """Docstring, a table of the classes, one of the functions, and what other modules describe."""
    classes, functions, elsewhere = [], [], []
    for name, thing in members(module).items():
        home = described[id(thing)][0]
        if home != f"{module}.{name}":
            elsewhere.append(f"- ``{name}``: :py:obj:`{home}`")
        else:
            (classes if inspect.isclass(thing) else functions).append(f"   {name}")
    text = [module, "=" * len(module), "", f".. automodule:: {module}", "", f".. currentmodule:: {module}"]
    table = ["", ".. autosummary::", "   :toctree: entries", "   :nosignatures:", ""]
    for title, names in (("Classes", classes), ("Functions", functions)):
        if names:
            text += ["", title, "-" * len(title), *table, *names]
    if elsewhere:
        text += ["", "Also here", "---------", "", *elsewhere]
    return text


def _index():
    text = [
        "API reference",
        "=============",
        "",
        "Every public class and function, with an example that runs.",
    ]
    for title, pages in groups().items():
        firsts = [importlib.import_module(page).__doc__.partition("\n")[0] for page in pages]
        text += ["", title, "-" * len(title), "", ".. toctree::", "   :hidden:", ""]
        text += [f"   {page}" for page in pages]
        text += ["", ".. list-table::", "   :class: modules", "   :widths: 30 70", ""]
        for page, first in zip(pages, firsts, strict=True):
            text += [f"   * - :doc:`{page}`", f"     - {first}"]
    return text


def _put(path, lines):
    """Only if it is new, so that what did not change is not built again."""
    text = "\n".join(lines) + "\n"
    if not path.exists() or path.read_text() != text:
        path.write_text(text)
