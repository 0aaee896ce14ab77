"""A whole load run on real servers, web servers and workers, as short as it can be."""

import json
from dataclasses import replace

import pytest
from jsonschema import Draft202012Validator

from ci.loads.ask import ask_load
from ci.loads.design import Design
from ci.loads.question import PROJECT, LoadQuestion, Side
from ci.loads.screen import LoadScreen
from ci.tests.helpers import ROOT
from harness.errors import ServiceDied
from load.shapes import find

pytestmark = pytest.mark.timeout(600)  # the processes of two arms, warmed up, on a busy machine
SHORT = Design(find("few").lasting(1), rounds=1, sittings=1, backlog=250)
WAYS = LoadQuestion("ways", (Side("none", PROJECT, "none"), Side("safe", PROJECT, "safe")), SHORT)


@pytest.fixture
def run(monkeypatch, tmp_path):
    """Asks a question with embedded servers: exit code, load.json, the run's folder."""
    monkeypatch.setattr("ci.loads.ask.RUNS", tmp_path)
    monkeypatch.setattr("ci.endings.signal.signal", lambda *_arguments: None)  # pytest's own stay

    def run(question):
        code = ask_load(question, "embedded", LoadScreen())
        [folder] = tmp_path.iterdir()
        return code, json.loads((folder / "load.json").read_text()), folder

    return run


def test_ways_are_measured_and_what_is_kept_is_as_the_schema_says(run, capsys):
    code, data, folder = run(WAYS)
    assert (code, data["verdict"]) == (0, "SAFE")
    Draft202012Validator(json.loads((ROOT / "ci" / "load.schema.json").read_text())).validate(data)
    counts = {arm["name"]: arm["counts"] for arm in data["arms"]}
    assert counts["safe"]["rows"] == counts["safe"]["acked"] > 0
    assert counts["none"]["rows"] == 0 < counts["none"]["acked"]
    assert (folder / "plan.txt").read_text().splitlines()[0].endswith("start Redis and PostgreSQL (embedded)")
    assert "<svg" in (folder / "load.html").read_text()
    assert "none of their events lost or written twice" in capsys.readouterr().out


def test_a_service_that_dies_leaves_no_answer_and_an_arrow_at_its_step(run, monkeypatch):
    def died(_self):
        raise ServiceDied("Redis is gone")

    monkeypatch.setattr("ci.loads.trial.LoadTrial._begin", died)
    code, data, folder = run(replace(WAYS, design=replace(SHORT, rounds=2)))
    assert (code, data["verdict"], data["reasons"]) == (3, "INCONCLUSIVE", ["Redis is gone"])
    assert "→  2. start none, safe" in (folder / "plan.txt").read_text()
