"""Names of the machine's as a person would read them."""

import datetime as dt

NAMES = {
    name.lower(): name for name in ("Redis", "PostgreSQL", "Celery", "Django", "UTC", "TOTP", "MFA", "JSON", "ETA")
}
ABSENT = "not run"


def sentence(scenario: str) -> str:
    """A scenario's id as the sentence that its test is named with; of a whole file, its name."""
    path, _, test = scenario.partition("::")
    name = test.partition("[")[0].rpartition("::")[2].removeprefix("test_")
    if not name:
        return f"Every scenario of {path}"
    text = " ".join(NAMES.get(word, word) for word in name.split("_"))
    return text[:1].upper() + text[1:]


def variant(scenario: str) -> str:
    """What pytest puts in brackets behind a parametrised test's name, or nothing."""
    _, bracket, rest = scenario.partition("[")
    return rest.removesuffix("]") if bracket else ""


def duration(seconds: float | None) -> str:
    """Seconds for reading: 0.3 s, 42 s, 6 min 22 s; or that it did not take place."""
    if seconds is None:
        return ABSENT
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    return f"{whole} s" if whole < 60 else f"{whole // 60} min {whole % 60:02} s"


def number(count: int, thing: str) -> str:
    """'1 scenario', '2 scenarios'."""
    return f"{count} {thing}{'' if count == 1 else 's'}"


def begun(run: str) -> str:
    """When a run began, out of its name; nothing when the folder was named otherwise."""
    try:
        moment = dt.datetime.strptime(run.partition("-")[0], "%Y%m%dT%H%M%SZ").replace(tzinfo=dt.UTC)
    except ValueError:
        return ""
    return f"{moment:%Y-%m-%d %H:%M} UTC"
