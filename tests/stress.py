"""The heavy versions of the tests of processes and of Ctrl-C, with figures: `make stress`."""

import argparse
import time

import numpy as np

import interrupted
import workers


def forks(rounds):
    """A fit, a fork, and a fit in the child, again and again; then the same while another thread fits."""
    expected, times = workers.train(), []
    for _ in range(rounds):
        assert workers.train() == expected
        begun = time.perf_counter()
        assert workers.forked(workers.train) == expected
        times.append(time.perf_counter() - begun)
    report(f"{rounds} forks after a fit: no hang, the same bits; a child's fit", times)


def forks_during_a_fit(rounds):
    """The child is forked at any moment of what another thread does."""
    expected, times = workers.train(), []
    rng = np.random.default_rng(0)
    for _ in range(-(-rounds // 50)):
        with workers.FitInThread():
            for _ in range(50):
                time.sleep(rng.uniform(0, 0.002))
                begun = time.perf_counter()
                assert workers.forked(workers.train) == expected
                times.append(time.perf_counter() - begun)
    report(f"{len(times)} forks during a fit: no hang, the same bits; a child's fit", times)


def interrupts(name, case, moments):
    """Ctrl-C at random moments, and the model used after each."""
    rng, delays = np.random.default_rng(0), []
    case = case()
    while len(delays) < moments:
        delay = workers.delay_of_interrupt(case.work, rng.uniform(0, 0.3))
        if delay is not None:
            delays.append(delay)
            assert case.is_usable()
    report(f"{moments} times Ctrl-C, {name}: all usable; back after", delays)


def report(what, seconds):
    """Percentiles, and the worst."""
    parts = [f"{np.percentile(seconds, part) * 1e3:.0f} ms ({part} %)" for part in (50, 90, 99)]
    print(f"{what} {', '.join(parts)}, {max(seconds) * 1e3:.0f} ms at most", flush=True)


def main():
    """Read the arguments, do it all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--forks", type=int, default=1000, metavar="ROUNDS")
    parser.add_argument("--interrupts", type=int, default=200, metavar="MOMENTS")
    parser.add_argument("--only", metavar="CASE", help="of what is interrupted")
    arguments = parser.parse_args()
    if arguments.only is None:
        forks(arguments.forks)
        forks_during_a_fit(arguments.forks)
    for name, case in (interrupted.CASES | interrupted.LARGE_CASES).items():
        if arguments.interrupts and arguments.only in (None, name):
            interrupts(name, case, arguments.interrupts)


if __name__ == "__main__":
    main()
