"""requirements.txt and pip freeze, as pip reads them."""

import pytest

from ci.pins.requirements_txt import read_requirements_txt
from harness.errors import UsageError


def listing(text: str, **others: str):
    """The listing of requirements.txt with `text`; other files by name, with _ for a dot and __ for a slash."""
    files = {name.replace("__", "/").replace("_", "."): content for name, content in others.items()}
    return read_requirements_txt("requirements.txt", {"requirements.txt": text, **files}.__getitem__, "mine")


def pinned(text: str, **others: str) -> list[str]:
    """The requirements of such a listing, as text."""
    return [str(one) for one in listing(text, **others).requirements]


LINES = {
    "exact": ("celery==5.3.6", ["celery==5.3.6"]),
    "range": ("celery~=5.3, !=5.3.5", ["celery!=5.3.5,~=5.3"]),
    "extras": ("celery[redis,sqs]==5.3.6", ["celery[redis,sqs]==5.3.6"]),
    "marker": ("redis==5.0.1 ; python_version < '3.12'", ['redis==5.0.1; python_version < "3.12"']),
    "comment": ("# all\ncelery==5.3.6 # why\n\n", ["celery==5.3.6"]),
    "hash sign within a word is no comment": ("celery==5.3.6#x", None),
    "hashes on lines of their own": (
        "celery==5.3.6 \\\n    --hash=sha256:aa \\\n    --hash=sha256:bb",
        ["celery==5.3.6"],
    ),
    "continued in the middle": ("celery\\\n==5.3.6", ["celery==5.3.6"]),
    "comment ends a continuation": ("celery==5.3.6 \\\n  # via x\nredis==5", ["celery==5.3.6", "redis==5"]),
    "windows line ends": ("celery==5.3.6\r\nredis==5\r\n", ["celery==5.3.6", "redis==5"]),
    "index options": ("--index-url https://u:p@x/\n-f https://x\n--pre\ncelery==5.3.6", ["celery==5.3.6"]),
    "per-requirement options": ("celery==5.3.6 --config-settings=a=b", ["celery==5.3.6"]),
    "no requirement": ("celery=5.3.6", None),
    "conda's": ("celery=5.3.6=py_0", None),
}


@pytest.mark.parametrize("marker", ["'x' in extras", "'x' in dependency_groups", "os_name ~= 'abc'"])
def test_a_marker_that_says_nothing_is_named_with_its_line(marker):
    with pytest.raises(UsageError, match=r"requirements.txt, line 1: the marker of .*5\.3\.6.* says nothing here"):
        listing(f"celery==5.3.6; {marker}")


@pytest.mark.parametrize("kind", LINES)
def test_a_line_means_what_it_means_to_pip(kind):
    text, expected = LINES[kind]
    if expected is None:
        with pytest.raises(UsageError, match=r"requirements.txt, line 1: '.*' is not a requirement"):
            listing(text)
    else:
        assert pinned(text) == expected


@pytest.mark.parametrize("option", ["-r base.txt", "-rbase.txt", "--requirement base.txt", "--requirement=base.txt"])
def test_what_is_included_counts_as_if_it_stood_there(option):
    assert pinned(f"celery==5.3.6\n{option}\n", base_txt="redis==5.0.1") == ["celery==5.3.6", "redis==5.0.1"]


def test_includes_are_relative_to_the_file_that_names_them():
    others = {"prod__base_txt": "-r ../common.txt", "common_txt": "celery==5.3.6"}

    assert pinned("-r prod/base.txt", **others) == ["celery==5.3.6"]


def test_files_that_include_one_another_are_refused_and_one_included_twice_is_not():
    with pytest.raises(UsageError, match=r"requirements.txt includes itself"):
        listing("-r a.txt", a_txt="-r requirements.txt")
    assert pinned("-r a.txt\n-r a.txt", a_txt="redis") == ["redis", "redis"]


def test_constraints_limit_and_do_not_ask():
    found = listing("celery\n-c limits.txt", limits_txt="kombu<5.4")

    assert ([str(one) for one in found.requirements], [str(one) for one in found.constraints]) == (
        ["celery"],
        ["kombu<5.4"],
    )


