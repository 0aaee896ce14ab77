"""Defaults that change under an app that sets nothing."""

import pytest


def plain(value):
    """A value as JSON takes it; what has no such form by the name of its type, with a Python object's own name."""
    if isinstance(value, dict):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return sorted(map(str, value)) if isinstance(value, set | frozenset) else [plain(one) for one in value]
    if value is None or isinstance(value, bool | int | float | str):
        return value
    return getattr(value, "__qualname__", type(value).__name__)


def defaults():
    """Setting -> default, of every setting that this Celery has."""
    from celery.app.defaults import NAMESPACES, flatten  # noqa: PLC0415 - the place is Celery's own business

    return {name: plain(option.default) for name, option in flatten(NAMESPACES)}


def test_celerys_defaults(observe):
    assert defaults()["task_serializer"] == "json"
    observe("configuration", defaults())


@pytest.mark.parametrize(
    "place",
    [
        "kombu.transport.redis:Channel",
        "kombu.transport.redis:Transport",
        "celery.backends.redis:RedisBackend",
        "celery.app.task:Task",
        "celery.beat:Scheduler",
        "django_celery_beat.schedulers:DatabaseScheduler",
        "django_celery_beat.schedulers:ModelEntry",
    ],
)
def test_defaults_written_into_classes(observe, place):
    from importlib import import_module  # noqa: PLC0415 - beside its only use

    module, _, name = place.partition(":")
    members = {
        key: value for one in reversed(getattr(import_module(module), name).__mro__) for key, value in vars(one).items()
    }
    simple = {
        key: plain(value)
        for key, value in members.items()
        if not key.startswith("__")
        and (value is None or isinstance(value, bool | int | float | str | tuple | list | dict))
    }
    assert simple
    observe(f"class defaults: {place}", simple)


def test_the_settings_in_force_in_the_app(observe):
    from core import celery_app  # noqa: PLC0415 - the app is importable only once a session has begun

    settings = {name: plain(celery_app.conf.get(name)) for name in defaults()}
    assert settings["accept_content"] == ["json"]
    observe("settings in force", {name: value for name, value in settings.items() if value != defaults()[name]})
