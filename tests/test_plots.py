"""Pictures, by what is drawn in them."""

import sys

import numpy as np
import pytest
from matplotlib import pyplot
from matplotlib.colors import same_color
from matplotlib.patches import FancyBboxPatch

import dlcore
from dlcore import plots
from dlcore.layers import Dense, Dropout, Input
from dlcore.sklearn import MLPClassifier

pyplot.switch_backend("agg")
POINTS = np.array([[0, 0], [0, 2], [4, 0], [4, 2]], np.float32)


@pytest.fixture(autouse=True)
def _no_figure_stays():
    yield
    pyplot.close("all")


def texts(ax):
    return [text.get_text() for text in ax.texts]


def names(labels):
    return [label.get_text() for label in labels]


def drawn(ax):
    """Draws the figure, so that whatever would fail then fails here."""
    ax.figure.canvas.draw()
    return ax


def net(*widths, activation="tanh"):
    model = dlcore.Sequential([Input((widths[0],)), *(Dense(w, activation=activation) for w in widths[1:])])
    model.compile("sgd", "mse")
    return model


# Where they are drawn

A_PICTURE_EACH = {
    "history": lambda ax: plots.history(net(1, 1).fit([0.0, 1.0], [0.0, 1.0], verbose=0), ax=ax),
    "decision_boundary": lambda ax: plots.decision_boundary(net(2, 1), POINTS, [0, 0, 1, 1], ax=ax),
    "confusion_matrix": lambda ax: plots.confusion_matrix([0, 1], [1, 1], ax=ax),
    "weights": lambda ax: plots.weights(net(16, 3).layers[0], ax=ax),
    "activations": lambda ax: plots.activations(net(2, 3, 1), POINTS, ax=ax),
    "gradient_flow": lambda ax: plots.gradient_flow(net(2, 3, 1), POINTS, np.ones(4), ax=ax),
    "network": lambda ax: plots.network(net(2, 3, 1), ax=ax),
    "mind_map": lambda ax: plots.mind_map("all", {"part": ["thing"]}, ax=ax),
}


def test_every_picture_is_tried_here():
    assert set(A_PICTURE_EACH) == {name for name in plots.__all__ if name.islower()}


@pytest.mark.parametrize("name", A_PICTURE_EACH)
def test_a_picture_is_drawn_where_it_is_asked_for(name):
    figure, ax = pyplot.subplots()
    assert A_PICTURE_EACH[name](ax) is ax
    assert drawn(ax).has_data() or ax.texts
    assert pyplot.get_fignums() == [figure.number]
    assert figure.axes == [ax]


@pytest.mark.parametrize("name", A_PICTURE_EACH)
def test_a_picture_makes_a_figure_of_its_own(name):
    ax = drawn(A_PICTURE_EACH[name](None))
    assert pyplot.figure(1) is ax.figure
    assert len(pyplot.get_fignums()) == 1
    with pytest.raises(TypeError, match="ax must be matplotlib Axes, got 'here'"):
        A_PICTURE_EACH[name]("here")


@pytest.mark.parametrize("name", A_PICTURE_EACH)
def test_nothing_is_cut_off(name):
    ax = drawn(A_PICTURE_EACH[name](None))
    figure = ax.figure.bbox.padded(1)
    for part in ax.figure.axes:
        box = part.get_tightbbox()
        assert figure.x0 <= box.x0 < box.x1 <= figure.x1
        assert figure.y0 <= box.y0 < box.y1 <= figure.y1


@pytest.mark.parametrize("name", A_PICTURE_EACH)
def test_axes_that_are_shown_are_labelled(name):
    ax = A_PICTURE_EACH[name](None)
    if ax.axison:
        assert ax.get_xlabel()
        assert ax.get_ylabel() or name == "weights"