@pytest.mark.parametrize(
    ("line", "package"),
    [
        ("celery @ file:///tmp/celery-5.3.6.whl", "celery"),
        ("celery @ git+https://github.com/celery/celery@main", "celery"),
        ("-e git+https://github.com/celery/celery@main#egg=celery", "celery"),
        ("git+ssh://git@host/x.git#egg=Django_Celery.Beat&subdirectory=y", "django-celery-beat"),
        ("https://host/celery-5.3.6-py3-none-any.whl", "celery"),
        ("./wheels/celery-5.3.6.tar.gz", "celery"),
        ("file:celery-5.3.6.tar.gz", "celery"),
        ("./my wheels/celery-5.3.6.tar.gz", "celery"),
        ("https://host/django-celery-beat-2.5.0.tar.gz", "django-celery-beat"),
        ("https://host/django_celery_beat-2.5.0-py3-none-any.whl?token=a/b", "django-celery-beat"),
        ("kombu@https://host/main.zip", "kombu"),
        ("kombu[redis]@https://host/main.zip --hash=sha256:aa", "kombu"),
        ("-e kombu@git+https://host/x", "kombu"),
        ("git+https://github.com/celery/django-celery-beat@v2.6.0", "django-celery-beat"),
        ("git+https://github.com/celery/django-celery-beat.git@a/branch", "django-celery-beat"),
        ("git+ssh://git@github.com/celery/kombu.git#subdirectory=y", "kombu"),
        ("git+https://github.com/celery/kombu/ ; python_version > '3'", "kombu"),
        ("git+https://github.com/celery/kombu ;python_version>'3'", "kombu"),
        ("git+https://github.com/celery/kombu; python_version > '3'", "kombu"),
        ("git+https://github.com/celery/kombu --config-settings=a=b", "kombu"),
        ("-e git+https://github.com/celery/kombu", "kombu"),
        ("https://github.com/celery/kombu/archive/main.zip", "kombu"),
        ("https://gitlab.com/celery/kombu/-/archive/main/kombu-main.tar.gz", "kombu"),
        ("git+https://github.com/redis/redis-py@v5.0.1", "redis"),
        ("https://github.com/celery/py-amqp/archive/refs/tags/v5.2.0.tar.gz", "amqp"),
        ("https://github.com/prompt-toolkit/python-prompt-toolkit.git", "prompt-toolkit"),
        ("git+https://github.com/dateutil/dateutil", "python-dateutil"),
        ("https://host/dl?file=celery-5.3.6.tar.gz", "celery"),
        ("https://host/dl?disposition=attachment%3B%20filename%3Dcelery-5.3.6-py3-none-any.whl&x=1", "celery"),
        ("https://host/django%5Fcelery%5Fbeat-2.5.0.tar.gz?signature=ab12-3cd", "django-celery-beat"),
        ("-e ./src/celery", "./src/celery"),
        ("--editable=.", "."),
        ("-e .", "."),
    ],
)
def test_what_comes_from_an_address_is_known_by_its_package_where_it_says_it(line, package):
    found = listing(f"redis\n{line}")

    assert [str(one) for one in found.requirements] == ["redis"]
    assert list(found.direct) == [package]


def test_the_archive_of_a_tag_may_be_of_the_package_that_the_tag_names_or_of_the_project():
    address = "https://github.com/celery/kombu/archive/refs/tags/celery-5.3.zip"

    assert listing(address).direct == {"celery": address, "kombu": address}


def test_an_index_with_a_password_is_named_by_its_option_alone():
    assert listing("--extra-index-url https://user:secret@host/\ncelery").asides == (
        "not read in requirements.txt: --extra-index-url",
    )


@pytest.mark.parametrize(
    "address",
    [
        "https://www.djangoproject.com/download/4.2.8/tarball/",
        "https://host/download/4.2.8/tarball/latest",
        "https://host/dl?id=7",
        "https://me:secret@host/kombu.zip",
        "https://host/files/archive/main.zip",
        "file:///wheels/main.zip",
        "-e git+git@github.com:celery/kombu.git",
    ],
)
def test_an_address_that_only_a_person_can_tell_the_package_of_has_to_be_written_with_its_name(address):
    with pytest.raises(UsageError, match=r"^requirements.txt, line 2: .*: write it as NAME @ ADDRESS$"):
        listing(f"celery\n{address}")
    assert list(listing(f"own @ {address.removeprefix('-e ')}").direct) == ["own"]
