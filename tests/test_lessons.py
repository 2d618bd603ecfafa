"""The lessons run, draw, and every number that their text claims is that of the run."""

import ast
import pathlib
import re
import runpy
from unittest import mock

import numpy as np
import pytest
from matplotlib import pyplot

pytestmark = pytest.mark.timeout(300)  # scalar code takes a hundred times as long as the others

FOLDER = pathlib.Path(__file__).parents[1] / "examples" / "lessons"

# A phrase of the text, and what the lesson's variables must give for it: what is in its braces, or True.
CLAIMS = {
    "plot_1_perceptron": [
        ("the inputs 1 and 3 gave {:.3f}", "model(np.array([[1, 3]]))[0, 0]"),
        ("There the sigmoid is {:.1f}", "perceptron([1, 1], -1, 'sigmoid')(np.array([[2, -1]]))[0, 0]"),
        ("passes the origin at a distance of 1 / sqrt(1 + 1) = {:.2f}", "abs(bias) / np.hypot(*weights)"),
        ("ReLU makes 0 of a negative sum", "perceptron([1], -2, 'relu')([[1.0]]) == 0"),
        ("leaves a positive one as it is", "perceptron([1], 2, 'relu')([[1.0]]) == 3"),
        ("squeezes any sum between 0 and 1", "0 < output.min() < output.max() < 1"),
    ],
    "plot_2_perceptron_in_action": [
        ("The two agree to 1e-15", "difference < 1e-15 and by_hand.shape == (4, 1)"),
        ("the four rows {} times", "len(losses['AND'])"),
        ("the losses fall to {:.3f} and {:.3f}", "losses['AND'][-1], losses['OR'][-1]"),
        ("The loss stays at {:.3f}", "losses['XOR'][-1]"),
        ("{:.3f}, the logarithm of 2", "np.log(2)"),
        ("says {:.2f} for every row", "outputs['XOR'].min()"),
        ("says {:.2f} for every row", "outputs['XOR'].max()"),
        ("AND and OR are learned", "all(((outputs[n] > 0.5) == targets[n]).all() for n in ('AND', 'OR'))"),
    ],
    "plot_3_dense_layers": [
        ("inputs {} times the kernel {} are rows of outputs {}", "x.shape, kernel.shape, at_once.shape"),
        ("less than 1e-15", "difference < 1e-15"),
        ("{} epochs later all four rows are right", "len(history.epoch)"),
        ("all four rows are right", "((outputs > 0.5) == y).all()"),
        ("with a loss of {:.3f}", "loss"),
        ("two of them to almost the same place", "np.abs(features[1] - features[2]).max() < 0.1"),
    ],
    "plot_4_deep_net": [
        ("{:.1f} % of the new points are on its right side", "100 * accuracies[0]"),
        ("One hidden layer bends it: {:.1f} %", "100 * accuracies[1]"),
        ("comes to {:.1f} %, the third to {:.1f} %", "100 * accuracies[2], 100 * accuracies[3]"),
        ("The second learns faster", "nets[2][1].history['loss'][25] < nets[1][1].history['loss'][25]"),
        ("2 * 8 + 8 = {} in the first layer", "deep.layers[0].count_params()"),
        ("8 * 8 + 8 = {} in the second", "deep.layers[1].count_params()"),
        ("8 * 1 + 1 = {} in the last: {}", "deep.layers[2].count_params(), parameters[2]"),
        (
            "two numbers for each parameter, and two of its own",
            "deep.optimizer_params() == 2 * parameters[2] + 2",
        ),
        ("{} epochs of Adam", "len(nets[0][1].epoch)"),
    ],
    "plot_5_classification": [
        ("attended {:.0f} lectures, spent {:.0f} hours", "tuple(student[0])"),
        ("From {:.1f} on, where the logit is 0", "dlcore.activations.sigmoid(np.zeros(1))[0]"),
        ("gives them {:.0f} %", "100 * before"),
        ("their logit is {:.2f}", "logit"),
        ("the same student gets {:.0f} %", "100 * after"),
        ("right about {:.1f} % of the students", "100 * accuracy"),
        ("together they are {:.0f}", "probabilities.sum()"),
        ("gets a D, {:.0f} %, or an E, {:.0f} %", "100 * probabilities[3], 100 * probabilities[4]"),
    ],
    "plot_6_loss_and_backpropagation": [
        ("{:.3f} nats for 0.9", "-np.log(0.9)"),
        ("{:.3f} nats for 0.9", "binary_crossentropy([[1.0]], [[0.9]])[0]"),
        ("{:.3f} for 0.5", "binary_crossentropy([[0.0]], [[0.5]])[0]"),
        ("{:.3f} for 0.01", "categorical_crossentropy([[0.0, 1.0]], [[0.99, 0.01]])[0]"),
        ("In {} steps", "len(path) - 1"),
        ("the loss falls from {:.2f}", "unit.set_weights([path[0]]) or unit.evaluate(x, y, verbose=0)"),
        ("to {:.2f}.", "unit.set_weights([path[-1]]) or unit.evaluate(x, y, verbose=0)"),
        ("gives what dlcore gives, to 1e-12", "np.abs(by_hand - by_dlcore).max() < 1e-12"),
        ("The *gradient check* trusts neither", "np.abs(by_hand - check).max() < 1e-9"),
        ("The *gradient check* trusts neither", "np.abs(by_hand).min() > 1e-4"),
    ],
    "plot_7_optimisation": [
        ("{:,} handwritten digits", "len(x)"),
        ("its loss is {:.2f} after 20 epochs", "losses['32 rows'][-1]"),
        ("RMSprop or Adam {:.2f}", "losses['momentum'][-1]"),
        ("RMSprop or Adam {:.2f}", "losses['RMSprop'][-1]"),
        ("RMSprop or Adam {:.2f}", "losses['Adam'][-1]"),
        ("the same losses to the last bit", "losses['1 thread'] == losses['all threads']"),
        ("One row a step means many cheap steps", "losses['1 row'][4] < losses['32 rows'][4]"),
    ],
    "plot_8_overfitting": [
        ("The *training set*, {} rows", "len(x) * 4 // 5"),
        ("The *validation set*, {} rows", "len(x) // 5"),
        ("The *test set*, {:,} rows", "len(x_test)"),
        ("gets {:.1f} % of its rows right", "100 * learned['none']"),
        ("part the {} rows into five *folds*", "len(x)"),
        ("{:.1f} % against {:.1f} % without a remedy", "100 * means[2], 100 * means[0]"),
        ("L2 has the best mean", "best == 'L2'"),
        ("its spread of {:.1f} %", "100 * spreads[2]"),
        ("the other two may be as good", "(means[1:4:2] > means[2] - spreads[2]).all()"),
        ("{:.1f} % on the test set", "100 * test"),
    ],
    "plot_9_the_whole_way": [
        ("{} tumours, {} measurements", "len(rows), x.shape[1]"),
        ("losses are {:.3f}, {:.3f} and {:.3f}", "tuple(np.mean(fold) for fold in losses.values())"),
        ("Of {}, {} and {} hidden units", "tuple(losses)"),
        ("cross-validation prefers {}", "model.layers[1].units"),
        ("Trained until early stopping", "len(history.epoch) < 300"),
        ("{:.1f} % of the test set right", "100 * accuracy"),
        ("below 1e-6", "difference < 1e-6"),
        ("keeps the model for dlcore", "(again.predict(x_test, verbose=0) == output).all()"),
    ],
}
# Those that are no results but suggestions.
GIVEN = {"plot_7_optimisation": {"0.1"}}


