"""What is asked again, and what is not, when a search is called once more: with made-up services and gates."""

import datetime as dt
import json
from contextlib import nullcontext
from dataclasses import replace
from types import SimpleNamespace

import pytest

from ci.accepted import Acceptance
from ci.advise.gates import Gates, Passage
from ci.advise.run import Wish, advise
from ci.bisect.run import Asked, bisect
from ci.question import Question
from ci.screen import Screen
from ci.tests.helpers import ONE, stack
from ci.tests.orchard import Made, plant
from harness.errors import PreflightError
from harness.reaper import Reaper
from harness.services.provider import Choice

EMBEDDED = Choice("embedded", "asked for")
DAY = dt.date(2026, 3, 1)


@pytest.fixture
def store(tmp_path, monkeypatch, runs):
    """The store of two stacks that searches use, with services that are not there."""
    with Reaper() as reaper:
        made = plant(tmp_path, monkeypatch, reaper)
        for module in ("bisect", "advise"):
            monkeypatch.setattr(f"ci.{module}.run.Store", lambda *_: made)
            monkeypatch.setattr(f"ci.{module}.run.bench", lambda *_: nullcontext(bench()))
        yield made


def bench(fails=lambda _: ""):
    return SimpleNamespace(oracle=lambda _: Made(fails), store=None)


def folders(runs, name):
    """The runs that hold a journal of that name."""
    return sorted(path.parent.name for path in runs.glob(f"*/{name}"))


def test_a_search_whose_ends_did_not_differ_begins_anew(store, runs):
    for _ in range(2):
        with pytest.raises(PreflightError, match="do not differ"):
            bisect(Asked("scenarios/x.py::test", store.get("old"), store.get("new"), 1), EMBEDDED, Screen())

    assert len(folders(runs, "bisect.jsonl")) == 2


def test_after_no_advice_the_gate_is_asked_anew(store, runs, monkeypatch):
    asked = []
    said = Passage("INCONCLUSIVE", ["too noisy"], [], "run", 1.0)
    monkeypatch.setattr(Gates, "_run", lambda _, candidate, __: asked.append(candidate.name) or said)
    for _ in range(2):
        with pytest.raises(PreflightError, match="too noisy"):
            advise(Wish(Question("old", "new", ("scenarios",)), None), EMBEDDED, Screen())

    assert len(asked) == len(folders(runs, "advise.jsonl")) == 2


# What must be the same to go on ---------------------------------------------------------------------------------------


def asked(provider="embedded"):
    """The identity of a search for who did it."""
    return Asked("scenarios/x.py::test", stack("a"), stack("b"), 2).identity(provider)


def wished(provider="embedded", **changes):
    """The identity of a search for the furthest."""
    accepted = replace(Acceptance(ONE, ONE, "regressed", "a cause", "why", DAY, {"celery": ["5.3", "5.4"]}), **changes)
    question = Question("a", "b", ("scenarios",), acceptances=[accepted])
    return Wish(question, None).identity(stack("a"), stack("b"), provider)


@pytest.mark.parametrize("identity", [asked, wished])
def test_a_search_goes_on_with_the_same_code_and_servers_only(identity, tmp_path, monkeypatch):
    first = identity()

    assert json.loads(json.dumps(first)) == identity() == first
    assert identity("container") != first
    monkeypatch.setattr("ci.code.ROOT", tmp_path)
    assert identity() != first


@pytest.mark.parametrize("changes", [{"cause": "another"}, {"until": DAY}, {"change": "fixed"}], ids=str)
def test_a_search_goes_on_with_the_same_acceptances_only(changes):
    assert wished(**changes) != wished()
