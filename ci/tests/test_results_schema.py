"""results.json keeps to the schema that is published beside the gate."""

import json

import pytest
from jsonschema import Draft202012Validator, ValidationError

from ci.run_folder import RESULTS_SCHEMA
from ci.tests.helpers import ROOT
from ci.tests.report_runs import finished, stopped

SCHEMA = json.loads((ROOT / "ci" / "results.schema.json").read_text())


@pytest.fixture
def validate():
    return Draft202012Validator(SCHEMA).validate


@pytest.mark.parametrize("made", [finished, stopped])
def test_what_a_run_keeps_is_valid(validate, tmp_path, made):
    validate(made(tmp_path).read_results())


def test_every_key_that_a_run_keeps_is_described(tmp_path):
    results = finished(tmp_path).read_results()
    described = {name: set(part["properties"]) for name, part in SCHEMA["$defs"].items() if "properties" in part}

    [first, *_] = results["scenarios"]
    assert set(results) <= set(SCHEMA["properties"])
    assert set(first) == described["scenario"]
    assert set(first["baseline"]) == described["outcome"]
    assert set(results["baseline"]) <= described["stack"]
    assert {key for one in results["findings"] for key in one} <= described["finding"]


def test_the_published_version_is_the_one_that_is_written(validate):
    assert SCHEMA["properties"]["schema"]["const"] == RESULTS_SCHEMA
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("schema", 2),
        ("verdict", "FINE"),
        ("exit_code", 5),
        ("seconds", -1),
        ("moved", {"celery": ["5.3.6"]}),
        ("steps", [{"title": "resolve"}]),
        ("baseline", {"name": "old", "pins": {}}),
        ("findings", [{"id": "no hex"}]),
        ("scenarios", [{"scenario": "scenarios/audit/test_login.py::test_one"}]),
    ],
)
def test_what_a_run_never_keeps_is_not_valid(validate, tmp_path, key, value):
    with pytest.raises(ValidationError):
        validate({**finished(tmp_path).read_results(), key: value})


def test_a_reader_of_this_version_lets_new_keys_pass(validate, tmp_path):
    validate({**finished(tmp_path).read_results(), "added later": True})
