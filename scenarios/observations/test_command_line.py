"""The commands and options that operators have in their unit files."""

import pytest

COMMANDS = ("worker", "beat", "events", "inspect", "control", "purge", "call", "result", "multi", "status", "list")
PLAIN = (bool, int, float, str)


def shown(default):
    """A default as JSON takes it; click has several ways to say that there is none, or that a flag is off."""
    return default or None if isinstance(default, PLAIN) else None


@pytest.fixture(scope="module")
def command_line():
    """Celery's command line as click knows it."""
    from celery.bin.celery import celery  # noqa: PLC0415 - the stack's own

    return celery


def test_the_commands_there_are(observe, command_line):
    assert {"worker", "beat"} <= set(command_line.commands)
    observe("command line: celery", sorted(command_line.commands))


@pytest.mark.parametrize("name", ["celery", *COMMANDS])
def test_the_options_of_a_command_and_their_defaults(observe, command_line, name):
    command = command_line if name == "celery" else command_line.commands.get(name)
    options = {}
    for parameter in command.params if command else ():
        spelled = "/".join([*sorted(parameter.opts), *parameter.secondary_opts])
        options[spelled] = {"type": parameter.type.name, "default": shown(parameter.default)}
    observe(f"command line: options of {name}", options)
