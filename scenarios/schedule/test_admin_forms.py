"""A person adds and changes periodic tasks in the admin, through the forms that a browser would show and send."""

import datetime as dt
from html.parser import HTMLParser

import pytest
from django.test import Client
from django_celery_beat.models import CrontabSchedule, IntervalSchedule, PeriodicTask

from core import celery_app
from harness.waiting import wait_until
from modules.auth.accounts.models import User

ADMIN = "/admin/django_celery_beat"
CLEAN_UP = "modules.auth.accounts.tasks.clean_mfa_data"
WELCOME = "modules.auth.accounts.tasks.send_welcome_email"
UTC = dt.timezone.utc
SECONDS = 30
pytestmark = pytest.mark.django_db(transaction=True)  # beat and worker must see what the forms wrote


class Form(HTMLParser):
    """What a page's form would send if it were sent untouched. `names` are all its fields, the empty ones too."""

    def __init__(self, page: str, form_id: str) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.options: dict[str, list[str]] = {}
        self.data: dict[str, str] = {}
        self._id = form_id
        self._inside = False
        self._select = ""  # the one that has begun
        self._text = ""  # the textarea that has begun
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        said = dict(attrs)
        if tag == "form":
            self._inside = said.get("id") == self._id
        elif self._inside and tag in ("input", "select", "textarea") and said.get("name"):
            self.names.add(said["name"])
            self._begin(tag, said)
        elif self._inside and tag == "option":
            self._option(said)

    def _begin(self, tag, said):
        name = said["name"]
        kind = said.get("type", "text") if tag == "input" else tag
        if kind == "select":
            self._select, self.options[name] = name, []
        elif kind == "textarea":
            self._text, self.data[name] = name, ""
        elif kind != "submit" and (kind != "checkbox" or "checked" in said):
            self.data[name] = said.get("value", "on" if kind == "checkbox" else "")

    def _option(self, said):
        self.options[self._select].append(said.get("value", ""))
        if "selected" in said or self._select not in self.data:  # the first one, unless the page chose another
            self.data[self._select] = said.get("value", "")

    def handle_data(self, data):
        if self._text:
            self.data[self._text] += data.removeprefix("\r").removeprefix("\n")

    def handle_endtag(self, tag):
        if tag == "textarea":
            self._text = ""
        self._inside = self._inside and tag != "form"


class Person:
    """Somebody in the admin. Fills in what a page shows and sends everything that it holds, hidden fields too."""

    def __init__(self) -> None:
        self.client = Client(enforce_csrf_checks=True)

    def form(self, url, form_id):
        page = self.client.get(url)
        assert page.status_code == 200
        return Form(page.content.decode(), form_id)

    def send(self, url, form_id, **answers):
        """The answer to the page's form with `answers` written into it; None takes a cross out of its box."""
        form = self.form(url, form_id)
        assert answers.keys() <= form.names
        assert all(answers[name] in form.options[name] for name in form.options.keys() & answers)
        filled = {name: value for name, value in {**form.data, **answers}.items() if value is not None}
        return self.client.post(url, filled)

    def save(self, model, pk=None, **answers):
        """Add a row, or change the row `pk`; the row."""
        place = f"{pk}/change" if pk else "add"
        response = self.send(f"{ADMIN}/{model._meta.model_name}/{place}/", f"{model._meta.model_name}_form", **answers)
        assert response.status_code == 302, response.context["errors"]
        return model.objects.get(pk=pk) if pk else model.objects.latest("pk")


