"""From when on the days of something that is out of stock are no days without demand."""

import numpy as np
import pytest

from weft.demand.cleaning import sold_out


def sold(days: int, *places: int) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    found = np.zeros(days)
    found[list(places)] = 1
    return found


def test_one_usual_gap_after_the_last_sale_still_counts() -> None:
    assert sold_out(sold(60, 0, 10, 20, 30, 40)) == 51
    assert sold_out(sold(60, *range(40))) == 41


@pytest.mark.parametrize("places", [(), (0,), (0, 1), (0, 1, 2, 3)])
def test_of_a_few_sales_nothing_can_be_told(places: tuple[int, ...]) -> None:
    assert sold_out(sold(60, *places)) is None


def test_a_silence_as_long_as_usual_or_of_many_weeks_is_none() -> None:
    assert sold_out(sold(50, 0, 10, 20, 30, 40)) is None
    assert sold_out(sold(300, *range(0, 200, 10))) is None


def test_days_before_it_ran_out_tell_the_true_rate() -> None:
    """Sales come by chance once in five days until the twentieth of them empties the shelf."""
    draw = np.random.default_rng(3)
    rates = []
    for _ in range(400):
        gaps = draw.geometric(0.2, 12)
        places = np.cumsum(gaps) - gaps[0]
        counts = sold(int(places[-1]) + 31, *places.tolist())
        known = sold_out(counts)
        assert known is not None
        rates.append((known, 12))
    days, sales = np.sum(rates, axis=0)
    assert sales / days == pytest.approx(0.2, rel=0.04)
