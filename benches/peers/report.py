"""Tables as Markdown, targets with what was missed, and docs/benchmarks.md."""

import os
import platform
import sys
from importlib import metadata
from pathlib import Path

TITLE = "Benchmarks"
INTRODUCTION = """\
Written by `make bench-peers` and `make bench-scale`. Before anything is timed, each peer is seen to
compute the same as dlcore: losses and weights after two steps, outputs, products. Each runs in a process
of its own, in turns, at its best setting, and the median of the rounds counts. Ratios are the time a
peer takes over dlcore's: more than 1 is dlcore's lead. Times move from machine to machine; ratios less."""
ORDER = (
    "Machine",
    "Training",
    "One small net, full batch",
    "Matmul",
    "Predict",
    "Width and batch",
    "Scale and cost",
)
LIBRARIES = ("dlcore", "numpy", "scikit-learn", "jax", "keras", "onnxruntime", "torch")


def say(text):
    """What is going on, for who waits."""
    print(text, file=sys.stderr, flush=True)


def number(value):
    """Four figures: 0.1234, 1.234, 123.4, 12,340."""
    if abs(value) < 1000:
        return f"{value:.4g}"
    digits = len(str(int(abs(value))))
    return f"{round(value, 4 - digits):,.0f}"


def table(header, rows):
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines)


def short(value):
    """Three figures."""
    return f"{value:.3g}" if abs(value) < 1000 else f"{value:,.0f}"


def percent(share):
    return f"{share * 100:.{0 if share > 0.1 else 1}f} %"


def beside(value, ours):
    """A peer's time, and how many times ours it is."""
    return f"{number(value)} ({short(value / ours)}x)"


class Targets:
    """Compares with what should be reached, and remembers what was not."""

    def __init__(self):
        self.count, self.missed = 0, []

    def at_least(self, what, value, target, unit="x"):
        """A cell: the value, the target, and whether it was met."""
        return self._cell(what, value, target, unit, value >= target, "at least")

    def at_most(self, what, value, target, unit="x"):
        return self._cell(what, value, target, unit, value <= target, "at most")

    def _cell(self, what, value, target, unit, met, word):
        def text(number):
            return percent(number) if unit == "%" else short(number) + unit

        self.count += 1
        if not met:
            self.missed.append(f"{what}: {text(value)}, {word} {text(target)}")
        return f"{text(value)} ({word} {text(target)}), {'met' if met else '**missed**'}"

    def __str__(self):
        if not self.missed:
            return f"All {self.count} targets are met."
        lines = "\n".join(f"- {line}" for line in self.missed)
        return f"{len(self.missed)} of {self.count} targets are missed:\n\n{lines}"


def processor():
    """The model and its caches, as the kernel tells."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    fields = {name.strip(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    caches = []
    for folder in sorted(Path("/sys/devices/system/cpu/cpu0/cache").glob("index*")):
        kind, level, size = ((folder / name).read_text().strip() for name in ("type", "level", "size"))
        if kind != "Instruction":
            caches.append(f"L{level} {size}")
    model = fields.get("model name", platform.machine())
    if "cpu family" in fields:
        model += f" (family {fields['cpu family']}, model {fields['model']})"
    return f"{model}, {len(os.sched_getaffinity(0))} cores, {', '.join(caches)}"


def machine(blas, load):
    """What the times depend on, and how to repeat them."""
    versions = [f"Python {platform.python_version()}"]
    for library in LIBRARIES:
        try:
            versions.append(f"{library} {metadata.version(library)}")
        except metadata.PackageNotFoundError:
            versions.append(f"{library} not installed")
    lines = [
        f"{processor()}; {platform.system()} on {platform.machine()}",
        ", ".join(versions),
        f"{'; '.join(blas)}; with OPENBLAS_CORETYPE and OPENBLAS_L2_SIZE unset",
        "all on all cores, if not said otherwise",
        f"load before the run: {load:.1f}{' (CAUTION: something else was running)' if load > 0.5 else ''}",
        "to repeat: `make bench-peers`, then `make bench-scale`; a part, only printed: "
        "`make bench-peers ARGS='--only train --nets 4 --seconds 10'`",
    ]
    return "\n".join(f"- {line}" for line in lines)


def write(folder, sections):
    """Puts these sections into benchmarks.md, in their order, and leaves the others as they are."""
    path = Path(folder) / "benchmarks.md"
    text = path.read_text() if path.exists() else ""
    kept = dict(part.split("\n", 1) for part in text.split("\n## ")[1:])
    kept |= sections
    parts = [f"## {title}\n\n{kept[title].strip()}" for title in ORDER if title in kept]
    path.write_text("\n\n".join([f"# {TITLE}", INTRODUCTION, *parts]) + "\n")
