"""Who logs in."""

from pathlib import Path

import pytest

from harness.errors import UsageError
from load.accounts import Account, read, write

PEOPLE = [Account("ada", "correct horse"), Account("grace", 'with "quotes", and a comma')]


def test_accounts_come_back_as_they_were_written_and_nobody_else_can_read_them(tmp_path: Path) -> None:
    file = tmp_path / "accounts.csv"
    write(file, PEOPLE)
    assert read(file) == PEOPLE
    assert file.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("text", ["", "\n\n", "ada\n", "ada,secret,more\n"])
def test_a_file_without_names_and_passwords_is_refused_in_one_line(text: str, tmp_path: Path) -> None:
    file = tmp_path / "accounts.csv"
    file.write_text(text)
    with pytest.raises(UsageError, match="name,password lines"):
        read(file)


def test_a_missing_file_is_refused_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="give a CSV file of name,password lines"):
        read(tmp_path / "none.csv")
