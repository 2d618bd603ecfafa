"""How the site is built: `make docs`."""

import inspect
import os
import pathlib
import re
import sys
from typing import ClassVar

HERE = pathlib.Path(__file__).parent
ROOT = HERE.parent
sys.path.insert(0, str(HERE))

from docutils import nodes
from sphinx.util.docutils import SphinxRole

import dlcore
import reference

SOURCE = "https://github.com/dlcore/dlcore"

project = "dlcore"
author = "dlcore contributors"
copyright = author
release = version = dlcore.__version__

extensions = [
    "myst_parser",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx_gallery.gen_gallery",
]
exclude_patterns = ["_build", "**/GALLERY_HEADER.rst"]
templates_path = ["_templates"]
default_role = "name"
nitpicky = True
nitpick_ignore = [("py:obj", "alpha")]  # numpydoc links an attribute, which PReLU's page has no entry for

# Pages

myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 3
PAGES = {
    "README.md": "index.md",
    "ARCHITECTURE.md": "architecture.md",
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changelog.md",
}
"""What lies outside of this folder and is a page here, too."""


def at_home(app, docname, source):
    """Puts in whole files that a page includes, and makes links that leave this folder the site's."""

    def included(match):
        path = ROOT / match[1]
        app.env.note_dependency(str(path))
        return linked(path.read_text(), ROOT)

    def linked(text, folder):
        return re.sub(r"\]\(([^)#:\s]+)(#[^)]*)?\)", lambda match: f"]({target(match, folder)})", text)

    def target(match, folder):
        path = pathlib.Path(os.path.normpath(folder / match[1]))
        inside = path.relative_to(ROOT).as_posix()
        if path.is_relative_to(HERE):
            found = path.relative_to(HERE).as_posix()
        else:
            found = PAGES.get(inside, f"{SOURCE}/blob/main/{inside}")
        return found + (match[2] or "")

    if app.env.doc2path(docname).suffix == ".md":
        text = linked(source[0], HERE)
        source[0] = re.sub(r"^```\{include\} \.\./(\S+)\n```$", included, text, flags=re.MULTILINE)


# Reference

reference.write(HERE / "api")
autosummary_generate = True
numpydoc_show_class_members = False
autodoc_typehints = "none"
toc_object_entries_show_parents = "hide"
_described = dict(reference.homes().values())
_seen = set()
# `losses.Hinge` and `losses.hinge` are one file where a file system does not tell cases apart.
autosummary_filename_map = {
    name: f"{name}-function"
    for name in sorted(_described)
    if name.lower() in _seen or _seen.add(name.lower())
}
autosummary_context = {
    # Classes whose methods are called or written by users, as against those that are only given to others.
    "with_methods": [
        "Activation",
        "Callback",
        "Constraint",
        "History",
        "Initializer",
        "Layer",
        "LearningRateSchedule",
        "Loss",
        "LossCurveDisplay",
        "Metric",
        "Optimizer",
        "PyDataset",
        "Regularizer",
        "SeedGenerator",
        "Variable",
    ],
    "with_inherited_methods": ["Functional", "MLPClassifier", "MLPRegressor", "Model", "Sequential"],
}


class Name(SphinxRole):
    """What stands in backticks in a docstring: code, and a link if it is a name of this reference."""

    classes: ClassVar = {name.rpartition(".")[2]: name for name in _described}

    def run(self):
        """The node, and no messages."""
        target = self.target(self.text)
        if target is None:
            return [nodes.literal(self.text, self.text)], []
        link = self.env.get_domain("py").role("obj")
        return link("py:obj", self.rawtext, f"{self.text} <{target}>", self.lineno, self.inliner)

    def target(self, text):
        """A full name for a name, `module.name`, class or `Class.method`; the module at hand comes first."""
        here = self.env.ref_context.get("py:module")
        for name in (f"{here}.{text}", text, f"dlcore.{text}"):
            if name in _described:
                return name
        name, _, method = text.partition(".")
        if name in self.classes and name[0].isupper() and not method:
            return self.classes[name]
        has_methods = name in [one for names in autosummary_context.values() for one in names]
        found = has_methods and hasattr(_described[self.classes[name]], method)
        return f"{self.classes[name]}.{method}" if found else None


def skip(app, what, name, thing, skip, options):
    """What scikit-learn describes, and what of a model is for the package itself."""
    inherited = (getattr(thing, "__module__", None) or "").startswith("sklearn.")
    of_a_model = re.match(r"(Model|Trainer|Functional|Sequential)\.", getattr(thing, "__qualname__", ""))
    inner = of_a_model and ">>>" not in (thing.__doc__ or "")
    return True if inherited or inner else None


def signature(app, what, name, thing, options, signature, returns):
    """That of a model's constructor, which its `__new__` hides."""
    if what == "class" and issubclass(thing, dlcore.Model):
        made = dlcore.models.Functional if thing is dlcore.Model else thing
        given = list(inspect.signature(made.__init__).parameters.values())[1:]
        plain = [one.replace(annotation=inspect.Parameter.empty) for one in given]
        return str(inspect.Signature(plain)), None
    return None


# Lessons

sphinx_gallery_conf = {
    "examples_dirs": "../examples/lessons",
    "gallery_dirs": "lessons",
    "filename_pattern": r"plot_",
    "within_subsection_order": "FileNameSortKey",
    "abort_on_example_error": True,
    "matplotlib_animations": True,
    "image_srcset": ["2x"],
    "download_all_examples": False,
    "show_signature": False,
    "capture_repr": (),
    "remove_config_comments": True,
    "write_computation_times": False,
}

# Looks

html_theme = "pydata_sphinx_theme"
html_title = "dlcore"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_show_sourcelink = False
html_copy_source = False
html_use_index = False
html_domain_indices = False
html_theme_options = {
    "logo": {"text": "dlcore"},
    "icon_links": [{"name": "Source", "url": SOURCE, "icon": "fa-brands fa-github"}],
    "show_prev_next": True,
    "show_toc_level": 2,
    "navigation_with_keys": False,
    "header_links_before_dropdown": 6,
    "footer_start": ["copyright"],
    "footer_end": [],
}
html_sidebars = {"index": []}


def setup(app):
    """What is defined above."""
    app.add_role("name", Name())
    app.connect("source-read", at_home)
    app.connect("autodoc-skip-member", skip)
    app.connect("autodoc-process-signature", signature)