class Lesson:
    """A lesson that has been run."""

    def __init__(self, name):
        self.name = name
        self.code = (FOLDER / f"{name}.py").read_text()
        prose = [line[2:] for line in self.code.splitlines() if line.startswith("# ") and line != "# %%"]
        self.prose = " ".join(f"{ast.get_docstring(ast.parse(self.code))} {' '.join(prose)}".split())
        pyplot.close("all")
        with pyplot.rc_context(), mock.patch.object(pyplot, "show"):
            self.variables = runpy.run_path(str(FOLDER / f"{name}.py"))
        self.figures = [pyplot.figure(number) for number in pyplot.get_fignums()]
        pyplot.close("all")


@pytest.fixture(scope="module", params=CLAIMS)
def lesson(request):
    pyplot.switch_backend("agg")
    return Lesson(request.param)


def test_there_are_nine():
    assert sorted(CLAIMS) == sorted(path.stem for path in FOLDER.glob("*.py"))
    assert len(CLAIMS) == 9


def test_a_lesson_is_short_and_ends_with_what_to_try(lesson):
    lines = lesson.code.splitlines()
    assert len(lines) <= 70
    assert lines[-1] == "plt.show()"
    assert "Try next:**" in "\n".join(lines[-9:])
    assert lesson.code.count("# %%\n") >= 3


def test_every_number_of_the_text_is_that_of_the_run(lesson):
    rest = lesson.prose
    for phrase, expression in CLAIMS[lesson.name]:
        value = eval(expression, dict(lesson.variables) | {"np": np})
        if "{" in phrase:
            phrase = phrase.format(*value) if isinstance(value, tuple) else phrase.format(value)
        else:
            assert value, f"{phrase}: {expression}"
        assert phrase in lesson.prose or phrase in lesson.code, f"the run gives: {phrase}"
        rest = rest.replace(phrase, "")
    unclaimed = set(re.findall(r"-?\d+\.\d+|\d+ %", rest))
    assert unclaimed == GIVEN.get(lesson.name, set())


def test_every_picture_is_whole_and_labelled(lesson):
    assert lesson.figures
    for figure in lesson.figures:
        figure.draw_without_rendering()
        frame = figure.bbox.padded(1)
        for ax in figure.axes:
            box = ax.get_tightbbox()
            assert frame.x0 <= box.x0 < box.x1 <= frame.x1
            assert frame.y0 <= box.y0 < box.y1 <= frame.y1
            assert ax.has_data() or ax.texts
            if ax.axison:
                assert ax.get_ylabel()
                assert ax.get_xlabel() or ax.get_label() == "<colorbar>" or "folds" in ax.get_title()
