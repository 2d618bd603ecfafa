"""dlcore.utils: arrays, data, names of classes, pictures."""

import json
import random
import sys

import numpy as np
import pytest

import dlcore
from dlcore import utils

X = np.arange(1.0, 7.0).reshape(2, 3)


# Keras 3.15.1's numbers.
@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, [[0.26726124, 0.53452248, 0.80178373], [0.45584231, 0.56980288, 0.68376346]]),
        (
            {"axis": 1, "order": 1},
            [[0.16666667, 0.33333333, 0.5], [0.26666667, 0.33333333, 0.4]],
        ),
        ({"order": np.inf}, [[0.33333333, 0.66666667, 1.0], [0.66666667, 0.83333333, 1.0]]),
        ({"axis": None}, [[0.10517424, 0.21034847, 0.31552271], [0.42069694, 0.52587118, 0.63104542]]),
    ],
)
def test_normalize(options, expected):
    np.testing.assert_allclose(utils.normalize(X, **options), expected, atol=1e-8)


def test_normalize_along_rows_and_of_zeros():
    np.testing.assert_allclose(np.linalg.norm(utils.normalize(X, axis=0), axis=0), 1)
    assert utils.normalize([0, 0]).tolist() == [0.0, 0.0]
    with pytest.raises(TypeError, match="x must"):
        utils.normalize(["a"])


def test_one_hot_vectors_of_labels_that_are_floats():
    assert utils.to_categorical(np.array([0.0, 2.0])).tolist() == [[1, 0, 0], [0, 0, 1]]
    for wrong in ([0.5], [np.nan], ["a"]):
        with pytest.raises(TypeError, match="x must be whole numbers"):
            utils.to_categorical(wrong)


def test_split_by_share_and_by_number():
    left, right = utils.split_dataset(np.arange(10), left_size=0.75)
    assert left.tolist() == list(range(8))  # 7.5 is rounded to the even number
    assert right.tolist() == [8, 9]
    left, right = utils.split_dataset(np.arange(10), left_size=2, right_size=0.3)
    assert (left.tolist(), right.tolist()) == ([0, 1], [7, 8, 9])
    left, right = utils.split_dataset(np.arange(10), right_size=4)
    assert (left.tolist(), right.tolist()) == ([0, 1, 2, 3, 4, 5], [6, 7, 8, 9])


def test_split_keeps_the_structure():
    data = ({"a": X.T, "b": [X.T]}, np.arange(3))
    left, right = utils.split_dataset(data, left_size=1)
    assert left[0]["a"].tolist() == left[0]["b"][0].tolist() == [[1.0, 4.0]]
    assert right[1].tolist() == [1, 2]
    assert (type(left), type(left[0]), type(left[0]["b"])) == (tuple, dict, list)


def test_split_in_the_order_of_kerass_seed():
    left, right = utils.split_dataset([np.arange(10), np.arange(10) * 2], 0.5, shuffle=True, seed=7)
    assert [*left[0], *right[0]] == [8, 3, 1, 4, 7, 0, 9, 6, 2, 5]  # Keras 3.15.1
    assert (right[1] == right[0] * 2).all()
    utils.set_random_seed(1)
    first = utils.split_dataset(np.arange(10), 0.5, shuffle=True)
    utils.set_random_seed(1)
    assert np.array_equal(utils.split_dataset(np.arange(10), 0.5, shuffle=True), first)
    state = random.getstate()
    utils.split_dataset(np.arange(10), 0.5, shuffle=True, seed=7)
    assert random.getstate() == state


