"""What a stack asks for."""

import datetime

import pytest

from harness.errors import UsageError
from harness.stack.definition import Definition, parse_requirement, read

DAY = datetime.date(2023, 12, 15)
PLAN = Definition("plan", "3.11", DAY, ("celery[redis]~=5.3.6", "Django_Celery.Beat", "redis>=5"))


@pytest.fixture
def toml(tmp_path):
    """Reads a text as the toml of a stack called `some`."""

    def toml(text: str | bytes) -> Definition:
        path = tmp_path / "some.toml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return read(path)

    return toml


def test_a_toml_is_read_as_it_is_written(toml):
    text = '# why\npython = "3.11"\nas_of = 2023-12-15\nrequirements = ["celery[redis] ~= 5.3.6", "redis"]\n'

    assert toml(text) == Definition("some", "3.11", DAY, ("celery[redis]~=5.3.6", "redis"))


def test_a_stack_may_have_no_day(toml):
    assert toml('python = "newest"\nrequirements = []\n').as_of is None


@pytest.mark.parametrize(
    "text",
    [
        "nonsense",
        "",
        'python = "3.11"\n',
        'requirements = ["celery"]\n',
        'python = "3.11"\nrequirements = [1]\n',
        'python = "3.11"\nrequirements = 1\n',
        'python = "3.11"\nrequirements = ["=="]\n',
        'python = "3.11"\nrequirements = ["celery @ file:///celery.whl"]\n',
        'python = "3.11"\nrequirements = "celery"\n',
        'python = 3.11\nrequirements = ["celery"]\n',
        'python = "3.11"\nas_of = "2023-12-15"\nrequirements = ["celery"]\n',
        'python = "3.11"\nas_of = 2023-12-15T00:00:00Z\nrequirements = ["celery"]\n',
        b"\xff\xfe",
    ],
)
def test_nonsense_is_a_usage_error_of_one_line(toml, text):
    with pytest.raises(UsageError) as caught:
        toml(text)

    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("overlay", "requirements"),
    [
        ("redis==6.4.0", ("celery[redis]~=5.3.6", "Django_Celery.Beat", "redis==6.4.0")),
        ("DJANGO-celery_beat==2.8", ("celery[redis]~=5.3.6", "DJANGO-celery_beat==2.8", "redis>=5")),
        ("celery==5.6.2", ("celery[redis]==5.6.2", "Django_Celery.Beat", "redis>=5")),
        ("celery[sqs]==5.6.2", ("celery[sqs]==5.6.2", "Django_Celery.Beat", "redis>=5")),
        ("kombu==5.5", ("celery[redis]~=5.3.6", "Django_Celery.Beat", "redis>=5", "kombu==5.5")),
        ("redis", ("celery[redis]~=5.3.6", "Django_Celery.Beat", "redis")),
    ],
    ids=["same name", "other spelling", "extras stay", "other extras", "one more", "any version"],
)
def test_an_overlay_takes_the_place_of_the_requirement_of_that_package(overlay, requirements):
    assert PLAN.with_requirements((overlay,)).requirements == requirements


def test_several_overlays_each_move_their_own_package_and_the_last_wins():
    moved = PLAN.with_requirements(("redis==6.0", "celery==5.6", "redis==6.1"))

    assert moved.requirements == ("celery[redis]==5.6", "Django_Celery.Beat", "redis==6.1")


def test_an_overlay_drops_the_day_and_is_part_of_the_name():
    moved = PLAN.with_requirements(("redis==6.4.0", "kombu==5.5"))

    assert (moved.name, moved.python, moved.as_of) == ("plan+redis==6.4.0+kombu==5.5", "3.11", None)
    assert PLAN.as_of == DAY


@pytest.mark.parametrize("line", ["", "==1", "celery==", "celery 5", "-r other.txt", "./celery.whl", "celery\n==5"])
def test_what_is_no_requirement_is_refused_in_one_line_with_an_example(line):
    with pytest.raises(UsageError, match=r"is not a requirement: .*celery==5.6.2") as caught:
        parse_requirement(line)

    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("line", ["celery @ file:///celery.whl", "celery@git+ssh://host/celery"])
def test_an_address_is_refused(line):
    with pytest.raises(UsageError, match="names an address"):
        parse_requirement(line)


def test_an_overlay_that_does_not_parse_is_refused():
    with pytest.raises(UsageError, match="is not a requirement"):
        PLAN.with_requirements(("==",))
