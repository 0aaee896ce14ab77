"""How passwords are hashed: the cheap way is for load tests, and cannot be come by without being asked for."""

from pathlib import Path

import pytest

from harness.errors import ProcessExited
from harness.processes.launcher import Launcher

HASHER = "from django.contrib.auth.hashers import get_hasher; print('FACTS', get_hasher().algorithm)"
FROM_BEFORE = (
    "from django.contrib.auth.hashers import PBKDF2PasswordHasher, check_password; "
    "print('FACTS', check_password('secret', PBKDF2PasswordHasher().encode('secret', 'salt', 1)))"
)


def fact(launcher: Launcher, code: str) -> str:
    """What a Django shell prints."""
    said = launcher.manage("shell", "--command", code)
    return next(line for line in said.splitlines() if line.startswith("FACTS")).partition(" ")[2]


def test_unless_asked_otherwise_passwords_are_hashed_as_django_does_it(launcher):
    assert fact(launcher, HASHER) == "pbkdf2_sha256"


def test_the_cheap_hash_lets_nobody_in_who_has_a_real_one(launcher):
    cheap = launcher.with_settings(PASSWORD_HASH="cheap")
    assert fact(cheap, HASHER) == "md5"
    assert fact(cheap, FROM_BEFORE) == "False"


def test_the_cheap_hash_does_not_pass_the_check_before_a_deployment(launcher):
    with pytest.raises(ProcessExited) as raised:
        launcher.with_settings(PASSWORD_HASH="cheap").manage("check", "--deploy")
    log = Path(str(raised.value).rpartition("(log: ")[2].rstrip(")"))
    assert "accounts.E003" in log.read_text()


def test_any_other_word_is_refused(launcher):
    with pytest.raises(ProcessExited, match="PASSWORD_HASH must be one of real, cheap; it is 'md5'"):
        launcher.with_settings(PASSWORD_HASH="md5").manage("check")
