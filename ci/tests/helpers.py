"""What several of the gate's own tests need."""

from pathlib import Path
from xml.etree import ElementTree

from ci.comparison import Comparison
from ci.gate import Gate
from ci.question import Question
from ci.run_folder import RunFolder
from ci.suite import SuiteResult, Watch
from harness.outcomes import Outcome
from harness.services.provider import Choice
from harness.stack.lock import Lock
from harness.stack.pythons import Python
from harness.stack.store import Stack

ROOT = Path(__file__).resolve().parents[2]
RESULTS = ("passed", "failed", "skipped", "unknown")
ONE, TWO = "scenarios/audit/test_login.py::test_one", "scenarios/tasks/test_mail.py::test_two"


def outcome(result: str, cause: str = "", scenario: str = ONE, detail: str = "") -> Outcome:
    """How a scenario ended, with a cause where there should be one."""
    return Outcome(scenario, result, cause or ("" if result == "passed" else f"{result} here"), detail, 0.25)


def compared(baseline: str, candidate: str, *repeats: tuple[str, str], scenario: str = ONE) -> Comparison:
    """A scenario on both stacks, by the words for its results."""
    rounds = tuple((outcome(old, scenario=scenario), outcome(new, scenario=scenario)) for old, new in repeats)
    return Comparison(scenario, outcome(baseline, scenario=scenario), outcome(candidate, scenario=scenario), rounds)


def told(*outcomes: Outcome) -> SuiteResult:
    """What a pytest run tells that ran to its end."""
    by_id = {one.scenario: one for one in outcomes}
    return SuiteResult(list(by_id), by_id, finished=True)


def stack(name: str = "old", celery: str = "5.3.6") -> Stack:
    """A stack of one package."""
    header = f"# stack: {name}\n# python: 3.11\n# as of: 2023-12-15\n"
    return Stack(name, Python(Path("/no/python"), "3.11.7"), Lock(f"{header}celery=={celery}\n"))


def gate(folder: Path, baseline: SuiteResult | None = None, candidate: SuiteResult | None = None) -> Gate:
    """A gate over two stacks whose pytest runs are over, or that has not begun. It starts nothing."""
    (folder / "20260301T030000Z-1a2b").mkdir(parents=True)
    run = RunFolder(folder / "20260301T030000Z-1a2b")
    choice = Choice("embedded", "Embedded servers were asked for.")
    made = Gate(Question("old", "new", ("scenarios",)), run, choice, None, Watch())
    made.parts = {arm: [one] for arm, one in (("baseline", baseline), ("candidate", candidate)) if one}
    if baseline:
        made.stacks = {"baseline": stack(), "candidate": stack("new", "5.7.0")}
    return made


def parsed(xml: bytes) -> ElementTree.Element:
    """The root of what we wrote ourselves."""
    return ElementTree.fromstring(xml)  # noqa: S314 - nobody else's