@pytest.mark.parametrize("name", A_PICTURE_EACH)
def test_without_matplotlib_the_error_says_what_to_install(name, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(ImportError, match=r"dlcore.plots needs matplotlib: pip install 'dlcore\[plots\]'"):
        A_PICTURE_EACH[name](None)


def test_other_pictures_can_have_the_same_style():
    with pyplot.rc_context(plots.STYLE):
        ax = pyplot.figure().add_subplot()
        lines = [ax.plot([0, 1])[0] for _ in plots.COLOURS]
    assert [line.get_color() for line in lines] == list(plots.COLOURS)
    assert not ax.spines["top"].get_visible()


# History


def test_history_has_the_curves_and_the_best_epoch():
    history = dlcore.callbacks.History()
    for epoch, (loss, validation) in enumerate([(3, 4), (2, 1), (1, 2)]):
        history.on_epoch_end(
            epoch, {"mean_error": loss, "val_mean_error": validation, "val_loss": validation}
        )
    ax = drawn(plots.history(history, "mean_error"))
    training, validation, best = ax.lines
    assert training.get_xydata().tolist() == [[1, 3], [2, 2], [3, 1]]
    assert validation.get_xydata().tolist() == [[1, 4], [2, 1], [3, 2]]
    assert best.get_xdata() == [2, 2]
    assert names(ax.get_legend().get_texts()) == ["training", "validation", "best epoch: 2"]
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("epoch", "mean error")
    assert all(float(tick).is_integer() for tick in ax.get_xticks())
    assert texts(history.plot("mean_error")) == texts(ax)
    assert [line.get_label() for line in history.plot("mean_error").lines] == [
        "training",
        "validation",
        best.get_label(),
    ]


def test_history_names_what_there_is():
    history = net(1, 1).fit([0.0, 1.0], [0.0, 1.0], verbose=0)
    with pytest.raises(ValueError, match=r"unknown name in the history 'los': did you mean 'loss'\?"):
        plots.history(history, "los")
    with pytest.raises(TypeError, match="history must be a History, got"):
        plots.history(history.history)
    assert pyplot.get_fignums() == []


# Decision boundary


def test_a_decision_boundary_is_where_the_output_crosses_the_threshold():
    seen = []

    def model(rows):
        seen.append(rows)
        return rows[:, 0] / 4

    ax = drawn(plots.decision_boundary(model, POINTS, [0, 0, 1, 1], threshold=0.25))
    [image] = ax.images
    assert image.origin == "lower"  # as the rows of the grid are
    left, right, bottom, top = image.get_extent()
    assert left < 0 < 4 < right
    assert bottom < 0 < 2 < top
    values = image.get_array()
    np.testing.assert_allclose(values[0], np.linspace(left, right, 200) / 4)
    assert (values == values[0]).all()
    low, high = image.get_clim()
    assert (low + high) / 2 == pytest.approx(0.25)
    contour = next(c for c in ax.collections if hasattr(c, "levels"))
    np.testing.assert_allclose(contour.get_paths()[0].vertices[:, 0], 1, atol=1e-9)
    assert len(seen) == 1
    assert [a.get_ylabel() for a in ax.figure.axes] == ["input 1", "output"]


def test_rows_are_drawn_in_the_colours_of_their_classes():
    ax = drawn(plots.decision_boundary(net(2, 1), POINTS, [0, 1, 1, 1]))
    zero, one = [c for c in ax.collections if c.get_label().startswith("class")]
    assert zero.get_offsets().tolist() == POINTS[:1].tolist()
    assert one.get_offsets().tolist() == POINTS[1:].tolist()
    for points, colour in zip((zero, one), plots.COLOURS, strict=False):
        assert same_color(points.get_facecolor()[0], colour)
    assert names(ax.get_legend().get_texts()) == ["class 0", "class 1"]


@pytest.mark.parametrize("count", [3, 11])
def test_several_classes_have_a_colour_each(count):
    x = np.stack([np.arange(count), np.zeros(count)], axis=1)

    def model(rows):
        return -np.abs(rows[:, :1] - np.arange(count))

    ax = drawn(plots.decision_boundary(model, x, np.arange(count)))
    regions = ax.images[0].get_array()[0]
    assert len(np.unique(regions, axis=0)) == count
    points = [c for c in ax.collections if c.get_label().startswith("class")]
    colours = [c.get_facecolor()[0][:3] for c in points]
    left, right, *_ = ax.images[0].get_extent()
    for i, colour in enumerate(colours):
        np.testing.assert_allclose(regions[round((i - left) / (right - left) * 199)], colour)


def test_estimators_draw_what_they_predict():
    labels = np.array(["no", "no", "yes", "yes"])
    model = MLPClassifier((4,), max_iter=20, random_state=0, solver="lbfgs").fit(POINTS, labels)
    ax = drawn(plots.decision_boundary(model, POINTS, labels))
    assert ax.images[0].get_array().shape == (200, 200)
    assert ax.images[0].get_array()[0, 0] == pytest.approx(0, abs=0.3)
    assert names(ax.get_legend().get_texts()) == ["class no", "class yes"]


def test_a_model_that_says_the_same_everywhere_has_no_boundary():
    ax = drawn(plots.decision_boundary(lambda rows: 0.5 + 1e-9 * rows[:, 0] - 1e-9, POINTS))
    assert not [c for c in ax.collections if hasattr(c, "levels")]


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ((net(2, 1), np.ones((3, 3))), r"x must have shape \(rows, 2\), got \(3, 3\)"),
        (
            (net(2, 1), POINTS, [0, 1]),
            r"y must have one label a row, shape \(4,\) like its x, got shape \(2,\)",
        ),
        ((net(2, 1), POINTS, [0, 1, 2, 0]), r"y must be classes of the model, \[0, 1\], got 2"),
        ((7, POINTS), "model must be a Model, a function or an estimator, got 7"),
        (
            (lambda rows: rows[:5], POINTS),
            r"model must give \(rows, outputs\) for \(40000, 2\), got \(5, 2\)",
        ),
        ((net(2, 1), POINTS, None, "half"), "threshold must be a number, got 'half'"),
    ],
)
def test_a_decision_boundary_says_what_does_not_fit(arguments, error):
    with pytest.raises((ValueError, TypeError), match=error):
        plots.decision_boundary(*arguments)
    assert pyplot.get_fignums() == []


