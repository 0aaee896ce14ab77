"""An argument that one version sends arrives at the other as it does at its own workers."""

import pytest

KINDS = (
    "an aware datetime",
    "a datetime with an offset",
    "a naive datetime",
    "a date",
    "a time",
    "a timedelta",
    "a Decimal",
    "a UUID",
    "a lazy text",
    "bytes",
    "text",
    "a large whole number",
    "a fraction",
    "nothing",
    "a set",
    "nested",
    "a dict with numbers as keys",
)


def seen(pair, kind, queue):
    """Type and value as the task of that queue's worker sees them, in words."""
    sent = pair.maker.call("send_argument", kind=kind, queue=queue)
    if sent is None:
        return "refused"
    [(name, value)] = pair.maker.call("outcome", id=sent)["value"]["seen"]
    return f"{name} {value}"


@pytest.mark.parametrize("kind", KINDS)
def test_it_arrives_as_it_does_at_home(pair, observe, kind):
    at_home = seen(pair, kind, pair.maker.name)
    observe(f"argument: {kind} made by {pair.maker.name}", at_home)
    away = seen(pair, kind, pair.finisher.name)
    assert away == at_home, f"{away} at the other version, {at_home} at home"
