"""From requirements to a lock, with uv; and, when there is none, which requirements clash."""

import datetime
import re
from dataclasses import dataclass

from packaging.requirements import Requirement

from harness.errors import PreflightError, Unresolvable
from harness.stack.definition import Definition
from harness.stack.lock import Lock
from harness.stack.pythons import OLDEST, Python
from harness.stack.uv import Uv, UvFailed

NO_SOLUTION = "No solution found"


def resolve(definition: Definition, python: Python, uv: Uv, held: Lock | None = None, *, build: bool = True) -> Lock:
    """Resolve a stack's requirements for `python`; versions in `held` are kept where the requirements allow.

    A lock holds for its Python's whole minor version, and on the newest Python for all of them, because which one is
    found differs by machine: redis-py 5.0 needs async-timeout on 3.11.2 and not on 3.11.3.
    Without `build` no package's own code is run: what has no wheel counts as not there.
    Raises Unresolvable, naming the requirements that clash.
    """
    attempt = Attempt(definition, python, uv, build)
    try:
        body = attempt.compile(definition.requirements, held)
    except UvFailed as error:
        raise _explained(attempt, error.said) from error
    return Lock(_header(definition, python) + body)


@dataclass(frozen=True)
class Attempt:
    """One definition on one Python, resolvable as a whole or in part."""

    definition: Definition
    python: Python
    uv: Uv
    build: bool = True

    def compile(self, requirements: tuple[str, ...], held: Lock | None = None) -> str:
        """The lock's body for some of the requirements. Raises UvFailed."""
        output = self.uv.new_file(held.text if held else "")  # uv prefers the versions that its output file holds
        arguments = ["pip", "compile", "--quiet", "--no-header", "--no-annotate", "--generate-hashes"]
        arguments += ["--python", str(self.python.path), "--output-file", str(output)]
        oldest = "{}.{}".format(*OLDEST) if self.definition.python == "newest" else self.python.minor
        arguments += ["--universal", "--python-version", oldest]
        arguments += ["--constraints", str(self.uv.new_file("\n".join(self.definition.constraints)))]
        arguments += [] if self.build else ["--no-build"]
        source = self.uv.new_file("\n".join(requirements))
        self.uv.run([*arguments, *until(self.definition.as_of), source])
        return output.read_text()

    def refusal(self, requirements: tuple[str, ...]) -> str | None:
        """What uv says when some of the requirements have no solution; None when they have one."""
        try:
            self.compile(requirements)
        except UvFailed as error:
            return error.said
        return None


def until(day: datetime.date | None) -> list[str]:
    """uv's option that hides every release after the end of `day` (UTC)."""
    return ["--exclude-newer", f"{day + datetime.timedelta(days=1)}T00:00:00Z"] if day else []


def _header(definition: Definition, python: Python) -> str:
    day = definition.as_of.isoformat() if definition.as_of else "the day it was resolved"
    wanted = definition.python if definition.python == "newest" else python.minor
    return f"# stack: {definition.name}\n# python: {wanted}\n# as of: {day}\n"


def _explained(attempt: Attempt, said: str) -> PreflightError:
    name = attempt.definition.name
    if NO_SOLUTION not in said:
        return PreflightError(f"{name}: uv could not resolve it: {_last_line(said)}")
    clash, why = _clash(attempt, said)
    short = " and ".join(line.replace('"', "'") for line in clash)
    what = "cannot be installed together" if len(clash) > 1 else f"cannot be had on Python {attempt.python.version}"
    return Unresolvable(f"{name}: {short} {what}: {_reason(why, clash)}")


def _last_line(said: str) -> str:
    return (said.splitlines() or ["it ended without a word"])[-1].strip()


def _clash(attempt: Attempt, said: str) -> tuple[tuple[str, ...], str]:
    """A smallest set of the requirements without a solution, and what uv says of just that: drop what is not needed."""
    left = attempt.definition.requirements
    mentioned = tuple(
        line for line in left if re.search(rf"\b{re.escape(Requirement(line).name)}\b", said, re.IGNORECASE)
    )
    if mentioned and (why := attempt.refusal(mentioned)):
        left, said = mentioned, why
    for line in left:
        fewer = tuple(other for other in left if other != line)
        if fewer and (why := attempt.refusal(fewer)):
            left, said = fewer, why
    return left, said


def _reason(said: str, clash: tuple[str, ...]) -> str:
    """The step of uv's explanation that touches the clash, as one line; all of the explanation where none does."""
    text = re.sub(r"\s+", " ", said.partition("Because")[2]).partition(" hint:")[0]
    names = "|".join(re.escape(Requirement(line).name) for line in clash)
    direct = re.search(rf"\S+ depends on (?:one of: )?((?:{names})\b(?!\[)[^ ]* ?)+", text, re.IGNORECASE)
    return direct.group(0).strip(", ") if direct else text.partition(", we can conclude")[0].strip()