# Confusion matrix


def test_a_confusion_matrix_counts():
    ax = drawn(plots.confusion_matrix([2, 0, 2, 2], np.array([[2], [2], [2], [2]])))
    assert ax.images[0].get_array().tolist() == [[0, 1], [0, 3]]
    assert texts(ax) == ["0", "1", "0", "3"]
    assert [t.get_position() for t in ax.texts] == [(0, 0), (1, 0), (0, 1), (1, 1)]
    assert names(ax.get_xticklabels()) == names(ax.get_yticklabels()) == ["0", "2"]
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("taken for", "class")
    dark, light = ax.texts[0].get_color(), ax.texts[3].get_color()
    assert (dark, light) == ("white", "black")


def test_a_confusion_matrix_takes_names():
    ax = drawn(plots.confusion_matrix(["a", "b"], ["a", "a"], names=["Ann", "Bob"]))
    assert names(ax.get_xticklabels()) == ["Ann", "Bob"]
    with pytest.raises(ValueError, match="names must be 2, one for each of the classes"):
        plots.confusion_matrix([0, 1], [0, 1], names=["one"])
    with pytest.raises(ValueError, match="y_true and y_pred must have the same rows, got 2 and 1"):
        plots.confusion_matrix([0, 1], [0])
    with pytest.raises(ValueError, match=r"y_pred must have one label a row.*\(2, 2\): take argmax"):
        plots.confusion_matrix([0, 1], np.eye(2))


# Weights


