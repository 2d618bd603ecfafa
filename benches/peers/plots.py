"""The two pictures of docs/benchmarks.md, as SVG that is the same for the same numbers."""

from pathlib import Path

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

# Okabe and Ito's colours, which all eyes tell apart; shapes for who prints in black.
LOOKS = {
    "dlcore": ("#000000", "o"),
    "JAX": ("#0072B2", "s"),
    "JAX, NumPy's order": ("#56B4E9", "D"),
    "Keras (JAX)": ("#E69F00", "^"),
    "PyTorch": ("#D55E00", "v"),
    "scikit-learn": ("#009E73", "P"),
    "NumPy by hand": ("#CC79A7", "X"),
}
STYLE = {
    "svg.hashsalt": "dlcore",
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": "#e0e0e0",
    "axes.axisbelow": True,
    "figure.constrained_layout.w_pad": 0.12,  # Other fonts may be wider.
}


def save(figure, path):
    figure.savefig(path, metadata={"Date": None}, facecolor="white")
    plt.close(figure)


def plain(value, _):
    return f"{value:,.10g}"


def ratios(folder, found):
    """How many times as long as dlcore each peer takes, by net."""
    with plt.rc_context(STYLE):
        figure, axes = plt.subplots(figsize=(8.5, 0.55 * len(found) + 1.9), layout="constrained")
        labels = [label for label in LOOKS if any(label in one for one in found.values())]
        axes.axvline(1, color="#000000", linewidth=1.5)
        for row in range(0, len(found), 2):
            axes.axhspan(row - 0.5, row + 0.5, color="#f4f4f4", zorder=0)
        for place, label in enumerate(labels):
            colour, marker = LOOKS[label]
            offset = (place - (len(labels) - 1) / 2) * 0.7 / len(labels)
            points = [(one[label], row + offset) for row, one in enumerate(found.values()) if label in one]
            axes.plot(*zip(*points, strict=True), marker, color=colour, label=label, markersize=6.5)
        axes.set_yticks(range(len(found)), list(found))
        axes.set_ylim(len(found) - 0.5, -0.5)
        axes.set_xscale("log")
        axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axes.xaxis.set_major_formatter(FuncFormatter(plain))
        axes.xaxis.set_minor_formatter(NullFormatter())
        axes.set_xlabel("time of a training step, times that of dlcore (line at 1: dlcore)")
        axes.set_ylabel("net (batch)")
        axes.grid(axis="y", visible=False)
        figure.legend(loc="outside upper center", ncols=3, frameon=False)
        save(figure, Path(folder) / "ratios.svg")


def widths(folder, width, batch, best):
    """Nanoseconds a multiply-add against width and against batch, and what the peak would allow."""
    with plt.rc_context(STYLE):
        figure, (left, right) = plt.subplots(1, 2, figsize=(9.5, 4.4), sharey=True, layout="constrained")
        panels = (
            (left, width, "width (64-width-width-10, batch 128)"),
            (right, batch, "batch (64-256-256-10)"),
        )
        for axes, (values, found), label in panels:
            for peer, series in found.items():
                colour, marker = LOOKS[peer]
                points = [(x, y) for x, y in zip(values, series, strict=True) if y is not None]
                axes.plot(*zip(*points, strict=True), marker=marker, color=colour, label=peer, markersize=4.5)
            axes.axhline(best, color="#707070", linestyle="--", linewidth=1.2, label="at the peak")
            axes.set_xscale("log", base=2)
            axes.set_yscale("log")
            axes.xaxis.set_major_formatter(FuncFormatter(plain))
            axes.set_xlabel(label)
            axes.margins(x=0.07)
        left.set_ylabel("time of a training step,\nnanoseconds a multiply-add")
        left.yaxis.set_major_formatter(FuncFormatter(plain))
        figure.legend(*left.get_legend_handles_labels(), loc="outside upper center", ncols=4, frameon=False)
        save(figure, Path(folder) / "width.svg")
