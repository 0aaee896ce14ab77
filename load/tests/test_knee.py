"""Where more users stop bringing more logins."""

from load.knee import Load, knee, stages
from load.round import Round


def test_the_knee_is_where_throughput_bends() -> None:
    loads = [Load(1, 100), Load(2, 190), Load(4, 350), Load(8, 400), Load(16, 405), Load(32, 400)]
    assert knee(loads) == Load(8, 400)


def test_the_order_of_the_stages_does_not_matter() -> None:
    loads = [Load(32, 400), Load(4, 350), Load(1, 100), Load(8, 400), Load(2, 190), Load(16, 405)]
    assert knee(loads) == Load(8, 400)


def test_a_throughput_that_falls_behind_its_best_has_its_knee_before() -> None:
    assert knee([Load(1, 100), Load(2, 180), Load(4, 200), Load(8, 120)]) == Load(2, 180)


def test_what_still_grows_has_shown_no_knee() -> None:
    assert knee([Load(1, 100), Load(2, 200), Load(4, 400)]) is None


def test_one_user_may_be_enough() -> None:
    assert knee([Load(1, 100), Load(2, 99), Load(4, 98)]) == Load(1, 100)


def test_two_stages_have_no_knee() -> None:
    assert knee([Load(1, 100), Load(2, 100)]) is None


def test_a_ramps_stages_leave_out_the_seconds_in_which_users_came() -> None:
    series = {
        "users": [(0, 1.0), (1, 1.0), (2, 1.0), (3, 4.0), (4, 4.0), (5, 4.0)],
        "logins_per_second": [(0, 5.0), (1, 10.0), (2, 12.0), (3, 15.0), (4, 40.0)],
    }
    assert stages(Round("a", "safe", "ramp", 0.0, series=series)) == [Load(1, 11), Load(4, 40)]
