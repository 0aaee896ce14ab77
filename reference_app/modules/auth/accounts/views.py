"""The JSON endpoints: log in, and say whether the project is alive."""

import json
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth import authenticate, login
from django.db import Error, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from .models import User
from .utils import log_auth_event


@dataclass(frozen=True)
class Attempt:
    """One try to log in, as the request's body says it. Not for anything kept: it holds a password."""

    username: str
    password: str = field(repr=False)
    # The caller's own name for this attempt; it ends up in the audit row's details.
    event_id: str | None = None


# Exempt: a client that has no session yet has no CSRF token either.
@csrf_exempt
@require_POST
def login_view(request: HttpRequest) -> JsonResponse:
    """Log a user in.

    In: {"username": ..., "password": ..., "event_id": optional}. Out: 200 and a session; 401 for a wrong
    password and, in the same words, for an unknown user; 403 for a user who is switched off; 400 for a body
    that cannot be read. Each answer but the last is handed to the audit log.
    """
    attempt = _read_attempt(request.body)
    if attempt is None:
        return _answer("bad_request", 400)
    user = authenticate(request, username=attempt.username, password=attempt.password)
    if user is None:
        return _refuse(request, attempt)
    login(request, user)
    _record(request, attempt, user.pk)
    return _answer("ok", 200)


@require_safe
def healthz(_request: HttpRequest) -> JsonResponse:
    """Answer 200 when the database answers a query and 503 when it does not."""
    try:
        # A connection of its own: one kept from an earlier request (DATABASE_CONN_MAX_AGE) to a server that
        # has frozen since would wait for ever, where a new one gives up after its connect_timeout.
        with closing(connection.copy()) as fresh, fresh.cursor() as cursor:
            cursor.execute("SELECT 1")
            cursor.fetchone()
    except Error:
        return _answer("unavailable", 503)
    return _answer("ok", 200)


def _read_attempt(body: bytes) -> Attempt | None:
    """Return what the body asks for, or None when it is not a JSON object with the fields that it needs."""
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        # ValueError: not JSON or not UTF-8. RecursionError: brackets nested thousands deep.
        return None
    if not isinstance(data, dict) or not _is_text(data.get("username")) or not _is_text(data.get("password")):
        return None
    if "event_id" in data and not _is_text(data["event_id"]):
        return None
    return Attempt(data["username"], data["password"], data.get("event_id"))


def _is_text(value: object) -> bool:
    """Say whether a value is a string with something in it that a database can hold."""
    if not isinstance(value, str) or not value or "\x00" in value:
        return False
    # JSON may spell half of a surrogate pair, which no UTF-8 database takes.
    return not any("\ud800" <= letter <= "\udfff" for letter in value)


def _refuse(request: HttpRequest, attempt: Attempt) -> JsonResponse:
    """Find out why Django did not accept the attempt, record that, and answer."""
    user = User.objects.filter(username=attempt.username).first()
    if user is None:
        _record(request, attempt, None, "unknown_user")
    elif user.is_active or not user.check_password(attempt.password):
        # That an account is switched off is told only to somebody who knows its password.
        _record(request, attempt, user.pk, "wrong_password")
    else:
        _record(request, attempt, user.pk, "inactive_user")
        return _answer("inactive", 403)
    return _answer("invalid_credentials", 401)


def _record(request: HttpRequest, attempt: Attempt, user_id: int | None, reason: str | None = None) -> None:
    """Hand the attempt to the audit log: a failure for the given reason, or a success when there is none."""
    details: dict[str, Any] = {} if reason is None else {"reason": reason}
    if attempt.event_id is not None:
        details["event_id"] = attempt.event_id
    log_auth_event(
        user_id,
        "login_success" if reason is None else "login_failed",
        ip_address=_client_ip(request),
        user_agent=request.headers.get("User-Agent", ""),
        success=reason is None,
        details=details,
    )


def _client_ip(request: HttpRequest) -> str | None:
    """Return the address of the other end of the connection, None when it has none (a unix socket).

    X-Forwarded-For is left alone, since any client can write it. An IPv6 zone (`%eth0`) means something on
    this machine only, and no IP column takes it.
    """
    return request.META.get("REMOTE_ADDR", "").partition("%")[0] or None


def _answer(status: str, code: int) -> JsonResponse:
    return JsonResponse({"status": status}, status=code)
