"""scikit-learn's names for dlcore's estimators: whole scripts, `patch_sklearn`, and running with `-m`."""

import importlib.util
import json
import os
import pathlib
import pickle
import re
import subprocess
import sys
import types
import zipfile
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

pytest.importorskip("sklearn", minversion="1.6")
from sklearn import neural_network
from sklearn.datasets import load_iris

import dlcore.sklearn
from dlcore.sklearn import MLPClassifier, MLPRegressor, patch_sklearn, unpatch_sklearn

ROOT = pathlib.Path(__file__).parents[1]
EXAMPLES = sorted(path.name for path in (ROOT / "examples").glob("sklearn_*.py"))
SAID = "dlcore takes the place of scikit-learn's MLPClassifier and MLPRegressor\n"
# No variables of this module, which would be replaced, too.
THEIRS = types.SimpleNamespace(
    MLPClassifier=neural_network.MLPClassifier, MLPRegressor=neural_network.MLPRegressor
)


@pytest.fixture(autouse=True)
def _taken_back():
    yield
    unpatch_sklearn()


@pytest.fixture
def user_code(monkeypatch):
    """A module that has imported scikit-learn's names before they are replaced."""
    module = types.ModuleType("user_code")
    monkeypatch.setitem(sys.modules, "user_code", module)
    exec("from sklearn.neural_network import MLPClassifier as M, MLPRegressor", vars(module))
    return module