def test_weights_of_a_unit_are_a_picture():
    layer = net(12, 5).layers[0]
    kernel = layer.get_weights()[0]
    ax = drawn(plots.weights(layer, shape=(3, 4), columns=2))
    mosaic = ax.images[0].get_array()
    assert mosaic.shape == (3 * 4 + 1, 2 * 5 + 1)
    np.testing.assert_array_equal(mosaic[1:4, 1:5], kernel[:, 0].reshape(3, 4))
    np.testing.assert_array_equal(mosaic[1:4, 6:10], kernel[:, 1].reshape(3, 4))
    np.testing.assert_array_equal(mosaic[9:12, 1:5], kernel[:, 4].reshape(3, 4))
    assert np.isnan(np.ma.filled(mosaic, np.nan)[9:12, 6:10]).all()
    limit = np.abs(kernel).max()
    assert ax.images[0].get_clim() == pytest.approx((-limit, limit))
    assert ax.get_xlabel() == "5 units, 3 x 4 weights each"
    assert ax.figure.axes[1].get_ylabel() == "weight"


def test_weights_of_inputs_that_are_no_picture_are_drawn_as_they_are():
    layer = net(9, 5).layers[0]
    ax = drawn(plots.weights(layer))
    np.testing.assert_array_equal(ax.images[0].get_array(), layer.get_weights()[0])
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("unit", "input")


def test_weights_says_what_does_not_fit():
    layer = net(12, 5).layers[0]
    with pytest.raises(ValueError, match=r"shape must be height and width of 12 inputs, got \(3, 5\)"):
        plots.weights(layer, shape=(3, 5))
    with pytest.raises(ValueError, match="columns must be from 1"):
        plots.weights(layer, columns=0)
    for wrong in (Dense(3), Dropout(0.5), "dense"):
        with pytest.raises(ValueError, match="layer must be a Dense layer of a model that is built, got"):
            plots.weights(wrong)


# Activations


def test_activations_are_those_of_each_layer():
    model = dlcore.Sequential([Input((2,)), Dense(6, "relu", name="a"), Dropout(0.5), Dense(3, name="b")])
    x = dlcore.random.normal((50, 2), seed=1)
    hidden = model.layers[0](x)
    ax = drawn(plots.activations(model, x))
    assert names(ax.get_yticklabels()) == [f"a, {np.mean(hidden == 0):.0%} zeros", "b"]
    assert 0.2 < np.mean(hidden == 0) < 0.8
    for i, values in enumerate([hidden[hidden != 0], model(x)]):
        heights, edges, base = ax.patches[i].get_data()
        counts = np.histogram(values, edges)[0]
        assert base == i
        np.testing.assert_allclose(i - heights, 0.9 * counts / counts.max())
    assert ax.get_ylim()[0] > ax.get_ylim()[1]  # the first layer is on top


def test_activations_checks_the_rows():
    with pytest.raises(ValueError, match=r"must have shape \(rows, 2\)"):
        plots.activations(net(2, 1), np.ones((3, 5)))
    assert pyplot.get_fignums() == []


# Gradient flow, and gradients


def test_gradient_flow_has_the_size_of_each_layers_gradient():
    model = dlcore.Sequential(
        [Input((2,)), Dense(3, name="a"), Dense(4, name="b", trainable=False), Dense(1, name="c")]
    )
    model.compile("sgd", "mse")
    ax = drawn(plots.gradient_flow(model, POINTS, np.ones(4)))
    kernel_a, bias_a, kernel_c, bias_c = model.gradients(POINTS, np.ones(4))
    expected = [np.sqrt(np.mean(np.append(k, b) ** 2)) for k, b in ((kernel_a, bias_a), (kernel_c, bias_c))]
    assert [bar.get_width() for bar in ax.patches] == pytest.approx(expected)
    assert names(ax.get_yticklabels()) == ["a", "c"]
    assert ax.get_xscale() == "log"
    low, high = ax.get_xlim()
    assert low < min(expected) <= max(expected) < high
    assert ax.get_ylim()[0] > ax.get_ylim()[1]


