"""`python -m dlcore.sklearn script.py args…`: run a script with scikit-learn's MLPs replaced."""

import argparse
import builtins
import importlib.machinery
import importlib.util
import pkgutil
import sys
from importlib.machinery import ModuleSpec, SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType, TracebackType
from typing import Any, NamedTuple, NoReturn

from dlcore.sklearn import patch_sklearn


class Program(NamedTuple):
    """What runs as `__main__`.

    Attributes
    ----------
    path : str
        Which becomes `sys.argv[0]`.
    folder : str or None
        What its imports are looked for in; None: where they are already.
    variables : dict
        Those that it finds when it starts.
    code : CodeType
    """

    path: str
    folder: str | None
    variables: dict[str, Any]
    code: CodeType


def main() -> None:
    """Replace, then run."""
    parser = argparse.ArgumentParser(
        prog="python -m dlcore.sklearn",
        description="Run a script with dlcore's estimators in the place of scikit-learn's MLPs.",
    )
    parser.add_argument("--verbose", action="store_true", help="say on stderr which estimators are fitted")
    parser.add_argument("-m", dest="module", action="store_true", help="the script is a module's name")
    parser.add_argument("script", help="a file, a folder or zip file with __main__.py, or a module's name")
    parser.add_argument("arguments", nargs=argparse.REMAINDER, help="of the script")
    options = parser.parse_args()
    try:
        program = None if options.module else _script(options.script)
        patch_sklearn(verbose=options.verbose)
        sys.argv = [options.script, *options.arguments]  # before the module's package is imported
        program = program or _module(options.script)
        sys.argv[0] = program.path
        if program.folder is not None and not sys.flags.safe_path:
            sys.path[0] = program.folder
        module = ModuleType("__main__")
        vars(module).update(program.variables, __builtins__=builtins)
        sys.modules["__main__"] = module  # where pickle and multiprocessing look
        exec(program.code, vars(module))
    except BaseException:
        _hide_ourselves()
        raise


def _script(path: str) -> Program:
    """A file, or `__main__.py` in a folder or zip file."""
    file = str(Path(path).absolute())
    if pkgutil.get_importer(file) is not None:
        spec = importlib.machinery.PathFinder.find_spec("__main__", [file])
        if spec is None:
            _give_up(f"can't find '__main__' module in {file!r}", 1)
        return _specified(spec, path, file)
    try:
        source = Path(file).read_bytes()
    except OSError as error:
        _give_up(f"can't open file {file!r}: {error.strerror}", 2)
    variables = {"__file__": file, "__cached__": None, "__loader__": SourceFileLoader("__main__", file)}
    code = compile(source, file, "exec", dont_inherit=True)
    return Program(path, str(Path(file).resolve().parent), variables, code)


def _module(name: str) -> Program:
    """A module, or `__main__` of a package."""
    try:
        spec = importlib.util.find_spec(name)
        if spec is not None and spec.submodule_search_locations is not None:
            spec = importlib.util.find_spec(name + ".__main__")
    except ModuleNotFoundError as error:
        if error.name is None or not f"{name}.".startswith(f"{error.name}."):
            raise  # a package is there, but not what it imports
        spec = None
    if spec is None:
        _give_up(f"no module named {name}, or it is a package without __main__", 1)
    return _specified(spec, str(spec.origin), None)


def _specified(spec: ModuleSpec, path: str, folder: str | None) -> Program:
    """What an importer has found."""
    code = spec.loader.get_code(spec.name)  # type: ignore[union-attr]
    if code is None:
        _give_up(f"{spec.name} is not written in Python", 1)
    variables = {
        "__file__": spec.origin,
        "__cached__": spec.cached,
        "__loader__": spec.loader,
        "__package__": spec.parent,
        "__spec__": spec,
    }
    return Program(path, folder, variables, code)


def _give_up(message: str, code: int) -> NoReturn:
    print(f"python -m dlcore.sklearn: {message}", file=sys.stderr)
    sys.exit(code)


def _hide_ourselves() -> None:
    """Show tracebacks from the script on."""
    show = sys.excepthook
    before = {"<frozen runpy>", main.__code__.co_filename}

    def show_script(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        while trace is not None and trace.tb_frame.f_code.co_filename in before:
            trace = trace.tb_next
        show(kind, error.with_traceback(trace), trace)

    sys.excepthook = show_script


if __name__ == "__main__":
    main()
