"""Kills processes while they write files, and looks at what is left; `--kills 200` does each kind so often.

A child writes two models in turns over one file until it is killed; what is there then must be the one or the
other to the last byte. test_atomic_files.py does it a few times.
"""

import argparse
import hashlib
import os
import pathlib
import random
import signal
import tempfile
import time

import numpy as np

import dlcore
from dlcore.callbacks import BackupAndRestore, ModelCheckpoint
from dlcore.layers import Dense, Input


def trained(seed):
    """A model of 2 MB, trained for a step."""
    dlcore.utils.set_random_seed(seed)
    model = dlcore.Sequential([Input((256,)), Dense(512, activation="relu"), Dense(10)])
    model.compile("adam", "mse")
    model.fit(np.ones((32, 256), "float32"), np.ones((32, 10), "float32"), verbose=0)
    return model


def by_callback(make):
    def write(model, path):
        callback = make(path)
        callback.set_model(model)
        callback.on_epoch_end(0, {})

    return write


WRITERS = {
    "m.safetensors": lambda model, path: model.save(path),
    "w.safetensors": lambda model, path: model.save_weights(path),
    "w.weights.h5": lambda model, path: model.save_weights(path),
    "m.onnx": lambda model, path: model.export(path),
    "c.keras": by_callback(lambda path: ModelCheckpoint(path, verbose=0)),
    "latest.safetensors": by_callback(lambda path: BackupAndRestore(path.parent)),
}
"""By the name of the file that each writes."""


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def kill_while_writing(name, kills, seed=0):
    """How often there was one that had been begun beside the old file or the new one, which is always there.

    It is left to the next writer, so that there is never more than one.
    """
    write, models = WRITERS[name], [trained(1), trained(2)]
    draw = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "files", name)
        path.parent.mkdir()
        whole = []
        for model in models:
            start = time.monotonic()
            write(model, path)
            seconds = time.monotonic() - start
            whole.append(digest(path))
        assert whole[0] != whole[1]
        unfinished = 0
        for _ in range(kills):
            child = os.fork()
            if child == 0:
                while True:
                    for model in models:
                        write(model, path)
            time.sleep(draw.uniform(0, 3 * seconds))
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            assert digest(path) in whole, f"{name} is neither the old nor the new file"
            begun = [file.name for file in path.parent.iterdir() if file != path]
            assert begun in ([], [".dlcore-0.new"]), f"{begun} beside {name}"
            unfinished += len(begun)
        write(models[0], path)
        assert list(path.parent.iterdir()) == [path]
    return unfinished


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=200)
    options = parser.parse_args()
    for name in WRITERS:
        unfinished = kill_while_writing(name, options.kills)
        print(f"{name}: whole after {options.kills} kills, {unfinished} of them in the midst of a write")


if __name__ == "__main__":
    main()
