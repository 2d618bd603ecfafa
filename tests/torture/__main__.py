"""Runs cases and prints how many there were and what was found; the exit code is 1 if anything was."""

import argparse
import collections
import sys
import time

from torture import parent


def main():
    parser = argparse.ArgumentParser(prog="python -m torture", description=__doc__)
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--modules", default=parent.ALL, help="which targets; default %(default)s")
    parser.add_argument("--case", action="append", help="do this one again, as it was printed")
    options = parser.parse_args()
    start = time.monotonic()
    result = parent.run(options.count, options.seed, options.modules, cases=options.case)
    kinds = collections.defaultdict(list)
    for case, what in result.findings:
        kinds[case.split('"')[1], what[:60]].append((case, what))
    for (target, _), found in sorted(kinds.items()):
        print(f"{target}, {len(found)} times: {found[0][1]}\n    {found[0][0]}")
    seconds = time.monotonic() - start
    print(
        f"{result.cases} cases of {len(result.targets)} targets in {seconds:.0f} s: "
        f"{len(result.findings)} findings of {len(kinds)} kinds"
    )
    sys.exit(1 if result.findings else 0)


if __name__ == "__main__":
    main()
