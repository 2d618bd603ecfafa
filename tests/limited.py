"""Work in an address space that is too small for it; test_memory.py runs it in processes of their own.

`limited.py CASE` has a little more room than it has taken so far when the work begins, and prints the
MemoryError. `limited.py steps BYTES` has so much more than NumPy needs, imports, builds, trains, predicts,
saves and loads, and says how far it came. `limited.py scan BYTES` forks for one limit after another, so many
bytes apart, up to where work on two threads succeeds. `limited.py threads` trains where no thread can be had.
No outcome may be a signal.
"""

import os
import pathlib
import resource
import sys
import tempfile

import numpy as np

MEGABYTE = 2**20
ROOM = 40 * MEGABYTE


def taken():
    """Bytes of address space."""
    return int(pathlib.Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()


def limit(room):
    resource.setrlimit(resource.RLIMIT_AS, (taken() + room, resource.RLIM_INFINITY))


def unlimited():
    resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


def model(*widths, optimizer="adam", built=True):
    import dlcore

    layers = [dlcore.layers.Dense(width, activation="relu") for width in widths[1:]]
    inputs = [dlcore.Input((widths[0],))] if built else []
    net = dlcore.Sequential([*inputs, *layers])
    net.compile(optimizer, "mse")
    return net


def data(rows, features=4, outputs=1):
    return np.ones((rows, features), np.float32), np.ones((rows, outputs), np.float32)


def warm():
    """A whole small fit: threads have started and code is loaded."""
    small = model(4, 8, 1)
    small.fit(*data(32), verbose=0)
    return small


def build():
    return lambda: model(4000, 8000, 1)


def compile_():
    net = model(2500, 4000, 1, optimizer="sgd")  # 40 MB each time
    return lambda: net.compile("adam", "mse")


def fit():
    net, (x, y) = model(4, 500, 500, 1), data(100_000)
    return lambda: net.fit(x, y, batch_size=100_000, verbose=0)


def fit_in_chunks():
    net, (x, y) = model(4, 100, 200, 1), data(200_000)
    return lambda: net.fit(x, y, batch_size=200_000, verbose=0)


def evaluate():
    net, (x, y) = model(4, 200_000, 1), data(1000)
    return lambda: net.evaluate(x, y, verbose=0)


def predict():
    net, (x, _) = model(4, 8, 500), data(100_000)
    return lambda: net.predict(x, verbose=0)


def get_weights():
    net = model(1500, 6000, 1, optimizer="sgd")
    return lambda: (net.get_weights(), net.get_weights())


def save():
    net, folder = model(1500, 3000, 1), tempfile.mkdtemp()
    return lambda: net.save(pathlib.Path(folder) / "model.safetensors")


def load():
    import dlcore

    path = pathlib.Path(tempfile.mkdtemp()) / "model.safetensors"
    model(1000, 16_000, 1, optimizer="sgd").save(path)
    return lambda: dlcore.models.load_model(path)


def matmul():
    import dlcore

    a = np.ones((4000, 4), np.float32)
    return lambda: dlcore.ops.matmul(a, np.ones((4, 8000), np.float32))


def activation():
    import dlcore

    x = np.ones((4000, 3000), np.float32)
    return lambda: dlcore.ops.softmax(x)


def loss():
    import dlcore

    x = np.ones((4000, 2000), np.float32)
    return lambda: dlcore.ops.mean_squared_error(x, x)


def normal():
    import dlcore

    return lambda: dlcore.random.normal((4000, 4000))


def lbfgs():
    from dlcore.sklearn import MLPRegressor

    MLPRegressor(hidden_layer_sizes=(4,), solver="lbfgs", max_iter=2).fit(np.ones((8, 4)), np.arange(8.0))
    x = np.ones((100, 400))
    return lambda: MLPRegressor(hidden_layer_sizes=(4000,), solver="lbfgs").fit(x, np.arange(100.0))


CASES = {
    f.__name__.strip("_"): f
    for f in (
        build, compile_, fit, fit_in_chunks, evaluate, predict, get_weights, save, load, matmul, activation,
        loss, normal, lbfgs,
    )
}  # fmt: skip


def one(case):
    """The error, and that all goes on after it."""
    small = warm()
    before = small.get_weights()
    work = CASES[case]()
    limit(ROOM)
    try:
        work()
    except MemoryError as error:
        print(error)
    unlimited()
    for a, b in zip(small.get_weights(), before, strict=True):
        np.testing.assert_array_equal(a, b)
    if case not in ("save", "load", "get_weights", "evaluate", "predict"):
        return
    work()  # With enough room it works.


def steps(room):
    """How far so much room is enough for."""
    limit(room)
    done = "nothing"
    try:
        import dlcore

        done = "import"
        net = model(20, 300, 300, 1)
        done = "build"
        x, y = data(2000, 20)
        net.fit(x, y, batch_size=500, epochs=2, verbose=0)
        done = "fit"
        net.predict(x, verbose=0)
        done = "predict"
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "model.safetensors"
            net.save(path)
            dlcore.models.load_model(path)
        done = "all"
    except (MemoryError, ImportError) as error:
        done += f", then {type(error).__name__}"
        del error
    unlimited()
    print(done)


def scan(step):
    """How many limits ended in which way; a process that was forked has no threads yet, and starts them."""
    import dlcore

    dlcore.set_num_threads(2)
    x, ends = np.ones((512, 20), np.float32), {"success": 0, "error": 0}
    dlcore.ops.matmul(x[:1], x[:1].T)
    room = 0
    while ends["success"] < 10:
        child = os.fork()
        if child == 0:
            limit(room)
            try:
                for _ in range(3):
                    dlcore.ops.softmax(dlcore.ops.matmul(x, x.T))
                os._exit(0)
            except MemoryError:
                os._exit(1)
        status = os.waitpid(child, 0)[1]
        end = {0: "success", 1: "error"}.get(os.waitstatus_to_exitcode(status))
        assert end, f"{room} bytes: the process ended with {status}"
        ends[end] += 1
        room += step
    print(*ends.values())


def threads():
    """The weights that a fit on one thread gives, and one that asks for two."""
    import dlcore

    nets = [model(4, 300, 300, 1) for _ in range(2)]
    nets[1].set_weights(nets[0].get_weights())
    x, y = data(2000)
    if os.getuid() == 0:
        os.setuid(65534)  # There is no limit for root.
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
    for count, net in enumerate(nets, 1):
        dlcore.set_num_threads(count)
        net.fit(x, y, batch_size=500, epochs=2, shuffle=False, verbose=0)
    assert all((a == b).all() for a, b in zip(*(net.get_weights() for net in nets), strict=True))
    with pathlib.Path("/proc/self/status").open() as status:
        print(*(line for line in status if line.startswith("Threads")))


if __name__ == "__main__":
    if sys.argv[1] == "steps":
        steps(int(sys.argv[2]))
    elif sys.argv[1] == "scan":
        scan(int(sys.argv[2]))
    elif sys.argv[1] == "threads":
        threads()
    else:
        one(sys.argv[1])
