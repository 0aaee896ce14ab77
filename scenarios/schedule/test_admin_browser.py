"""The admin in a real headless browser, where this machine has one: what a person clicks is what beat gets."""

import json

import pytest
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from harness.browser import PROGRAM, Browser
from modules.auth.accounts.models import User

WELCOME = "modules.auth.accounts.tasks.send_welcome_email"
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(PROGRAM is None, reason="no Chromium or Chrome is installed"),
    pytest.mark.guards("daily-report"),
]


def submits(browser, form, path, **answers):
    """Write answers into a form, choose what a list offers, press its first button, and land on `path`."""
    for name, value in answers.items():
        field = f"document.querySelector('#{form} [name={name}]')"
        browser.run(f"{field}.value = {json.dumps(value)}")
        assert browser.run(f"{field}.value") == value  # a list takes only what it offers
    button = f"document.querySelector('#{form} [type=submit]')"
    browser.arrives(f"location.pathname == '{path}'", lambda: browser.run(f"setTimeout(() => {button}.click())"))


@pytest.fixture
def browser(tmp_path):
    browser = Browser(tmp_path / "profile")
    yield browser
    browser.close()


def test_send_daily_report_is_added_in_a_browser(browser, web):
    User.objects.create_superuser("root", "root@example.com", "correct horse")
    scheduler = "/admin/django_celery_beat"
    browser.open(f"{web.url}/admin/login/")
    submits(browser, "login-form", "/admin/", username="root", password="correct horse")
    browser.open(f"{web.url}{scheduler}/intervalschedule/add/")
    submits(browser, "intervalschedule_form", f"{scheduler}/intervalschedule/", every="1", period="days")
    interval = IntervalSchedule.objects.get()
    browser.open(f"{web.url}{scheduler}/periodictask/add/")
    filled = {"name": "Send Daily Report", "regtask": WELCOME, "args": '["admin@yourdomain.com"]'}
    submits(browser, "periodictask_form", f"{scheduler}/periodictask/", interval=str(interval.pk), **filled)
    row = PeriodicTask.objects.get()
    assert (row.name, row.task, row.args, row.enabled) == (*filled.values(), True)
    assert row.interval == interval
