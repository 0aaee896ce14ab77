"""uv.lock, poetry.lock and pylock.toml: what is installed in production."""

import pytest

from ci.pins.locks import read_lock
from harness.errors import UsageError

INDEX = 'source = { registry = "https://pypi.org/simple" }'
UV = f"""
version = 1
requires-python = ">=3.12"
[[package]]
name = "shop"
version = "0"
source = {{ virtual = "." }}
dependencies = [{{ name = "celery", extra = ["redis"] }}, {{ name = "own" }}]
[package.dev-dependencies]
dev = [{{ name = "pytest" }}]
[package.optional-dependencies]
prod = [{{ name = "django-celery-beat" }}]
[[package]]
name = "celery"
version = "5.6.3"
{INDEX}
dependencies = [{{ name = "kombu" }}]
[package.optional-dependencies]
redis = [{{ name = "redis" }}]
sqs = [{{ name = "boto3" }}]
[[package]]
name = "kombu"
version = "5.6.2"
{INDEX}
[[package]]
name = "redis"
version = "6.4.0"
resolution-markers = ["python_version < '3.13'", "python_version >= '3.14'"]
{INDEX}
[[package]]
name = "redis"
version = "8.1.0"
resolution-markers = ["python_version == '3.13'"]
{INDEX}
[[package]]
name = "django-celery-beat"
version = "2.9.0"
{INDEX}
dependencies = [{{ name = "django" }}]
[[package]]
name = "django"
version = "6.0.4"
{INDEX}
[[package]]
name = "boto3"
version = "1"
{INDEX}
[[package]]
name = "pytest"
version = "9"
{INDEX}
dependencies = [{{ name = "packaging" }}]
[[package]]
name = "packaging"
version = "26.3"
{INDEX}
[[package]]
name = "own"
version = "1"
source = {{ git = "https://host/own.git?rev=main#abc" }}
"""
POETRY = """
[[package]]
name = "celery"
version = "5.6.3"
groups = ["main"]
[[package]]
name = "kombu"
version = "5.6.2"
groups = ["main", "dev"]
markers = {main = "python_version >= '3.9'", dev = "python_version > '3'"}
[[package]]
name = "pytest"
version = "9"
groups = ["dev"]
[[package]]
name = "own"
version = "1"
groups = ["main"]
[package.source]
type = "git"
url = "https://host/own.git"
[metadata]
lock-version = "2.1"
python-versions = "^3.11"
content-hash = "abc"
"""
PYLOCK = """
lock-version = "1.0"
requires-python = ">=3.12"
default-groups = ["main"]
[[packages]]
name = "celery"
version = "5.6.3"
marker = "'main' in dependency_groups"
[[packages]]
name = "kombu"
version = "5.6.2"
marker = "python_version >= '3.9'"
[[packages]]
name = "pytest"
version = "9"
marker = "'dev' in dependency_groups"
[[packages]]
name = "boto3"
version = "1"
marker = "'sqs' in extras"
[[packages]]
name = "own"
vcs = { type = "git", url = "https://host/own.git", commit-id = "abc" }
"""


def pins(text: str) -> list[str]:
    """The requirements in a lock."""
    return sorted(str(one) for one in read_lock("a.lock", text, "a.lock").requirements)


def test_uv_installs_what_the_project_and_its_extras_lead_to_with_the_extras_that_are_asked_for():
    markers = 'python_version < "3.13" or python_version >= "3.14"'

    assert pins(UV) == [
        "celery==5.6.3",
        "django-celery-beat==2.9.0",
        "django==6.0.4",
        "kombu==5.6.2",
        f"redis==6.4.0; {markers}",
        'redis==8.1.0; python_version == "3.13"',
    ]


def test_poetry_installs_the_main_group_and_its_markers():
    assert pins(POETRY) == ["celery==5.6.3", 'kombu==5.6.2; python_version >= "3.9"']


def test_an_older_poetry_says_it_by_category_and_one_in_between_not_at_all():
    older = POETRY.replace('groups = ["main"]', 'category = "main"').replace('groups = ["dev"]', 'category = "dev"')
    between = "\n".join(line for line in POETRY.splitlines() if not line.startswith("groups"))

    assert pins(older) == pins(POETRY)
    assert "pytest==9" in pins(between)


def test_pylock_installs_the_default_groups_and_no_extra():
    assert pins(PYLOCK) == ["celery==5.6.3", 'kombu==5.6.2; python_version >= "3.9"']


REDIS = '[[package]]\nname = "Redis"\nversion = "6.4.0"\n'
SECOND = f'{REDIS}marker = "{{}}"\n'.replace("package", "packages")
PSYCOPG = '[[package]]\nname = "psycopg"\nversion = "3.2.1"\ngroups = ["prod"]\n'
LEFT_OUT = {
    "uv": UV.replace('name = "celery", extra = ["redis"]', 'name = "celery"').replace(
        'name = "pytest" }', 'name = "pytest" }, { name = "redis" }'
    ),
    "poetry": POETRY.replace("[metadata]", f'{REDIS}groups = ["prod"]\n[metadata]'),
    "an older poetry": POETRY.replace("[metadata]", f'{REDIS}category = "dev"\n[metadata]'),
    "a group of pylock": PYLOCK + SECOND.format("'prod' in dependency_groups"),
    "an extra of pylock": PYLOCK + SECOND.format("'prod' in extras"),
    "another release": PYLOCK
    + SECOND.format("'main' in dependency_groups").replace("6.4.0", "5.2.1")
    + SECOND.format("'prod' in dependency_groups"),
}