def run(folder, *arguments, **environment):
    """What Python prints, in a folder."""
    return subprocess.run(
        [sys.executable, *map(str, arguments)],
        cwd=folder,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1", **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def on_dlcore(folder, *arguments):
    return run(folder, "-m", "dlcore.sklearn", *arguments)


def assert_same_apart_from_what_was_said(theirs, ours):
    assert ours.returncode == theirs.returncode
    assert ours.stdout == theirs.stdout
    assert ours.stderr == SAID + theirs.stderr


def fitted(estimator):
    return estimator.set_params(solver="lbfgs", max_iter=1000, tol=0.01).fit([[0.0], [1.0], [2.0]], [0, 1, 1])


# Whole scripts


@pytest.mark.parametrize("name", EXAMPLES)
def test_examples_print_the_same(name):
    source = (ROOT / "examples" / name).read_text()
    assert "import dlcore" not in source
    assert f"python -m dlcore.sklearn examples/{name}" in source.splitlines()[0]
    with ThreadPoolExecutor(2) as pool:
        theirs, ours = pool.map(lambda how: how(ROOT, f"examples/{name}"), (run, on_dlcore))
    assert theirs.returncode == ours.returncode == 0
    assert theirs.stderr == ""
    assert ours.stderr == SAID
    number = r"-?\d+(?:\.\d*)?(?:e[+-]?\d+)?"
    assert re.sub(rf"\s*{number}\s*", " # ", ours.stdout) == re.sub(rf"\s*{number}\s*", " # ", theirs.stdout)
    numbers = [np.array(re.findall(number, done.stdout), float) for done in (theirs, ours)]
    assert len(numbers[0]) > 20
    np.testing.assert_allclose(numbers[1], numbers[0], rtol=1e-3, atol=1e-3)


def test_there_are_three_examples():
    assert len(EXAMPLES) == 3


# patch_sklearn


def test_names_are_replaced_and_restored(user_code, capsys):
    home = sys.modules[THEIRS.MLPClassifier.__module__]
    patch_sklearn()
    assert neural_network.MLPClassifier is user_code.M is MLPClassifier
    assert neural_network.MLPRegressor is user_code.MLPRegressor is MLPRegressor
    assert home.MLPClassifier is THEIRS.MLPClassifier  # where pickle looks
    unpatch_sklearn()
    assert neural_network.MLPClassifier is user_code.M is THEIRS.MLPClassifier
    assert neural_network.MLPRegressor is user_code.MLPRegressor is THEIRS.MLPRegressor
    unpatch_sklearn()
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", SAID)


def test_twice_is_said_once_and_taken_back_by_one(user_code, capsys):
    patch_sklearn()
    patch_sklearn()
    assert capsys.readouterr().err == SAID
    unpatch_sklearn()
    assert neural_network.MLPClassifier is user_code.M is THEIRS.MLPClassifier


def test_twice_finds_what_came_in_between(user_code):
    patch_sklearn()
    user_code.late = THEIRS.MLPClassifier
    patch_sklearn()
    assert user_code.late is MLPClassifier
    unpatch_sklearn()
    assert user_code.late is user_code.M is THEIRS.MLPClassifier


def test_what_was_imported_from_dlcore_stays(user_code):
    user_code.Own = MLPClassifier
    user_code.home = dlcore.sklearn
    with patch_sklearn():
        exec("from sklearn.neural_network import MLPClassifier as Imported", vars(user_code))
    assert user_code.M is THEIRS.MLPClassifier
    assert user_code.Own is user_code.Imported is MLPClassifier
    assert dlcore.sklearn.MLPClassifier is user_code.home.MLPClassifier is MLPClassifier


def test_modules_of_dlcore_keep_theirs(monkeypatch):
    module = types.ModuleType("dlcore.test_module")
    module.M = THEIRS.MLPClassifier
    monkeypatch.setitem(sys.modules, "dlcore.test_module", module)
    patch_sklearn()
    assert module.M is THEIRS.MLPClassifier
    assert sys.modules["dlcore.sklearn._patch"]._THEIRS["MLPClassifier"] is THEIRS.MLPClassifier


def test_what_the_user_has_put_in_place_since_stays(user_code):
    patch_sklearn()
    user_code.M = dict
    del user_code.MLPRegressor
    unpatch_sklearn()
    assert user_code.M is dict
    assert not hasattr(user_code, "MLPRegressor")


def test_with_statement_is_taken_back_after_an_error(user_code):
    with pytest.raises(TypeError, match="MLPClassifier"), patch_sklearn():
        user_code.M(unknown=1)
    assert user_code.M is neural_network.MLPClassifier is THEIRS.MLPClassifier


def test_with_statements_nest(user_code, capsys):
    with patch_sklearn(verbose=True):
        with patch_sklearn():
            fitted(user_code.M())
        assert neural_network.MLPClassifier is user_code.M is MLPClassifier
        assert capsys.readouterr().err == SAID
        fitted(user_code.M())
        assert capsys.readouterr().err == "dlcore fits MLPClassifier\n"
    assert user_code.M is THEIRS.MLPClassifier
    fitted(MLPClassifier())
    assert capsys.readouterr().err == ""


def test_with_statement_in_a_patched_program(user_code):
    patch_sklearn()
    with patch_sklearn(verbose=True):
        pass
    assert user_code.M is MLPClassifier
    assert not MLPClassifier._announces_fits


def test_unpatch_in_a_with_statement(user_code):
    patch_sklearn(verbose=True)
    with patch_sklearn():
        unpatch_sklearn()
    assert user_code.M is THEIRS.MLPClassifier
    assert not MLPClassifier._announces_fits


def test_no_names_are_taken():
    with pytest.raises(TypeError):
        patch_sklearn("MLPClassifier")  # as in scikit-learn-intelex
    assert neural_network.MLPClassifier is THEIRS.MLPClassifier


def test_a_lazy_module_is_not_loaded(tmp_path, monkeypatch):
    (tmp_path / "lazy_code.py").write_text("loaded = True")
    spec = importlib.util.spec_from_file_location("lazy_code", tmp_path / "lazy_code.py")
    spec.loader = importlib.util.LazyLoader(spec.loader)
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "lazy_code", module)
    spec.loader.exec_module(module)
    patch_sklearn()
    assert "loaded" not in object.__getattribute__(module, "__dict__")
    assert module.loaded


