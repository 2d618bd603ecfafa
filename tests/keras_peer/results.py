"""Runs a script and writes what it gives as its results: `python results.py SCRIPT FILE`.

Under dlcore: `python -m dlcore.keras results.py SCRIPT FILE`. Where Keras has no TensorFlow below it,
`--without-tensorflow` makes `tensorflow.keras` plain `keras`.
"""

import json
import pathlib
import sys


def main():
    script, target, *flags = sys.argv[1:]
    source = pathlib.Path(script).read_text()
    if "--without-tensorflow" in flags:
        source = source.replace("from tensorflow import keras", "import keras").replace("tensorflow.", "")
    names = {"__name__": "__main__", "__file__": script}
    exec(compile(source, script, "exec"), names)
    results = {"exact": names["RESULTS_EXACT"], "close": names["RESULTS_CLOSE"]}
    pathlib.Path(target).write_text(json.dumps(results))


if __name__ == "__main__":
    main()