@pytest.fixture
def person(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # a good one takes half a second
    User.objects.create_superuser("root", "root@example.com", "correct horse")
    person = Person()
    answer = person.send("/admin/login/", "login-form", username="root", password="correct horse")
    assert answer.status_code == 302
    return person


@pytest.mark.guards("daily-clean-up", "beat-takes-up-changes")
def test_clean_mfa_data_daily_is_added_while_beat_runs_and_sent_at_three_utc(person, frozen_beat):
    night = dt.datetime(2026, 3, 1, 3, 0, tzinfo=UTC)
    with frozen_beat(night - dt.timedelta(minutes=30)) as beat:
        beat.run_until(night - dt.timedelta(minutes=20))
        crontab = person.save(CrontabSchedule, minute="0", hour="3", timezone="UTC")
        person.save(PeriodicTask, name="Clean MFA Data Daily", regtask=CLEAN_UP, crontab=str(crontab.pk))
        beat.run_until(night + dt.timedelta(minutes=10))
        [when] = beat.firings("Clean MFA Data Daily")
    assert night <= when < night + dt.timedelta(seconds=10)


@pytest.mark.guards("daily-clean-up", "beat-takes-up-changes")
def test_a_daily_task_that_is_moved_or_disabled_in_the_admin_follows_at_once(person, frozen_beat):
    night, minute = dt.datetime(2026, 3, 1, 3, 0, tzinfo=UTC), dt.timedelta(minutes=1)
    with frozen_beat(night - 30 * minute) as beat:
        three = person.save(CrontabSchedule, minute="0", hour="3", timezone="UTC")
        moved = person.save(PeriodicTask, name="moved", regtask=CLEAN_UP, crontab=str(three.pk))
        ended = person.save(PeriodicTask, name="ended", regtask=CLEAN_UP, crontab=str(three.pk))
        beat.run_until(night - 5 * minute)
        person.save(CrontabSchedule, three.pk, minute="4")
        person.save(PeriodicTask, ended.pk, enabled=None)
        beat.run_until(night + 2 * minute)
        assert beat.sent == []
        beat.run_until(night + 10 * minute)
        assert [when.replace(second=0, microsecond=0) for when in beat.firings("moved")] == [night + 4 * minute]
        assert beat.firings("ended") == []
    assert moved.enabled


def mails(address):
    """How many welcome e-mails to that address have a kept result."""
    results = celery_app.backend.client
    texts = results.mget(list(results.scan_iter("celery-task-meta-*", count=1000)) or ["none"])
    return sum(f'"Email sent to {address}"'.encode() in text for text in texts if text)


@pytest.fixture
def more_mails(worker, launcher):
    """more_mails(address, count): waits until so many more have been sent to it than now."""
    beat = launcher.beat()

    def wait(address, count=1):
        enough = mails(address) + count
        why = f"beat and worker send {count} more to {address}"
        hint = f"Beat's log: {beat.child.log}, the worker's: {worker.child.log}"
        wait_until(lambda: mails(address) >= enough, SECONDS, why, abort=beat.raise_if_exited, hint=hint)

    return wait


@pytest.mark.guards("daily-report", "beat-takes-up-changes")
def test_a_running_beat_takes_up_send_daily_report_and_its_new_arguments_and_its_end(person, more_mails):
    interval = person.save(IntervalSchedule, every="1", period="seconds")
    common = {"regtask": WELCOME, "interval": str(interval.pk)}
    report = person.save(PeriodicTask, name="Send Daily Report", args='["admin@yourdomain.com"]', **common)
    more_mails("admin@yourdomain.com")
    person.save(PeriodicTask, report.pk, args='["other@yourdomain.com"]')
    more_mails("other@yourdomain.com")
    person.save(PeriodicTask, report.pk, enabled=None)
    person.save(PeriodicTask, name="added last", args='["last@yourdomain.com"]', **common)
    more_mails("last@yourdomain.com", 2)  # beat knows the last row, hence also that the first is disabled
    before = mails("other@yourdomain.com")
    more_mails("last@yourdomain.com", 2)
    assert mails("other@yourdomain.com") == before


@pytest.mark.guards("trap-1")
@pytest.mark.parametrize(
    ("field", "answers"),
    [
        ("args", {"args": '["admin@yourdomain.com"'}),
        ("args", {"args": "admin@yourdomain.com"}),
        ("args", {"args": '{"user_email": "admin@yourdomain.com"}'}),
        ("kwargs", {"kwargs": "{user_email: 1}"}),
        ("kwargs", {"kwargs": '["admin@yourdomain.com"]'}),
        ("task", {"regtask": "", "task": "accounts.tasks.send_welcome_email"}),
        ("task", {"regtask": "", "task": "core.modules.auth.accounts.tasks.send_welcome_email"}),
        ("task", {"regtask": "", "task": ""}),
    ],
)
def test_the_form_refuses_bad_json_and_unknown_tasks(person, field, answers):
    interval = IntervalSchedule.objects.create(every=1, period=IntervalSchedule.DAYS)
    filled = {"name": "bad", "regtask": WELCOME, "interval": str(interval.pk), **answers}
    response = person.send(f"{ADMIN}/periodictask/add/", "periodictask_form", **filled)
    assert response.status_code == 200
    assert field in response.context["adminform"].form.errors
    assert not PeriodicTask.objects.exists()


@pytest.mark.guards("trap-1")
def test_a_row_with_an_unknown_task_can_be_disabled_in_its_form(person):
    interval = IntervalSchedule.objects.create(every=1, period=IntervalSchedule.DAYS)
    row = PeriodicTask.objects.create(name="old", task="accounts.tasks.gone", interval=interval)
    assert not person.save(PeriodicTask, row.pk, enabled=None).enabled


@pytest.mark.guards("trap-1", "task-clean-mfa", "task-welcome-email", "task-user-data", "task-log-auth-event")
def test_the_form_offers_every_task_of_the_plan_by_its_registered_name(person):
    offered = person.form(f"{ADMIN}/periodictask/add/", "periodictask_form").options["regtask"]
    plan = {"send_welcome_email", "process_user_data", "clean_mfa_data", "log_auth_event_task"}
    assert {f"modules.auth.accounts.tasks.{name}" for name in plan} | {"core.celery.debug_task"} <= set(offered)