def test_isinstance(user_code):
    with patch_sklearn():
        model = user_code.M()
        assert isinstance(model, user_code.M)
        assert not isinstance(model, user_code.MLPRegressor)
        assert not isinstance(THEIRS.MLPClassifier(), user_code.M)
    assert isinstance(model, neural_network.MLPClassifier)
    assert not isinstance(model, neural_network.MLPRegressor)
    assert issubclass(MLPRegressor, neural_network.MLPRegressor)


def test_pickles_are_read_as_what_was_written():
    theirs = fitted(THEIRS.MLPClassifier(random_state=0))
    written = pickle.dumps(theirs)
    with patch_sklearn():
        ours = fitted(neural_network.MLPClassifier(random_state=0))
        models = [pickle.loads(pickle.dumps(theirs)), pickle.loads(written), pickle.loads(pickle.dumps(ours))]
        written_ours = pickle.dumps(ours)
    models.append(pickle.loads(written_ours))
    assert [type(model) for model in models] == [
        THEIRS.MLPClassifier,
        THEIRS.MLPClassifier,
        MLPClassifier,
        MLPClassifier,
    ]
    for model in models:
        np.testing.assert_array_equal(model.predict([[0.0], [1.0], [2.0]]), [0, 1, 1])


def test_scikit_learn_lists_each_estimator_once():
    from sklearn.utils import all_estimators

    with patch_sklearn():
        found = [cls for name, cls in all_estimators() if name.startswith("MLP")]
    assert found == [MLPClassifier, MLPRegressor]


# python -m dlcore.sklearn

SCRIPT = """\
import json, pickle, sys
import __main__, helper
print(json.dumps([sys.argv, __name__, __file__, __package__, __spec__, __doc__]))
print(sys.path[0], helper.__file__, __builtins__, __main__.__dict__ is globals())
class Own:
    pass
print(type(pickle.loads(pickle.dumps(Own()))))
"""


@pytest.fixture
def scripts(tmp_path):
    """A folder of a user's, with a script and a helper in another one."""
    folder = tmp_path / "scripts"
    folder.mkdir()
    (folder / "helper.py").touch()
    (folder / "script.py").write_text(SCRIPT)
    return tmp_path


def test_script_finds_what_python_gives_it(scripts):
    arguments = "scripts/script.py", "one", "--verbose", "-m", "--", "-h"
    theirs = run(scripts, *arguments)
    assert json.loads(theirs.stdout.splitlines()[0])[0] == list(arguments)
    assert_same_apart_from_what_was_said(theirs, on_dlcore(scripts, *arguments))


def test_modules_that_a_script_imports_get_ours(scripts):
    (scripts / "scripts" / "user.py").write_text("import helper; print(helper.M.__module__)")
    (scripts / "scripts" / "helper.py").write_text("from sklearn.neural_network import MLPClassifier as M")
    assert on_dlcore(scripts, "scripts/user.py").stdout == "dlcore.sklearn._classifier\n"


def test_symbolic_link(scripts):
    (scripts / "link.py").symlink_to(scripts / "scripts" / "script.py")
    assert_same_apart_from_what_was_said(run(scripts, "link.py"), on_dlcore(scripts, "link.py"))


@pytest.mark.parametrize(
    "end",
    [
        "import sys; sys.exit(7)",
        "raise SystemExit('a message')",
        "def f():\n    1 / 0\nf()",
        "try:\n    1 / 0\nexcept ZeroDivisionError as error:\n    raise KeyError('x') from error",
        "raise KeyboardInterrupt",
        "import sys\nsys.excepthook = lambda *a: print('mine', a[0], a[2].tb_lineno)\n[][1]",
        "x = = 1",
        "# coding: latin-1\nimport atexit, pickle\nclass Own:\n    a = ascii('\xe9')\n"
        "atexit.register(lambda: print(Own.a, len(pickle.dumps(Own()))))",
    ],
    ids=["code", "message", "error", "chain", "interrupt", "hook", "syntax", "atexit"],
)
def test_scripts_end_as_with_python(tmp_path, end):
    (tmp_path / "script.py").write_bytes(end.encode("latin-1"))
    theirs, ours = run(tmp_path, "script.py"), on_dlcore(tmp_path, "script.py")
    if "SyntaxError" in ours.stderr:  # which is found before anything is replaced
        ours.stderr = SAID + ours.stderr
    assert_same_apart_from_what_was_said(theirs, ours)


