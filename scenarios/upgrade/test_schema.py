"""One schema under two versions: migrated while old code runs, taken over by the new, and taken back."""

from dataclasses import dataclass, field

import psycopg
import pytest

from harness import raw_messages
from harness.waiting import wait_until

SECONDS = 60
KEPT = ("name", "task", "args", "kwargs", "queue", "headers", "priority", "expires", "expire_seconds", "one_off")
KEPT += ("enabled", "description", "interval_id", "crontab_id", "clocked_id")
QUEUES = ("beat", "celery", "q", "celery\x06\x163")  # the last one: priority 3
COUNTED = ("last_run_at", "total_run_count")
STATIC = ("crontab", "interval", "clocked", "off")  # no beat has a reason to touch them


@dataclass
class Rollout:
    """What was seen on the way there and back."""

    planned: list[str]
    rows: dict[str, dict[str, tuple]] = field(default_factory=dict)
    sent: dict[str, int] = field(default_factory=dict)
    messages: int = 0


class Beats:
    """Runs beats of both stacks, one after the other, and keeps what they leave in the database and the queue."""

    def __init__(self, stacks, rollout):
        self.stacks, self.rollout = stacks, rollout
        self.settings = stacks["old"].settings

    def sent(self):
        """How often the task that is due every two seconds was sent so far."""
        return len(raw_messages.waiting(self.settings["CELERY_BROKER_URL"], "beat"))

    def wait_two_more(self, beat):
        """Return right behind a sending, the second from now."""
        wanted = self.sent() + 2
        hint = f"Beat's log: {beat.child.log}"
        wait_until(lambda: self.sent() >= wanted, SECONDS, "beat sends twice", abort=beat.raise_if_exited, hint=hint)

    def run(self, side, moment, meanwhile=lambda: None):
        """A beat of that side from its start over two sendings, what happens meanwhile, and two more, to its end."""
        beat = self.stacks[side].beat("--max-interval", "1", name=f"{side}-beat")
        self.wait_two_more(beat)
        meanwhile()
        self.wait_two_more(beat)
        beat.stop()
        self.rollout.rows[moment], self.rollout.sent[moment] = self.rows(), self.sent()

    def rows(self):
        """Name -> the row of each periodic task, read without Django."""
        with psycopg.connect(self.settings["DATABASE_URL"]) as connection:
            columns = ", ".join((*KEPT, *COUNTED))
            rows = connection.execute(f"SELECT {columns} FROM django_celery_beat_periodictask").fetchall()  # noqa: S608
        return {row[0]: row for row in rows}


@pytest.fixture(scope="module")
def rollout(schema_stacks):
    """Old beat, the new's migrations under it, new beat, the migrations taken back, old beat."""
    old, new = schema_stacks["old"], schema_stacks["new"]
    old.manage("migrate")
    back_to = old.manage("showmigrations", "django_celery_beat").split()[-1]
    rollout = Rollout(planned(new.manage("migrate", "--plan")))
    caller = old.caller()
    caller.call("pair_calls:schedule_all_kinds")
    caller.stop()
    beats = Beats(schema_stacks, rollout)
    rollout.rows["before"] = beats.rows()
    beats.run("old", "old on the new schema", meanwhile=lambda: new.manage("migrate"))
    beats.run("new", "new")
    new.manage("migrate", "django_celery_beat", back_to)
    beats.run("old", "rolled back")
    url = old.settings["CELERY_BROKER_URL"]
    messages = [one for queue in QUEUES for one in raw_messages.waiting(url, queue)]
    rollout.messages = sum(one.headers["task"] == "core.celery.debug_task" for one in messages)
    return rollout


def planned(text):
    """The operations of `migrate --plan`, a line each."""
    return [line.strip() for line in text.splitlines() if line.startswith("    ")]


MOMENTS = ("old on the new schema", "new", "rolled back")


def test_the_migrations_that_the_upgrade_applies_are_told(rollout, observe):
    observe("migrations applied by the upgrade", rollout.planned)


@pytest.mark.parametrize("moment", MOMENTS)
def test_every_row_that_was_not_due_is_as_it_was(rollout, moment):
    before, after = rollout.rows["before"], rollout.rows[moment]
    assert {name: after.get(name) for name in STATIC} == {name: before[name] for name in STATIC}
    assert after.keys() - before.keys() <= {"celery.backend_cleanup"}  # beat's own


@pytest.mark.parametrize("moment", MOMENTS)
def test_every_sending_is_counted_once(rollout, moment):
    row = dict(zip((*KEPT, *COUNTED), rollout.rows[moment]["often"], strict=True))
    assert row["total_run_count"] == rollout.sent[moment]
    assert row["last_run_at"] is not None


def test_nothing_is_sent_that_was_not_due(rollout):
    assert rollout.messages == rollout.sent["rolled back"]
