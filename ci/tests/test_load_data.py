"""load.json keeps to the schema that is published beside the gate, and a page can be made of it alone."""

import json

import pytest
from jsonschema import Draft202012Validator, ValidationError

from ci.loads.data import SCHEMA as VERSION
from ci.loads.keep import keep
from ci.loads.page import html, meaning, readable
from ci.tests.helpers import ROOT
from ci.tests.load_runs import RAMP, data_of, rounds_of

SCHEMA = json.loads((ROOT / "ci" / "load.schema.json").read_text())


@pytest.fixture
def validate():
    return Draft202012Validator(SCHEMA).validate


def written(data):
    return json.loads(json.dumps(data, allow_nan=False))


@pytest.mark.parametrize("kind", ["stacks", "ways"])
@pytest.mark.parametrize("rounds", [None, []])
def test_what_a_run_keeps_is_valid_whether_it_measured_anything_or_not(validate, kind, rounds):
    validate(written(data_of(kind, rounds)))


def test_one_round_of_each_is_valid_too(validate):
    validate(written(data_of(rounds=rounds_of()[:2])))


def test_every_key_that_a_run_keeps_is_described():
    data, properties = written(data_of()), SCHEMA["properties"]
    assert set(data) <= set(properties)
    for part in ("arms", "metrics", "answers", "steps"):
        assert set(data[part][0]) <= set(properties[part]["items"]["properties"])


def test_the_published_version_is_the_one_that_is_written():
    assert SCHEMA["properties"]["schema"]["const"] == VERSION
    Draft202012Validator.check_schema(SCHEMA)


def test_the_schema_notices_a_missing_answer(validate):
    data = written(data_of())
    del data["answers"][0]["answer"]
    with pytest.raises(ValidationError):
        validate(data)


def test_the_page_has_every_metric_with_its_answer_and_what_is_allowed():
    page = html(written(data_of(rounds=rounds_of(worker_cpu_ms_per_event=1.3))))
    assert "BLOCKED" in page
    assert "worker_cpu_ms_per_event: 1.30 times (1.30 to 1.30), allowed 1.08" in page
    assert page.count('<th scope="row">') == 2 * 18 + 6  # answers, medians, counts


def test_the_page_says_what_a_round_is():
    assert "then 4 backlogs of 300 events" in html(data_of())
    assert "then a backlog of 300 events" in html(data_of() | {"drains": 1})


def test_each_way_stands_with_its_promise():
    page = html(written(data_of("ways")))
    assert "What a crash can lose" in page
    assert page.count("lost only with the broker") == 1


def test_a_ramp_shows_throughput_against_load_and_another_shape_does_not():
    assert "Throughput against load" in html(written(data_of(rounds=rounds_of(shape=RAMP), shape=RAMP)))
    assert "Throughput against load" not in html(written(data_of()))


def test_a_run_that_measured_nothing_has_a_page_that_says_so():
    page = html(written(data_of(rounds=[])))
    assert "INCONCLUSIVE" in page
    assert "<figure" not in page


def test_foreign_text_is_escaped_everywhere():
    page = html(written(data_of(stack="<script>alert(1)</script>")))
    assert "<script>" not in page


def test_the_page_asks_nobody_for_anything():
    page = html(written(data_of()))
    assert "http://" not in page.replace("http://www.w3.org/", "")
    assert "https://" not in page


@pytest.mark.parametrize(
    ("verdict", "said"), [("SAFE", "no more than"), ("BLOCKED", "costs more than"), ("INCONCLUSIVE", "does not tell")]
)
def test_each_verdict_has_its_sentence(verdict, said):
    assert said in meaning(data_of() | {"verdict": verdict})


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [
        (0.0123, "s", "12.3 ms"),
        (1.5, "s", "1.50 s"),
        (1370.0, "bytes", "1,370 B"),
        (1.5e8, "bytes", "150.0 MB"),
        (7.042, "ratio", "7.04"),
        (479.6, "events/s", "480 events/s"),
        (None, "s", "·"),
    ],
)
def test_values_are_shown_as_people_read_them(value, unit, shown):
    assert readable(value, unit) == shown


def test_a_page_that_cannot_be_drawn_takes_nothing_from_the_evidence(tmp_path, monkeypatch):
    monkeypatch.setattr("ci.loads.keep.html", lambda _data: 1 / 0)
    assert "ZeroDivisionError" in keep(tmp_path, data_of())
    assert json.loads((tmp_path / "load.json").read_text())["schema"] == VERSION