@pytest.mark.parametrize(
    ("data", "options", "error", "message"),
    [
        (X, {}, ValueError, "left_size or right_size"),
        (X, {"left_size": 1.0}, ValueError, "left_size"),
        (X, {"left_size": 2}, ValueError, "left_size"),
        (X, {"right_size": 0}, ValueError, "right_size"),
        (X, {"right_size": "half"}, TypeError, "right_size"),
        (X, {"left_size": 0.1}, ValueError, "leave rows"),
        (np.arange(10), {"left_size": 6, "right_size": 0.5}, ValueError, "fit into 10"),
        ((X, X.T), {"left_size": 1}, ValueError, r"\[2, 3\]"),
        ([[1, 2], [3, 4]], {"left_size": 1}, TypeError, "dataset"),
    ],
)
def test_splits_that_cannot_be(data, options, error, message):
    with pytest.raises(error, match=message):
        utils.split_dataset(data, **options)


def test_py_dataset():
    class Three(utils.Sequence):
        def __init__(self):
            pass  # without the base's

        def __getitem__(self, index):
            return index

        def __len__(self):
            return 3

    class Endless(Three):
        num_batches = None

    assert utils.Sequence is utils.PyDataset
    assert list(Three()) == [0, 1, 2]
    assert Three().num_batches == 3
    assert (Three().workers, Three().use_multiprocessing, Three().max_queue_size) == (1, False, 10)
    assert utils.PyDataset(workers=2, max_queue_size=3).workers == 2
    batches = iter(Endless())
    assert [next(batches) for _ in range(5)] == [0, 1, 2, 3, 4]
    with pytest.raises(NotImplementedError, match="num_batches"):
        iter(utils.PyDataset()).__next__()
    with pytest.raises(NotImplementedError, match="__getitem__"):
        utils.PyDataset()[0]


@pytest.fixture
def _registered():
    """What is registered in a test is forgotten after it."""
    before = dict(utils.get_custom_objects())
    yield
    utils.get_custom_objects().clear()
    utils.get_custom_objects().update(before)


@pytest.mark.usefixtures("_registered")
def test_a_model_with_classes_of_the_users_comes_back(tmp_path):
    @utils.register_keras_serializable("mine")
    class Wide(dlcore.layers.Dense):
        pass

    @utils.register_keras_serializable(name="Half")
    class HalfRate(dlcore.optimizers.schedules.LearningRateSchedule):
        def __init__(self, start):
            self.start = start

        def __call__(self, step):
            return self.start / 2

        def get_config(self):
            return {"start": self.start}

    @utils.register_keras_serializable()
    class Error(dlcore.metrics.MeanAbsoluteError):
        pass

    @utils.register_keras_serializable()
    class Squares(dlcore.losses.MeanSquaredError):
        pass

    model = dlcore.Sequential([dlcore.layers.Input((2,)), Wide(3)])
    model.compile(dlcore.optimizers.SGD(HalfRate(0.5)), Squares(), metrics=[Error(name="e")])
    model.save(tmp_path / "m.keras")
    again = dlcore.load_model(tmp_path / "m.keras")
    assert isinstance(again.layers[0], Wide)
    assert isinstance(again.loss, Squares)
    assert isinstance(again.metrics[0], Error)
    assert again.optimizer.learning_rate == 0.25
    classes = {key for key, value in utils.get_custom_objects().items() if value in (Wide, HalfRate, Error)}
    assert classes == {"mine>Wide", "Custom>Half", "Custom>Error"}


def test_a_class_that_is_not_registered_is_named(tmp_path):
    class Wide(dlcore.layers.Dense):
        pass

    dlcore.Sequential([dlcore.layers.Input((2,)), Wide(3)]).save(tmp_path / "m.keras")
    with pytest.raises(ValueError, match="unknown layer 'Wide'"):
        dlcore.load_model(tmp_path / "m.keras")
    with utils.custom_object_scope({"Wide": Wide}):
        assert isinstance(dlcore.load_model(tmp_path / "m.keras").layers[0], Wide)
    assert "Wide" not in utils.get_custom_objects()


