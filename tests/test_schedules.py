"""Learning rates that follow from the step, and optimizers that were given one."""

import json
from types import SimpleNamespace

import numpy as np
import pytest

import dlcore
from dlcore.optimizers import SGD, Adam, schedules

STEPS = [0, 1, 10, 49, 50, 99, 100, 101, 150, 250, 251, 300, 1000]

# Keras 3.15.1, which computes in float32.
RECORDED = [
    (
        schedules.ExponentialDecay(0.1, 100, 0.96),
        "0.1 0.09995919 0.09959262 0.09801959 0.09797959 0.0960392 0.096 0.09596082 0.094060406 0.09029799 "
        "0.09026113 0.088473596 0.06648325",
    ),
    (
        schedules.ExponentialDecay(0.1, 100, 0.5, staircase=True),
        "0.1 0.1 0.1 0.1 0.1 0.1 0.05 0.05 0.05 0.025 0.025 0.0125 9.765625e-05",
    ),
    (
        schedules.PiecewiseConstantDecay([10, 100, 250], [1.0, 0.5, 0.25, 0.1]),
        "1.0 1.0 1.0 0.5 0.5 0.5 0.5 0.25 0.25 0.25 0.1 0.1 0.1",
    ),
    (
        schedules.PolynomialDecay(0.1, 100, 0.01, power=0.5),
        "0.1 0.09954887 0.0953815 0.074272856 0.07363961 0.018999996 0.01 0.01 0.01 0.01 0.01 0.01 0.01",
    ),
    (
        schedules.PolynomialDecay(0.1, 100, 0.01, power=2.0, cycle=True),
        "0.1 0.098209 0.082899995 0.033409 0.0325 0.010009 0.01 0.03205225 0.015625 0.0125 0.012401001 0.01 "
        "0.01",
    ),
    (
        schedules.InverseTimeDecay(0.1, 100, 0.5),
        "0.1 0.09950249 0.095238104 0.08032129 0.08 0.066889636 0.06666667 0.06644519 0.057142857 "
        "0.044444446 0.044345897 0.04 0.016666668",
    ),
    (
        schedules.InverseTimeDecay(0.1, 100, 0.5, staircase=True),
        "0.1 0.1 0.1 0.1 0.1 0.1 0.06666667 0.06666667 0.06666667 0.05 0.05 0.04 0.016666668",
    ),
    (
        schedules.CosineDecay(0.1, 200, alpha=0.1),
        "0.1 0.09999445 0.09944598 0.087315686 0.08681981 0.05570683 0.054999996 0.054293167 0.023180196 "
        "0.010000001 0.010000001 0.010000001 0.010000001",
    ),
    (
        schedules.CosineDecay(0.01, 200, alpha=0.1, warmup_target=0.2, warmup_steps=50),
        "0.01 0.0138 0.048 0.1962 0.2 0.17463136 0.17363961 0.17263214 0.10999999 0.020000001 0.020000001 "
        "0.020000001 0.020000001",
    ),
    (
        schedules.CosineDecayRestarts(0.1, 40, t_mul=2.0, m_mul=0.9, alpha=0.1),
        "0.1 0.09986128 0.08681981 0.088496745 0.08791712 0.02300857 0.021862177 0.02075993 0.076757066 "
        "0.01614293 0.015751181 0.074979655 0.028225958",
    ),
    (
        schedules.CosineDecayRestarts(0.1, 40, t_mul=1.0, m_mul=0.5),
        "0.1 0.099845864 0.08535534 0.044010147 0.04267767 0.013480741 0.012499999 0.011519258 0.0018305827 "
        "0.0013336772 0.0012886311 0.00039062498 2.9802323e-09",
    ),
]
BUILT_IN = [schedule for schedule, _ in RECORDED]


class Slow(schedules.LearningRateSchedule):
    """A user's, which takes one step at a time."""

    def __init__(self, start=0.5):
        self.start = start

    def __call__(self, step):
        return self.start if step < 2 else self.start / step

    def get_config(self):
        return {"start": self.start}


@pytest.mark.parametrize(("schedule", "recorded"), RECORDED, ids=lambda value: type(value).__name__)
def test_same_rates_as_keras(schedule, recorded):
    expected = [float(text) for text in recorded.split()]
    np.testing.assert_allclose([schedule(step) for step in STEPS], expected, rtol=2e-6)


@pytest.mark.parametrize("schedule", BUILT_IN, ids=lambda s: type(s).__name__)
def test_an_array_of_steps_gives_the_rate_of_each(schedule):
    one_by_one = [schedule(step) for step in range(7, 407)]
    assert all(type(rate) is float for rate in one_by_one)
    together = schedule(np.arange(7, 407))
    assert together.dtype == np.float64
    np.testing.assert_allclose(together, one_by_one, rtol=1e-14)
    np.testing.assert_array_equal(schedule.rates(7, 400), together)


def test_restarts_where_logarithms_are_not_exact():
    schedule = schedules.CosineDecayRestarts(0.1, 10, t_mul=3.0)
    assert np.log(243) / np.log(3) < 5  # where period 5 begins
    assert schedule(10 * 121) == pytest.approx(0.1)
    assert schedule(10 * 121 - 1) < 1e-6


def test_a_warm_up_of_no_steps_starts_at_its_target():
    schedule = schedules.CosineDecay(0.1, 10, warmup_target=0.2)
    assert schedule.rates(0, 2) == pytest.approx(schedules.CosineDecay(0.2, 10).rates(0, 2))


