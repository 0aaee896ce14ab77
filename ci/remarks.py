"""What the gate's steps say of what came of them."""

from ci.suite import SuiteResult
from harness.stack.store import Stack


def resolved(stack: Stack) -> str:
    """A stack that was resolved: its Python, what matters most of its pins, what an overlay moved, and its notes."""
    facts = [f"Python {stack.python.version}"]
    facts += [f"{name} {stack.pins.get(name, 'absent')}" for name in ("celery", "kombu", "redis", "django")]
    changes = [f"{name} {old or 'absent'} → {new or 'absent'}" for name, (old, new) in stack.moved.items()]
    moved = f"; moved: {', '.join(changes)}" if changes else ""
    return "; ".join([", ".join(facts) + moved, *stack.notes])


def told(result: SuiteResult) -> str:
    """How many scenarios of a pytest run ended how."""
    if result.broken:
        return f"the app does not import: {result.broken}"
    results = [outcome.result for outcome in result.outcomes.values()]
    counts = [f"{results.count(result)} {result}" for result in dict.fromkeys(sorted(results))]
    return ", ".join(counts) or "no scenario"