@pytest.mark.usefixtures("_registered")
def test_registering():
    with pytest.raises(ValueError, match="get_config"):
        utils.register_keras_serializable()(int)
    with pytest.raises(TypeError, match="package"):
        utils.register_keras_serializable(int)
    utils.get_custom_objects()["mine"] = dlcore.optimizers.SGD
    assert isinstance(dlcore.optimizers.get("mine"), dlcore.optimizers.SGD)
    with utils.custom_object_scope({"mine": dlcore.losses.Huber, "other": dlcore.losses.Huber}):
        utils.get_custom_objects()["third"] = 3
        assert isinstance(dlcore.losses.get("mine"), dlcore.losses.Huber)
        with pytest.raises(TypeError, match="'mine' must be a Optimizer"):
            dlcore.optimizers.get("mine")
    assert utils.get_custom_objects()["mine"] is dlcore.optimizers.SGD
    assert "third" in utils.get_custom_objects()
    assert json.dumps(dlcore.losses.Huber().get_config())


def texts(boxes):
    return [[title, *lines] for title, lines in boxes]


def test_plot_model_shows_what_was_asked_for(tmp_path, monkeypatch):
    from dlcore.utils import plotting

    drawn = []
    original = plotting._figure
    monkeypatch.setattr(plotting, "_figure", lambda *args: drawn.append(args) or original(*args))
    layers = [
        dlcore.layers.Dense(3, activation="relu", name="first"),
        dlcore.layers.Dropout(0.5, name="drop"),
    ]
    model = dlcore.Sequential(layers)
    with pytest.raises(ValueError, match="built"):
        utils.plot_model(model, tmp_path / "x.png")
    model.build((None, 2))
    utils.plot_model(model, tmp_path / "plain")
    assert (tmp_path / "plain.png").read_bytes().startswith(b"\x89PNG")
    options = dict.fromkeys(["shapes", "dtype", "layer_names", "layer_activations", "trainable"], True)
    options = {f"show_{name}": value for name, value in options.items()}
    utils.plot_model(model, str(tmp_path / "all.pdf"), rankdir="LR", dpi=50, **options)
    assert (tmp_path / "all.pdf").read_bytes().startswith(b"%PDF")
    (plain, down), (everything, across) = drawn
    assert (down, across) == ("TB", "LR")
    assert texts(plain) == [["Dense"], ["Dropout"]]
    assert texts(everything) == [
        [
            "first (Dense)",
            "activation: relu",
            "input: (None, 2)",
            "output: (None, 3)",
            "float32",
            "trainable",
        ],
        ["drop (Dropout)", "input: (None, 3)", "output: (None, 3)", "float32"],
    ]


@pytest.mark.parametrize("rankdir", ["TB", "BT", "LR", "RL"])
def test_texts_stay_in_their_boxes_and_boxes_follow_the_direction(rankdir):
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.patches import FancyBboxPatch

    from dlcore.utils import plotting

    boxes = [
        ("a_very_long_name_of_a_layer (Dense)", ["x"]),
        ("B", ["a longer line than others, by far", "y"]),
    ]
    figure = plotting._figure(boxes, rankdir)
    renderer = FigureCanvasAgg(figure).get_renderer()
    figure.draw(renderer)
    [axes] = figure.axes
    patches = [patch for patch in axes.patches if isinstance(patch, FancyBboxPatch)]
    places = [patch.get_window_extent(renderer) for patch in patches]
    parts = [len(lines) + 1 for _, lines in boxes]
    owners = [place for place, count in zip(places, parts, strict=True) for _ in range(count)]
    for text, place in zip(axes.texts, owners, strict=True):
        inside = text.get_window_extent(renderer)
        assert place.x0 < inside.x0
        assert inside.x1 < place.x1
        assert place.y0 < inside.y0
        assert inside.y1 < place.y1
    first, second = places
    ahead = {"TB": first.y0 - second.y1, "BT": second.y0 - first.y1}
    ahead |= {"LR": second.x0 - first.x1, "RL": first.x0 - second.x1}
    assert ahead[rankdir] > 0


