"""Where seeds come from: one generator for the process, which `utils.set_random_seed` starts anew."""

import random

_generator = random.Random()


def start(seed: int) -> None:
    """Start the generator anew."""
    _generator.seed(seed)


def next_seed() -> int:
    """The next 64 bits."""
    return _generator.getrandbits(64)


def derive(seed: int, *numbers: int) -> int:
    """A seed that follows from another and numbers, unlike those of other numbers (SplitMix64)."""
    for number in numbers:
        seed = (seed + (number + 1) * 0x9E3779B97F4A7C15) % 2**64
        seed = (seed ^ seed >> 30) * 0xBF58476D1CE4E5B9 % 2**64
        seed = (seed ^ seed >> 27) * 0x94D049BB133111EB % 2**64
        seed ^= seed >> 31
    return seed