def test_a_users_schedule_is_asked_step_by_step():
    assert Slow().rates(1, 3).tolist() == [0.5, 0.25, 0.5 / 3]

    class Doubled(schedules.ExponentialDecay):
        def __call__(self, step):
            return 2 * super().__call__(step) if step else 1.0

    assert Doubled(0.1, 1, 0.5).rates(0, 2).tolist() == [1.0, 0.1]


@pytest.mark.parametrize("schedule", BUILT_IN, ids=lambda s: type(s).__name__)
def test_serialized_and_back(schedule):
    config = json.loads(json.dumps(schedules.serialize(schedule)))
    again = schedules.deserialize(config)
    assert type(again) is type(schedule)
    assert again.get_config() == schedule.get_config()
    np.testing.assert_array_equal(again.rates(0, 99), schedule.rates(0, 99))


def test_a_configuration_of_kerass_and_one_of_a_users_class():
    theirs = {
        "module": "keras.optimizers.schedules",
        "class_name": "InverseTimeDecay",
        "config": {"initial_learning_rate": 0.1, "decay_steps": 5, "decay_rate": 1.0},
        "registered_name": None,
    }
    assert schedules.deserialize(theirs)(5) == 0.05
    config = schedules.serialize(Slow(0.25))
    with pytest.raises(ValueError, match="Slow"):
        schedules.deserialize(config)
    assert schedules.deserialize(config, custom_objects={"Slow": Slow}).start == 0.25
    with pytest.raises(ValueError, match="Slow"):  # it was known for that call only
        schedules.deserialize(config)
    with pytest.raises(TypeError, match="LearningRateSchedule"):
        schedules.deserialize(config, custom_objects={"Slow": SGD})


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (lambda: schedules.ExponentialDecay(0.1, 0, 0.5), "decay_steps"),
        (lambda: schedules.InverseTimeDecay(0.1, -1, 0.5), "decay_steps"),
        (lambda: schedules.PolynomialDecay(float("nan"), 10), "initial_learning_rate"),
        (lambda: schedules.CosineDecay(0.1, 0), "decay_steps"),
        (lambda: schedules.CosineDecayRestarts(0.1, 0), "first_decay_steps"),
        (lambda: schedules.PiecewiseConstantDecay([1, 2], [0.1, 0.2]), "values"),
        (lambda: schedules.PiecewiseConstantDecay([2, 2], [0.1, 0.2, 0.3]), "boundaries"),
    ],
)
def test_arguments_that_do_not_fit(make, name):
    with pytest.raises(ValueError, match=f"^{name}"):
        make()


def test_the_rate_of_an_optimizer_is_that_of_its_step():
    optimizer = Adam(schedules.ExponentialDecay(0.1, 10, 0.5))
    assert optimizer.iterations == 0
    assert optimizer.learning_rate == 0.1
    optimizer.follow(SimpleNamespace(iterations=20))
    assert optimizer.iterations == 20
    assert optimizer.learning_rate == 0.025
    assert optimizer.rates(11)[[0, 10]].tolist() == [0.025, 0.0125]


def test_a_number_cannot_replace_a_schedule_but_a_schedule_can():
    optimizer = SGD(schedules.PolynomialDecay(0.1, 10))
    with pytest.raises(TypeError, match="learning_rate"):
        optimizer.learning_rate = 0.5
    optimizer.learning_rate = Slow()
    assert optimizer.learning_rate == 0.5
    optimizer = SGD(0.25)
    assert optimizer.rates(10) == 0.25
    optimizer.learning_rate = Slow()
    assert optimizer.rates(2).tolist() == [0.5, 0.5]


def test_a_function_is_asked_when_it_is_needed():
    rate = 0.5
    optimizer = SGD(lambda: rate)
    assert optimizer.rates(3) == optimizer.learning_rate == 0.5
    rate = 0.25
    assert optimizer.rates(3) == optimizer.get_config()["learning_rate"] == 0.25
    rate = -1.0
    with pytest.raises(ValueError, match="learning_rate"):
        optimizer.rates(3)


@pytest.mark.parametrize("wrong", [float("nan"), -0.1, float("inf")])
def test_rates_that_are_none_are_refused(wrong):
    class Wrong(schedules.LearningRateSchedule):
        def __call__(self, step):
            return wrong if step == 2 else 0.1

    assert SGD(Wrong()).rates(2).tolist() == [0.1, 0.1]
    with pytest.raises(ValueError, match=r"learning_rate.*Wrong at step 2"):
        SGD(Wrong()).rates(3)


def test_an_optimizer_with_a_schedule_comes_back_from_its_configuration():
    optimizer = Adam(schedules.CosineDecay(0.1, 10, warmup_target=0.5, warmup_steps=3), name="mine")
    config = json.loads(json.dumps(optimizer.get_config()))
    again = dlcore.optimizers.get({"class_name": "Adam", "config": config})
    assert again.get_config() == optimizer.get_config()
    assert again.rates(4).tolist() == optimizer.rates(4).tolist()


def test_a_schedule_without_a_configuration_can_be_used_and_shown_but_not_saved():
    class Silent(schedules.LearningRateSchedule):
        def __call__(self, step):
            return 0.1

    optimizer = SGD(Silent())
    assert "SGD" in repr(optimizer)
    with pytest.raises(NotImplementedError, match="Silent"):
        optimizer.get_config()
