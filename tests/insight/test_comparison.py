"""Every sentence about runs side by side is true, also where there is nothing to compare."""

from dataclasses import replace

import numpy as np
import pytest

from model.insight.comparison import Share, Side, difference, sentence, side
from model.training.metrics import Score
from model.training.recipes import Config
from model.training.snapshot import EpochResult, Snapshot

GOOD = Side("LeNet", "fashion-mnist", Share(8_814, 10_000), Share(4_420, 5_000), 3, 34.2, True)
PLAIN = replace(GOOD, name="Plain", test=Share(8_690, 10_000), seconds=15)


def test_the_better_one_is_named_with_both_accuracies_the_points_and_the_times():
    for sides in ([GOOD, PLAIN], [PLAIN, GOOD]):
        assert sentence(sides) == (
            "**LeNet** gets 88.14\u00a0% of the 10,000 test pictures right, **Plain** 86.90\u00a0%."
            " **LeNet** is 1.24 points better than **Plain**. That is more than chance in the "
            "choice of pictures explains: on 10,000 others it would most likely be between 0.32 "
            "and 2.16 points. They trained for 34 seconds and 15 seconds, in this order."
        )


def test_a_small_difference_may_be_chance_and_none_is_told_as_such():
    near = replace(PLAIN, test=Share(8_790, 10_000))
    assert "The 0.24 points between **LeNet** and **Plain** may be chance" in sentence([GOOD, near])
    few = [replace(one, test=Share(one.test.right // 100, 100)) for one in (GOOD, PLAIN)]
    assert "The 2.0 points between" in sentence(few)
    assert "may be chance" in sentence(few)
    same = replace(PLAIN, test=GOOD.test)
    assert "**LeNet** and **Plain** are equal, to the picture." in sentence([GOOD, same])


@pytest.mark.parametrize("one", [Share(0, 50), Share(50, 50), Share(40, 50), Share(9_000, 10_000)])
@pytest.mark.parametrize("other", [Share(0, 50), Share(45, 50), Share(8_800, 10_000)])
def test_the_interval_is_around_the_difference_and_turns_with_it(one, other):
    low, high = difference(one, other)
    assert low < high
    assert difference(other, one) == pytest.approx((-high, -low))
    assert low < one.value - other.value + 0.03
    assert high > one.value - other.value - 0.03


def test_of_200_pairs_of_equal_networks_about_one_in_twenty_is_told_to_differ():
    rng = np.random.default_rng(5)
    rights = rng.binomial(1_000, 0.85, (200, 2))
    apart = [difference(Share(a, 1_000), Share(b, 1_000)) for a, b in rights.tolist()]
    assert 2 <= sum(low > 0 or high < 0 for low, high in apart) <= 20


def test_runs_that_train_are_compared_by_their_validation_pictures():
    live = replace(GOOD, test=None, epochs=1, ended=False)
    told = sentence([live, replace(PLAIN, validation=Share(4_000, 5_000))])
    assert told.startswith("So far, **LeNet** gets 88.40\u00a0% of the 5,000 validation pictures")
    assert "right after 1 epoch, **Plain** 80.00\u00a0% after 3 epochs." in told


def test_what_was_measured_on_other_pictures_is_not_compared():
    drawn = replace(PLAIN, data="wardrobe")
    assert "learned from different data sets" in sentence([GOOD, drawn])
    mixed = replace(PLAIN, data="mixed")  # its test pictures are Fashion-MNIST's
    assert "1.24 points better" in sentence([GOOD, mixed])
    live = replace(PLAIN, test=None, ended=False, validation=Share(900, 1_000))
    assert "once **Plain** has ended, on the test pictures" in sentence([GOOD, live])
    failed = replace(live, ended=True)
    assert "measured on different pictures, so their acc" in sentence([GOOD, failed])


def test_what_was_not_measured_is_told():
    young = replace(PLAIN, test=None, validation=None, ended=False, epochs=0)
    assert sentence([young]).startswith("**Plain** was not measured yet")
    assert sentence([GOOD, young]) == f"{sentence([GOOD])} {sentence([young])}"
    failed = replace(young, ended=True)
    assert sentence([failed]) == "**Plain** ended before anything was measured."


def test_those_that_were_measured_are_compared_beside_others_that_were_not():
    young = replace(PLAIN, name="Young", test=None, validation=None, ended=False, epochs=0)
    failed = replace(young, name="Fast", ended=True)
    told = sentence([failed, GOOD, young, PLAIN])
    assert told.startswith(sentence([GOOD, PLAIN]))
    assert "**Fast** ended before anything was measured. **Young** was not measured yet" in told
    both = sentence([young, replace(young, name="Younger")])
    assert both.startswith("**Young** and **Younger** were not measured yet on pictures that they")


def test_one_run_and_three_runs():
    assert sentence([GOOD]) == (
        "**LeNet** gets 88.14\u00a0% of the 10,000 test pictures right. It has trained for 34 "
        "seconds."
    )
    worst = replace(PLAIN, name="Fast", test=Share(1_000, 10_000), seconds=150)
    told = sentence([worst, PLAIN, GOOD])
    assert "right, **Plain** 86.90\u00a0% and **Fast** 10.00\u00a0%." in told
    assert "points better than **Plain**" in told
    assert told.endswith("for 34 seconds, 15 seconds and 2 minutes, in this order.")


def test_equal_times_are_told_once():
    assert sentence([GOOD, replace(PLAIN, seconds=34)]).endswith("Each trained for 34 seconds.")


def test_times_that_an_old_run_did_not_note_are_not_told():
    assert "trained for" not in sentence([GOOD, replace(PLAIN, seconds=0)])


def test_a_snapshot_gives_its_measures():
    score = Score(0.3, 0.9, np.diag(np.full(10, 50)))
    ended = EpochResult(1, 0.4, 0.8, score)
    each = np.zeros(7, np.float32)
    now = Snapshot(
        "finished", Config(), "quick", "", 7, 7, each, each, (ended,), 0.0, score, 1, seconds=9.0
    )
    share = Share(450, 500)
    assert side("A", now) == Side("A", "fashion-mnist", share, share, 1, 9.0, True)
    young = side("A", replace(now, status="running", epochs=(), test=None))
    assert (young.test, young.validation, young.ended) == (None, None, False)
