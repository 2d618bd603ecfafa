"""`python -m dlcore.sklearn script.py args…`: run a script with scikit-learn's MLPs replaced."""

import argparse
import runpy
import sys
from pathlib import Path

from dlcore.sklearn import patch_sklearn


def main() -> None:
    """Replace, then run."""
    parser = argparse.ArgumentParser(
        prog="python -m dlcore.sklearn",
        description="Run a script with dlcore's estimators in the place of scikit-learn's MLPs.",
    )
    parser.add_argument("--verbose", action="store_true", help="say which estimators are fitted")
    parser.add_argument("-m", dest="module", action="store_true", help="the script is a module's name")
    parser.add_argument("script")
    parser.add_argument("arguments", nargs=argparse.REMAINDER)
    options = parser.parse_args()
    patch_sklearn(options.verbose)
    sys.argv = [options.script, *options.arguments]
    if options.module:
        sys.path.insert(0, "")
        runpy.run_module(options.script, run_name="__main__", alter_sys=True)
    else:
        sys.path.insert(0, str(Path(options.script).resolve().parent))
        runpy.run_path(options.script, run_name="__main__")


if __name__ == "__main__":
    main()
