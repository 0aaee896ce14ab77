"""What the door makes of a finding of a run that is to be searched."""

import pytest

from ci.comparison import Change
from ci.findings import identity
from ci.question import LOAD
from ci.results import as_data
from ci.tests.helpers import ONE, gate, outcome, told
from ci.verdict import judge

LAG = f"{LOAD}::lag_p95"
SAID = {"culprits": [], "sentences": ["so far"], "rounds": 1, "seconds": 1.0, "run": "run"}


@pytest.fixture
def searched(preflight, runs, monkeypatch):
    """What is searched for a finding of a run."""

    def searched(scenario):
        old, new = (told(outcome(result, scenario=scenario)) for result in ("passed", "failed"))
        made = gate(runs, old, new)
        for arm, stack in made.stacks.items():
            made.folder.write_lock(arm, stack)
        made.folder.write_results(as_data(made, judge(made.comparisons()), made.steps(), 1.0))
        asked = []
        monkeypatch.setattr("ci.bisect_door.bisect", lambda one, *_: asked.append(one) or SAID)
        monkeypatch.setattr("ci.bisect_door.known", lambda one: [("celery>=5", f"of {one}")])
        code, _, complaint = preflight("bisect", "latest", identity(Change.REGRESSED, scenario))
        assert (code, complaint) == (3, "")
        return asked[0]

    return searched


@pytest.mark.parametrize("finding", [LAG, ONE.partition("::")[0]])
def test_what_has_no_marks_is_searched_without_asking_pytest_for_them(searched, finding):
    asked = searched(finding)

    assert (asked.scenario, asked.known) == (finding, ())


def test_of_a_scenario_what_it_says_of_upstream_is_known(searched):
    assert searched(ONE).known == [("celery>=5", f"of {ONE}")]