def test_options_of_ours_come_first(tmp_path):
    (tmp_path / "script.py").write_text(
        "import sys, warnings\n"
        "from sklearn.neural_network import MLPClassifier, MLPRegressor\n"
        "warnings.simplefilter('ignore')\n"
        "class Own(MLPRegressor): pass\n"
        "for model in (MLPClassifier(max_iter=2), MLPRegressor(max_iter=2), Own(max_iter=2)):\n"
        "    model.fit([[0.0], [1.0]], [0, 1]).partial_fit([[0.0], [1.0]], [0, 1])\n"
        "print(sys.argv[1:])\n"
    )
    done = on_dlcore(tmp_path, "--verbose", "script.py", "--verbose")
    fits = "".join(f"dlcore fits {name}\n" for name in ("MLPClassifier", "MLPRegressor", "Own"))
    assert (done.returncode, done.stdout, done.stderr) == (0, "['--verbose']\n", SAID + fits)


def test_jobs_in_other_processes(tmp_path):
    (tmp_path / "script.py").write_text(
        "from sklearn.datasets import load_iris\n"
        "from sklearn.model_selection import GridSearchCV\n"
        "from sklearn.neural_network import MLPClassifier\n"
        "class Own(MLPClassifier): pass\n"
        "model = Own(solver='lbfgs', max_iter=1000, random_state=0)\n"
        "search = GridSearchCV(model, {'alpha': [0.1, 1.0]}, n_jobs=2, cv=2)\n"
        "print(search.fit(*load_iris(return_X_y=True)).best_score_ > 0.9)\n"
    )
    done = on_dlcore(tmp_path, "script.py")
    assert (done.stdout, done.stderr) == ("True\n", SAID)


@pytest.fixture
def package(tmp_path):
    folder = tmp_path / "package"
    folder.mkdir()
    (folder / "__init__.py").touch()
    (folder / "other.py").write_text("from sklearn.neural_network import MLPRegressor as R")
    (folder / "__main__.py").write_text(
        "import sys\n"
        "print(sys.argv, __name__, __file__, __package__, __spec__.name, sys.path[0])\n"
        "if len(sys.argv) > 1:\n"
        "    from .other import R\n"
        "    print(R.__name__, R.__module__.split('.')[0], file=sys.stderr)\n"
    )
    (folder / "bad").mkdir()
    (folder / "bad" / "__init__.py").write_text("import not_there")
    (folder / "bad" / "__main__.py").touch()
    with zipfile.ZipFile(tmp_path / "package.zip", "w") as file:
        file.writestr("helper.py", "print('helped')")
        file.writestr(
            "__main__.py", "import helper, sys; print(sys.argv, __file__, sys.path[0], __package__)"
        )
    return tmp_path


@pytest.mark.parametrize(
    "arguments", [("-m", "package"), ("-m", "package.__main__"), ("package",), ("package.zip", "-v")]
)
def test_modules_folders_and_zip_files(package, arguments):
    assert_same_apart_from_what_was_said(run(package, *arguments), on_dlcore(package, *arguments))


def test_relative_imports_in_a_package(package):
    done = on_dlcore(package, "-m", "package", "--flag")
    assert "'--flag'] __main__" in done.stdout
    assert done.stderr == SAID + "MLPRegressor dlcore\n"


@pytest.mark.parametrize("name", ["not_there", "package.not_there"])
def test_missing_modules(package, name):
    theirs, ours = run(package, "-m", name), on_dlcore(package, "-m", name)
    assert ours.returncode == theirs.returncode == 1
    assert ours.stderr.splitlines()[1:] == [
        f"python -m dlcore.sklearn: no module named {name}, or it is a package without __main__"
    ]


