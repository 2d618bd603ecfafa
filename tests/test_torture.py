"""Bad input from the table in torture/, 2,000 of the cases of `make torture`; and whether it can fail."""

import pytest

pytest.importorskip("sklearn", minversion="1.9")
from torture import arrays, judge, parent, traps, values


@pytest.mark.parametrize("name", traps.TRAPS)
def test_what_misbehaves_is_found(name):
    spec = ["array", "as given", "<", "as given", "every other", "small", 0]
    case = judge.as_text([f"trap {name}", {"x": spec}])
    result = parent.run(0, modules="traps", wait=1.0, cases=[case])
    [finding] = result.findings
    assert finding.case == case
    assert finding.what.startswith(traps.TRAPS[name][1])


def test_there_is_another_worker_after_a_crash():
    result = parent.run(3, modules="traps", wait=1.0)
    assert result.cases == len(result.findings) == 3


@pytest.mark.parametrize("name", values.NAMED)
def test_every_row_can_be_made_and_compared(name):
    made = values.NAMED[name]()
    assert judge.bits(made) == judge.bits(made)


@pytest.mark.parametrize("layout", arrays.LAYOUTS)
def test_layouts_keep_the_numbers(layout):
    given = [[1.0, 2.0, 3.0], [1.0, 2.0, 3.0]]
    made = arrays.make(given, "float32", ">", "as given", layout, "as given", 0)
    assert [list(map(float, row)) for row in list(map(list, getattr(made, "A", made)))] == given


def test_bad_input():
    result = parent.run(2000)
    assert result.cases >= 1900  # but those that ask for what takes long
    assert len(result.targets) > 300
    assert not result.findings, "\n".join(f"{case}: {what}" for case, what in result.findings)
