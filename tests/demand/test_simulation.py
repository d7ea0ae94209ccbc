"""History replayed: what arrives when, what is lost, and that no policy sees what comes."""

import numpy as np
import pytest

from weft.demand.simulation import History, Moment, replay


def test_a_replay_by_hand() -> None:
    wanted = np.array([[2.0, 2, 2, 2, 2, 2]])
    asked: list[tuple[int, float, float]] = []

    def order(moment: Moment) -> np.ndarray:
        asked.append((moment.step, float(moment.on_hand[0]), float(moment.on_order[0])))
        return np.array([4.0])

    found = replay(
        History(wanted, price=np.array([10.0]), cost=np.array([6.0])), order, lead=3, review=2, on_hand=np.array([3.0])
    )
    # 3 there: 2 sold, then 1 of 2; nothing on the third day; 4 arrive on the fourth and last two days; 4 more on the sixth.
    assert asked == [(0, 3.0, 0.0), (2, 0.0, 4.0), (4, 2.0, 4.0)]
    assert found.lost.tolist() == [3.0]
    assert found.stock.tolist() == pytest.approx([(1 + 0 + 0 + 2 + 0 + 2) / 6])
    assert found.fill_rate == pytest.approx(9 / 12)
    assert (found.lost_sales, found.orders.tolist(), found.ordered.tolist()) == (30.0, [3], [12.0])
    assert (found.cycles, found.cycle_service) == (3, pytest.approx(1 / 3))


def test_a_lead_time_of_zero_arrives_at_once() -> None:
    found = replay(History(np.full((1, 5), 3.0)), lambda moment: 3.0 - moment.position, lead=0, review=1)
    assert (found.lost_units, found.average_stock) == (0.0, 0.0)


def test_a_policy_sees_nothing_of_what_comes() -> None:
    wanted = np.arange(20.0).reshape(2, 10)

    def order(moment: Moment) -> np.ndarray:
        assert moment.past.shape == (2, moment.step)
        assert (moment.past == wanted[:, : moment.step]).all()
        return np.zeros(2)

    found = replay(History(wanted, begins=4), order, lead=1, review=1, measured_from=6)
    assert found.steps == 4
    assert found.wanted.tolist() == wanted[:, 6:].sum(axis=1).tolist()
    assert found.fill_rate == 0.0


def test_lead_times_that_vary_are_the_same_for_the_same_seed() -> None:
    wanted = np.random.default_rng(1).poisson(3, (4, 80)).astype(float)

    def lost(seed: int) -> list[float]:
        found = replay(
            History(wanted), lambda m: np.maximum(40.0 - m.position, 0), lead=7, review=7, lead_spread=3, seed=seed
        )
        return found.lost.tolist()  # type: ignore[no-any-return]

    assert lost(1) == lost(1)
    assert lost(1) != lost(2)


def test_what_cannot_be_replayed_is_refused() -> None:
    nothing = History(np.zeros((1, 5)))
    for wrong in ({"lead": -1, "review": 1}, {"lead": 1, "review": 0}, {"lead": 1, "review": 1, "lead_spread": -1}):
        with pytest.raises(ValueError, match="lead time"):
            replay(nothing, lambda _: np.zeros(1), **wrong)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="items by steps"):
        History(np.zeros(5))
    with pytest.raises(ValueError, match="within"):
        History(np.zeros((1, 5)), begins=6)
    found = replay(nothing, lambda _: np.zeros(1), lead=1, review=1)
    assert (found.fill_rate, found.total_cost) == (1.0, 0.0)