def test_plot_model_without_matplotlib(monkeypatch):
    model = dlcore.Sequential([dlcore.layers.Input((2,)), dlcore.layers.Dense(3)])
    model.build()
    monkeypatch.setitem(sys.modules, "matplotlib.textpath", None)
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(ImportError, match="pip install matplotlib"):
        utils.plot_model(model)
    with pytest.raises(ValueError, match="rankdir"):
        utils.plot_model(model, rankdir="UP")


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, [[0, 0, 1], [0, 2, 3], [4, 5, 6], [0, 0, 0]]),
        ({"padding": "post", "value": -1}, [[1, -1, -1], [2, 3, -1], [4, 5, 6], [-1, -1, -1]]),
        ({"maxlen": 2}, [[0, 1], [2, 3], [5, 6], [0, 0]]),
        ({"maxlen": 2, "truncating": "post"}, [[0, 1], [2, 3], [4, 5], [0, 0]]),
        ({"maxlen": 4, "padding": "post"}, [[1, 0, 0, 0], [2, 3, 0, 0], [4, 5, 6, 0], [0, 0, 0, 0]]),
    ],
)
def test_lists_of_one_length(options, expected):
    padded = utils.pad_sequences([[1], [2, 3], [4, 5, 6], []], **options)
    assert padded.dtype == "int32"
    assert padded.tolist() == expected


def test_sides_that_there_are_not():
    with pytest.raises(ValueError, match="padding 'before'"):
        utils.pad_sequences([[1]], padding="before")


def test_registered_names():
    @utils.register_keras_serializable("mine", "cubes")
    def cubic(y_true, y_pred):
        return abs(y_true - y_pred) ** 3

    try:
        assert utils.get_registered_name(cubic) == "mine>cubes"
        assert utils.get_registered_object("mine>cubes") is cubic
        assert dlcore.metrics.deserialize(dlcore.metrics.serialize(dlcore.metrics.get(cubic)))._fn is cubic
    finally:
        del utils.get_custom_objects()["mine>cubes"]
    assert utils.get_registered_name(cubic) == "cubic"
    assert utils.get_registered_object("cubic") is None
    assert utils.get_registered_object("cubic", {"cubic": cubic}) is cubic


@pytest.mark.parametrize(
    "thing",
    [
        dlcore.layers.Dense(3, "relu", kernel_regularizer=dlcore.regularizers.L1(0.5)),
        dlcore.losses.MeanSquaredError(),
        dlcore.metrics.MeanSquaredError(),
        dlcore.optimizers.SGD(dlcore.optimizers.schedules.ExponentialDecay(0.1, 2, 0.5)),
        dlcore.Sequential([dlcore.Input((2,)), dlcore.layers.Dense(3)]),
    ],
    ids=lambda thing: type(thing).__name__,
)
def test_objects_as_dicts_and_back(thing):
    described = dlcore.saving.serialize_keras_object(thing)
    again = dlcore.saving.deserialize_keras_object(json.loads(json.dumps(described)))
    assert type(again) is type(thing)
    assert dlcore.saving.serialize_keras_object(again) == described


def test_what_is_no_object_or_dict_of_one():
    with pytest.raises(TypeError, match=r"obj must be a layer.*got 3"):
        dlcore.saving.serialize_keras_object(3)
    with pytest.raises(TypeError, match="config must be a dict"):
        dlcore.saving.deserialize_keras_object({"class_name": "Dense"})
    described = {"module": "keras.losses", "class_name": "Dense", "config": {}}
    with pytest.raises(ValueError, match=r"Dense of keras\.losses is not known"):
        dlcore.saving.deserialize_keras_object(described)


def test_weights_by_functions(tmp_path):
    model = dlcore.Sequential([dlcore.Input((2,)), dlcore.layers.Dense(3)])
    other = dlcore.models.clone_model(model)
    dlcore.saving.save_weights(model, tmp_path / "w")
    dlcore.saving.load_weights(other, tmp_path / "w")
    np.testing.assert_array_equal(other.get_weights()[0], model.get_weights()[0])