def test_gradient_flow_of_a_dead_net_is_empty_bars():
    model = net(2, 3, 1, activation="relu")
    model.set_weights([np.zeros_like(weight) for weight in model.get_weights()])
    ax = drawn(plots.gradient_flow(model, POINTS, np.ones(4)))
    assert [bar.get_width() for bar in ax.patches] == [0, 0]


def test_gradient_flow_needs_a_compiled_model():
    model = dlcore.Sequential([Input((2,)), Dense(1)])
    with pytest.raises(ValueError, match="the model must be compiled with a loss first"):
        plots.gradient_flow(model, POINTS, np.ones(4))


# Network


def test_a_network_has_a_line_for_each_weight():
    model = net(2, 3, 1)
    first, _, second, _ = model.get_weights()
    biases = np.array([0.25, -0.5, 1])
    model.layers[0].set_weights([first, biases])
    ax = drawn(plots.network(model, inputs=["left", "right"], outputs=["out"]))
    kernels = [first, second]
    lines = iter(ax.lines)
    for column, kernel in enumerate(kernels):
        largest = np.abs(kernel).max()
        for (i, j), weight in np.ndenumerate(kernel):
            line = next(lines)
            rows = [(n - 1) / 2 for n in kernel.shape]
            assert line.get_xydata().tolist() == [[column, rows[0] - i], [column + 1, rows[1] - j]]
            assert line.get_linewidth() == pytest.approx(0.3 + 3 * abs(weight) / largest)
            assert line.get_color() == plots.COLOURS[int(weight > 0)]
    shown = texts(ax)
    for weight in [*first.ravel(), *second.ravel()]:
        assert f"{weight:.2f}" in shown
    for bias in biases:
        assert f"{bias:+.2f}" in shown
    assert {"left", "right", "out", "2 inputs", "3 units\ntanh", "1 unit\ntanh"} <= set(shown)


def test_a_large_network_has_dots_in_place_of_units():
    ax = drawn(plots.network(net(30, 5, 2), max_units=4))
    assert len(ax.lines) == 4 * 4 + 4 * 2
    assert texts(ax).count("⋮") == 2
    assert [len(c.get_offsets()) for c in ax.collections] == [4, 4, 2]


def test_network_says_what_does_not_fit():
    with pytest.raises(ValueError, match="model must have Dense layers and be built"):
        plots.network(dlcore.Sequential([Dense(2)]))
    with pytest.raises(ValueError, match=r"inputs must be 2 names, got \['one'\]"):
        plots.network(net(2, 1), inputs=["one"])
    with pytest.raises(ValueError, match="outputs must be 1 names"):
        plots.network(net(2, 1), outputs=["one", "two"])
    with pytest.raises(ValueError, match="max_units must be from 2"):
        plots.network(net(2, 1), max_units=1)


# Mind map


def test_a_mind_map_has_all_its_parts_side_by_side():
    branches = {f"part {i}": [f"a thing with a long name, {i}.{j}" for j in range(i)] for i in range(9)}
    ax = drawn(plots.mind_map("the\nwhole", branches))
    things = [thing for leaves in branches.values() for thing in leaves]
    assert sorted(texts(ax)) == sorted(["the\nwhole", *branches, *things])
    boxes = [text.get_window_extent() for text in ax.texts]
    for i, box in enumerate(boxes):
        assert not any(box.overlaps(other) for other in boxes[:i]), ax.texts[i]
        assert ax.figure.bbox.contains(box.x0, box.y0)
        assert ax.figure.bbox.contains(box.x1, box.y1)
    frames = [patch.get_window_extent() for patch in ax.patches if isinstance(patch, FancyBboxPatch)]
    for title in branches:
        box = boxes[texts(ax).index(title)]
        assert sum(frame.x0 < box.x0 < box.x1 < frame.x1 and frame.overlaps(box) for frame in frames) == 1
    with pytest.raises(ValueError, match="branches must have at least one part"):
        plots.mind_map("nothing", {})
