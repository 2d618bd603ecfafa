"""Run the nine lessons and leave their pictures in lessons/, with index.html to look at them."""

import ast
import contextlib
import html
import io
import pathlib
import re
import runpy
import time

import matplotlib

matplotlib.use("Agg")
from matplotlib import pyplot as plt

ROOT = pathlib.Path(__file__).parents[1]
FOLDER = pathlib.Path("lessons")
HEAD = """<!DOCTYPE html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Nine lessons</title>
<style>body { font-family: sans-serif; max-width: 60em; margin: auto; padding: 1em }
img { max-width: 100% } pre { overflow-x: auto }</style>
<h1>Nine lessons</h1>
"""


def run(path: pathlib.Path) -> str:
    """The lesson's part of the page: its first words, what it prints and its pictures."""
    title, _, words = (ast.get_docstring(ast.parse(path.read_text())) or "").split("\n", 2)
    with plt.rc_context(), contextlib.redirect_stdout(io.StringIO()) as printed:
        start = time.perf_counter()
        runpy.run_path(str(path))
        seconds = time.perf_counter() - start
    print(f"{title}: {seconds:.1f} s")
    words = re.sub(r"\*(\w[\w -]*)\*", r"<em>\1</em>", html.escape(words.strip()))
    parts = [f"<h2>{html.escape(title)}</h2>", f"<p>{words}</p>"]
    for number in plt.get_fignums():
        name = f"{path.stem}_{number}.png"
        plt.figure(number).savefig(FOLDER / name, dpi=100)
        parts.append(f'<p><img src="{name}" alt="Picture {number} of {html.escape(title)}"></p>')
    plt.close("all")
    parts.append(f"<pre>{html.escape(printed.getvalue())}</pre>")
    return "\n".join(parts)


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    lessons = [run(path) for path in sorted(ROOT.glob("examples/lessons/plot_*.py"))]
    (FOLDER / "index.html").write_text(HEAD + "\n".join(lessons), encoding="utf-8")
    print(f"the pictures are in {FOLDER}/index.html")
