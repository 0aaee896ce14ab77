"""The admin in a real headless browser, where this machine has one: what a person clicks is what beat gets."""

import json
import os
import shutil
import subprocess
from contextlib import suppress

import pytest
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from harness.errors import PreflightError
from harness.waiting import wait_until
from modules.auth.accounts.models import User

PROGRAM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))), None)
QUIET = ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run")
WELCOME = "modules.auth.accounts.tasks.send_welcome_email"
SECONDS = 60
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(PROGRAM is None, reason="no Chromium or Chrome is installed"),
    pytest.mark.guards("daily-report"),
]


class Browser:
    """One page of a headless Chromium, told what to do through a pair of pipes (DevTools protocol)."""

    def __init__(self, profile):
        commands, self._out = os.pipe()
        self._in, answers = os.pipe()
        # The browser reads commands from descriptor 3 and writes answers to 4: bash puts ours there. (dash could not:
        # it knows descriptors of one digit only.)
        wiring = f'exec "$@" 3<&{commands} 4>&{answers}'
        address = ("--remote-debugging-pipe", f"--user-data-dir={profile}", "about:blank")
        self._process = subprocess.Popen(
            ["/bin/bash", "-c", wiring, "browser", PROGRAM, *QUIET, *address],
            pass_fds=(commands, answers),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(commands)
        os.close(answers)
        self._number, self._kept, self._session = 0, b"", None
        page = next(target for target in self._tell("Target.getTargets")["targetInfos"] if target["type"] == "page")
        self._session = self._tell("Target.attachToTarget", targetId=page["targetId"], flatten=True)["sessionId"]

    def close(self):
        """End it, and all that it started."""
        with suppress(OSError, PreflightError):
            self._session = None
            self._tell("Browser.close")
        self._process.kill()
        self._process.wait()
        os.close(self._out)
        os.close(self._in)

    def run(self, script):
        """The value of a piece of JavaScript in the page."""
        answer = self._tell("Runtime.evaluate", expression=script, returnByValue=True)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def goes_to(self, path, do):
        """Do something in the page, and return when the page behind that path is complete."""
        self.run("window.old = true")
        do()
        arrived = f"document.readyState == 'complete' && !window.old && location.pathname == '{path}'"
        wait_until(lambda: self._asks(arrived), SECONDS, f"the browser shows {path}")

    def open(self, url, path):
        self.goes_to(path, lambda: self._tell("Page.navigate", url=url + path))

    def submits(self, form, path, **answers):
        """Write answers into a form, choose what a list offers, press its first button, and land on `path`."""
        for name, value in answers.items():
            field = f"document.querySelector('#{form} [name={name}]')"
            self.run(f"{field}.value = {json.dumps(value)}")
            assert self.run(f"{field}.value") == value  # a list takes only what it offers
        button = f"document.querySelector('#{form} [type=submit]')"
        self.goes_to(path, lambda: self.run(f"setTimeout(() => {button}.click())"))

    def _asks(self, condition):
        with suppress(AssertionError, LookupError):  # between two pages there is nothing to ask
            return self.run(condition)

    def _tell(self, method, **parameters):
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        os.write(
            self._out, json.dumps(message | ({"sessionId": self._session} if self._session else {})).encode() + b"\0"
        )
        while (answer := self._next()).get("id") != self._number:
            pass  # something that happened meanwhile
        if "error" in answer:
            raise LookupError(answer["error"])
        return answer["result"]

    def _next(self):
        while b"\0" not in self._kept:
            read = os.read(self._in, 65536)
            if not read:
                raise PreflightError(
                    f"{PROGRAM} does not run here: try `{PROGRAM} --headless --no-sandbox about:blank`"
                )
            self._kept += read
        first, _, self._kept = self._kept.partition(b"\0")
        return json.loads(first)


@pytest.fixture
def browser(tmp_path):
    browser = Browser(tmp_path / "profile")
    yield browser
    browser.close()


def test_send_daily_report_is_added_in_a_browser(browser, web):
    User.objects.create_superuser("root", "root@example.com", "correct horse")
    scheduler = "/admin/django_celery_beat"
    browser.open(web.url, "/admin/login/")
    browser.submits("login-form", "/admin/", username="root", password="correct horse")
    browser.open(web.url, f"{scheduler}/intervalschedule/add/")
    browser.submits("intervalschedule_form", f"{scheduler}/intervalschedule/", every="1", period="days")
    interval = IntervalSchedule.objects.get()
    browser.open(web.url, f"{scheduler}/periodictask/add/")
    filled = {"name": "Send Daily Report", "regtask": WELCOME, "args": '["admin@yourdomain.com"]'}
    browser.submits("periodictask_form", f"{scheduler}/periodictask/", interval=str(interval.pk), **filled)
    row = PeriodicTask.objects.get()
    assert (row.name, row.task, row.args, row.enabled) == (*filled.values(), True)
    assert row.interval == interval