def test_module_that_imports_what_is_missing(package):
    done = on_dlcore(package, "-m", "package.bad")
    assert done.returncode == 1
    assert "Traceback" in done.stderr
    assert done.stderr.endswith("ModuleNotFoundError: No module named 'not_there'\n")


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["not_there.py"], 2, "can't open file '{folder}/not_there.py': No such file or directory"),
        (["scripts"], 1, "can't find '__main__' module in '{folder}/scripts'"),
        ([], 2, "error: the following arguments are required: script"),
    ],
)
def test_missing_scripts(scripts, arguments, code, message):
    done = on_dlcore(scripts, *arguments)
    assert done.returncode == code
    assert message.format(folder=scripts) in done.stderr
    assert len(done.stderr.splitlines()) <= 2
    assert done.stdout == ""


# What is loaded, and what is missing


def test_import_dlcore_loads_no_scikit_learn(tmp_path):
    done = run(tmp_path, "-c", "import dlcore, sys; print([m for m in sys.modules if m.startswith('sk')])")
    assert (done.stdout, done.stderr) == ("[]\n", "")


@pytest.mark.parametrize("kind", ["missing", "old"])
def test_scikit_learn_is_missing_or_too_old(tmp_path, kind):
    folder = tmp_path / "sklearn"
    (folder / "utils").mkdir(parents=True)
    (folder / "__init__.py").write_text(
        "__version__ = '1.5.2'"
        if kind == "old"
        else "raise ModuleNotFoundError(\"No module named 'sklearn'\", name='sklearn')"
    )
    (folder / "utils" / "__init__.py").touch()
    (folder / "utils" / "validation.py").touch()
    message = "ImportError: dlcore.sklearn needs scikit-learn 1.6 or later: pip install 'dlcore[sklearn]'"
    for arguments in (("-c", "import dlcore.sklearn"), ("-m", "dlcore.sklearn", "script.py")):
        done = run(tmp_path, *arguments, PYTHONPATH=str(tmp_path))
        assert done.returncode == 1
        assert done.stderr.splitlines()[-1] == message
        assert ("validate_data" if kind == "old" else "No module named 'sklearn'") in done.stderr
    assert run(tmp_path, "-c", "import dlcore", PYTHONPATH=str(tmp_path)).returncode == 0


# Loss curves


def test_loss_curve_display():
    pytest.importorskip("matplotlib").use("Agg")
    from matplotlib import pyplot as plt

    display = dlcore.sklearn.LossCurveDisplay.from_estimator
    x, y = load_iris(return_X_y=True)
    options = {"max_iter": 300, "tol": 0.1, "n_iter_no_change": 2}
    for model, names in (
        (MLPClassifier(**options), ["training"]),
        (MLPClassifier(early_stopping=True, **options), ["training", "validation"]),
        (THEIRS.MLPClassifier(**options), ["training"]),
    ):
        shown = display(model.fit(x, y), linestyle=":")
        assert [line.get_label() for line in shown.lines_] == [f"MLPClassifier, {name}" for name in names]
        np.testing.assert_array_equal(shown.lines_[0].get_ydata(), model.loss_curve_)
        assert shown.lines_[-1].get_linestyle() == ":"
        assert display(model, name="it", ax=shown.ax_).figure_ is shown.figure_
        assert len(shown.ax_.lines) == 2 * len(names)
        plt.close(shown.figure_)


def test_loss_curve_display_refuses_what_has_none():
    display = dlcore.sklearn.LossCurveDisplay.from_estimator
    with pytest.raises(ValueError, match=r"solver='adam' or 'sgd'.*got MLPClassifier without"):
        display(fitted(MLPClassifier()))
    from sklearn.exceptions import NotFittedError

    with pytest.raises(NotFittedError):
        display(MLPClassifier())