@pytest.mark.parametrize("kind", LEFT_OUT)
def test_what_is_of_celerys_family_and_for_a_group_or_an_extra_alone_is_left_out_and_said(kind):
    found = read_lock("a.lock", LEFT_OUT[kind], "a.lock")

    releases = "6.4.0 and 8.1.0" if kind == "uv" else "6.4.0"
    assert found.left_out == {"redis": releases}
    [aside] = found.asides
    assert aside.startswith("left out, because only a group or an extra that is not installed by default asks for it: ")
    assert aside.endswith(f": redis {releases}")
    assert "redis==6.4.0" not in [str(one).lower() for one in found.requirements]


@pytest.mark.parametrize("text", [UV, POETRY, PYLOCK], ids=["uv", "poetry", "pylock"])
def test_nothing_is_said_of_development_tools_that_are_left_out(text):
    found = read_lock("a.lock", text, "a.lock")

    assert (found.left_out, found.asides) == ({}, ())


def test_the_driver_of_the_database_that_is_for_a_group_alone_is_left_out_and_said():
    text = POETRY.replace("[metadata]", f"{PSYCOPG}[metadata]")

    assert read_lock("poetry.lock", text, "poetry.lock").left_out == {"psycopg": "3.2.1"}


FORKED = """
version = 1
conflicts = [[{ package = "shop", extra = "old" }, { package = "shop", extra = "new" }]]
[[package]]
name = "shop"
version = "0"
source = { virtual = "." }
dependencies = [{ name = "celery" }]
[package.optional-dependencies]
old = [{ name = "kombu", version = "5.3.4" }]
new = [{ name = "kombu", version = "5.3.7" }]
[[package]]
name = "celery"
version = "5.3.6"
source = { registry = "https://pypi.org/simple" }
[[package]]
name = "kombu"
version = "5.3.4"
source = { registry = "https://pypi.org/simple" }
dependencies = [{ name = "vine" }]
[[package]]
name = "kombu"
version = "5.3.7"
source = { registry = "https://pypi.org/simple" }
dependencies = [{ name = "amqp" }]
[[package]]
name = "vine"
version = "5.1.0"
source = { registry = "https://pypi.org/simple" }
[[package]]
name = "amqp"
version = "5.2.0"
source = { registry = "https://pypi.org/simple" }
"""


def test_of_a_package_with_several_releases_uv_installs_the_one_that_is_led_to():
    text = FORKED.replace("[package.optional-dependencies]\nold", "[package.dev-dependencies]\nold").replace(
        "new =", "[package.optional-dependencies]\nnew ="
    )

    assert pins(text) == ["amqp==5.2.0", "celery==5.3.6", "kombu==5.3.7"]
    assert read_lock("uv.lock", text, "uv.lock").left_out == {"kombu": "5.3.4", "vine": "5.1.0"}


def test_both_releases_that_extras_lead_to_stay_for_who_can_tell_them_apart():
    assert [one for one in pins(FORKED) if one.startswith("kombu")] == ["kombu==5.3.4", "kombu==5.3.7"]


@pytest.mark.parametrize("text", [UV, POETRY, PYLOCK], ids=["uv", "poetry", "pylock"])
def test_each_lock_says_its_python_what_comes_from_addresses_and_that_it_is_whole(text):
    found = read_lock("a.lock", text, "a.lock")

    assert found.locked
    assert list(found.direct) == ["own"]
    assert found.direct["own"].startswith("https://host/own.git")
    assert (found.python.contains("3.12.1"), found.python.contains("3.10.13")) == (True, False)


@pytest.mark.parametrize(
    ("said", "inside", "outside"),
    [
        ("^3.11", "3.13.0", "4.0.0"),
        ("~3.11", "3.11.7", "3.12.0"),
        ("~3.11.2", "3.11.7", "3.11.1"),
        ("~=3.11", "3.13.0", "4.0.0"),
        (">=3.10,<3.12", "3.11.7", "3.12.0"),
        ("*", "3.13.0", None),
    ],
)
def test_poetrys_words_for_a_python_are_understood(said, inside, outside):
    python = read_lock("a.lock", POETRY.replace("^3.11", said), "a.lock").python

    assert python.contains(inside)
    assert outside is None or not python.contains(outside)


NO_LOCK = {
    "not TOML": "celery==5.3.6",
    "empty": "",
    "a project": "[project]\nname = 'x'\n",
    "packages are no tables": 'lock-version = "1"\npackages = 3\n',
    "package without a version": 'lock-version = "1"\n[[packages]]\nname = "celery"\n',
    "package without a name": 'lock-version = "1"\n[[packages]]\nversion = "1"\n',
    "nonsense version": 'lock-version = "1"\n[[packages]]\nname = "celery"\nversion = "1; rm -rf /"\n',
    "nonsense name": 'lock-version = "1"\n[[packages]]\nname = "$(id)\\n--x"\nversion = "1"\n',
    "nonsense marker": 'lock-version = "1"\n[[packages]]\nname = "celery"\nversion = "1"\nmarker = "extras x"\n',
    "nonsense Python": 'lock-version = "1"\nrequires-python = "new"\npackages = []\n',
    "nonsense Poetry Python": 'package = []\n[metadata]\nlock-version = "2"\npython-versions = "^x"\n',
    "metadata is no table": "metadata = 3\n",
    "source is no table": 'version = 1\n[[package]]\nname="celery"\nversion="1"\nsource=3\n',
}


@pytest.mark.parametrize("kind", NO_LOCK)
def test_what_no_tool_wrote_is_refused_in_one_line_that_names_the_file(kind):
    with pytest.raises(UsageError) as caught:
        read_lock("some/a.lock", NO_LOCK[kind], "a.lock")

    assert "some/a.lock" in str(caught.value)
    assert "\n" not in str(caught.value)
