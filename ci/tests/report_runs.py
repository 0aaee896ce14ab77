"""Run folders made by hand, for the tests of the report."""

import json
from dataclasses import replace
from pathlib import Path

from ci.plan import Step
from ci.results import as_data
from ci.run_folder import RunFolder
from ci.tests.helpers import ONE, TWO, gate, told
from ci.verdict import Answer, Verdict, judge
from harness.outcomes import Outcome

HOSTILE = (
    "</script><script>window.owned = 1</script><img src=x onerror='window.owned = 1'>"
    "<!-- {{ 7 * 7 }} {% raw %} \x1b[31mred\x1b]0;title\x07 | `tick` ``` @maintainers #1 [link](https://example.org)"
    " <a href='https://example.org'>a</a> www.example.org </pre></textarea></style> &amp; \u202e$(touch /tmp/owned)"
    f" {'x' * 300}"
)


def finished(folder: Path, verdict: Answer | None = None) -> RunFolder:
    """A whole run: two regressions of one cause, and one of most other kinds; hostile text wherever possible."""
    made = gate(folder, told(*_outcomes("baseline")), told(*_outcomes("candidate")))
    log = made.folder.step_folder("candidate") / "worker-1.log"
    log.write_text(f"before\n{HOSTILE}\nafter\n")
    again = {arm: {one.scenario: one for one in _outcomes(arm)} for arm in ("baseline", "candidate")}
    made.rounds = [{arm: {one: outcomes[one] for one in (ONE, TWO)} for arm, outcomes in again.items()}]
    steps = [Step("resolve", str, HOSTILE, 0.126), Step("run the scenarios", str, "ran", 61.0)]
    judged = judge(made.comparisons())
    answer = Verdict(verdict or judged.answer, judged.reasons)
    data = as_data(made, answer, steps, 75.5) | {
        "observations": _differences(),
        "command": "./ci/preflight gate --candidate new",
    }
    made.folder.write_results(data)
    return made.folder


def stopped(folder: Path) -> RunFolder:
    """A run that ended in its second step, before its stacks were resolved."""
    made = gate(folder)
    pytest_log = made.folder.step_folder("baseline") / "pytest.log"
    pytest_log.write_text(f"the last words {HOSTILE}\n")
    steps = [Step("resolve", str, "done", 0.126), Step("build", str), Step("run", str)]
    made.folder.write_results(as_data(made, Verdict(Answer.INCONCLUSIVE, (HOSTILE,)), steps, 3.0))
    return made.folder


def with_history(run: RunFolder, *lines: dict, name: str = "history.jsonl") -> RunFolder:
    """The same with a history of these lines."""
    text = "".join(f"{json.dumps(line)}\n" for line in lines)
    (run.step_folder("upgrade") / name).write_text(text)
    return run


def line(kind: str, at: float, process: str = "", event: str | None = None, **more: str) -> dict:
    """One line of a history."""
    return {
        "kind": kind,
        "event": event,
        "monotonic": 1000 + at,
        "wall": "2026-03-01T03:00:00Z",
        "process": process,
        **more,
    }


def life(event: str, at: float, through: float = 0.2) -> list[dict]:
    """One event from its attempt to its row."""
    web, worker = {"process": "web-1", "stack": "new"}, {"process": "worker-1", "stack": "old"}
    return [
        line("attempted", at, event=event, **web),
        line("acked", at + 0.01, event=event, **web),
        line("received", at + through, event=event, **worker),
        line("started", at + through + 0.01, event=event, **worker),
        line("succeeded", at + through + 0.06, event=event, **worker),
        line("effect", at + through + 0.05, event=event, process="row"),
    ]


def _outcomes(arm: str) -> list[Outcome]:
    old = arm == "baseline"
    logs = {
        "candidate/worker-1.log": [7, 7 + len(HOSTILE.encode()) + 1],
        "../../etc/passwd": [0, 99],
        "candidate/gone.log": [0, 9],
    }
    bad = Outcome(ONE, "failed", f"ValueError: {HOSTILE}", f"def test():\n    x\nE   {HOSTILE}", 1.5, logs=logs)
    results = {
        f"scenarios/schedule/test_a.py::test_celery_is_fixed[{HOSTILE}]": ("failed", "passed"),
        "scenarios/schedule/test_a.py::test_is_broken": ("failed", "failed"),
        "scenarios/schedule/test_a.py::test_is_skipped": ("skipped", "skipped"),
        "scenarios/schedule/test_a.py::test_is_fine": ("passed", "passed"),
    }
    others = [Outcome(name, both[not old], HOSTILE, "", 0.25) for name, both in results.items()]
    figures = {"fault": HOSTILE, "setting": "late", "lost": HOSTILE if old else 1}
    others[-1] = replace(others[-1], observations={"figures": figures})
    worse = [
        Outcome(one, "passed", seconds=1.25) if old else Outcome(**{**vars(bad), "scenario": one}) for one in (ONE, TWO)
    ]
    return [*worse, *others]


def _differences() -> list[dict]:
    words = ["`worker_prefetch_multiplier`: 4 → 1", f"`{HOSTILE}`: gone: {HOSTILE}", HOSTILE]
    return [
        {
            "scenario": ONE,
            "group": "configuration",
            "observation": f"configuration: {subject}",
            "path": "",
            "words": one,
        }
        for one in words
        for subject in ("worker", "beat")
    ]
