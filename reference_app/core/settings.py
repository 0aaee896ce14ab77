"""Settings of the project. What differs between places comes from the environment, under the names below."""

from pathlib import Path

from core import environment as env
from core.database import database_from_url

BASE_DIR = Path(__file__).resolve().parent.parent

# Without configuration the project answers to loopback names only, so the published key guards nothing.
# `manage.py check --deploy` names it as long as it has not been replaced.
SECRET_KEY = env.text("DJANGO_SECRET_KEY", "django-insecure-replace-me-before-any-other-host-can-reach-this")
DEBUG = env.flag("DJANGO_DEBUG", False)
ALLOWED_HOSTS = env.words("DJANGO_ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"])

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_celery_beat",
    "modules.auth.accounts",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]
ROOT_URLCONF = "core.urls"
WSGI_APPLICATION = "core.wsgi.application"
STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"

DATABASES = {
    "default": database_from_url(
        env.text("DATABASE_URL", "sqlite:///db.sqlite3"),
        BASE_DIR,
        env.whole_number("DATABASE_CONN_MAX_AGE", 0),
    ),
}
# Said although it is today's default: Django 4.2 would choose 32 bits, and the migrations would differ.
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.User"
_VALIDATORS = "django.contrib.auth.password_validation."
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": _VALIDATORS + "UserAttributeSimilarityValidator"},
    {"NAME": _VALIDATORS + "MinimumLengthValidator"},
    {"NAME": _VALIDATORS + "CommonPasswordValidator"},
    {"NAME": _VALIDATORS + "NumericPasswordValidator"},
]

# "cheap" is for load tests alone, which are about what comes after the password. Nobody who has a real one can log in
# with it: the strong hashers are not even tried, so that none is replaced by a weak one.
PASSWORD_HASH = env.choice("PASSWORD_HASH", "real", ("real", "cheap"))
if PASSWORD_HASH == "cheap":  # noqa: S105 - a way of hashing
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

LANGUAGE_CODE = "en-us"
TIME_ZONE = env.text("DJANGO_TIME_ZONE", "UTC")
# Said for Django 4.2, whose default is naive times.
USE_TZ = True

CELERY_BROKER_URL = env.text("CELERY_BROKER_URL", "redis://localhost:6379/0")
CELERY_RESULT_BACKEND = env.text("CELERY_RESULT_BACKEND", "redis://localhost:6379/0")
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_SERIALIZER = "json"
CELERY_RESULT_SERIALIZER = "json"
# One value for both, not two that happen to agree: beat misreads a crontab whose zone is not Django's.
CELERY_TIMEZONE = TIME_ZONE
CELERY_ENABLE_UTC = True
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
# How a login event becomes an audit row, with what promise: see modules.auth.accounts.utils.log_auth_event.
AUDIT_DELIVERY = env.choice("AUDIT_DELIVERY", "safe", ("safe", "batch", "plan", "sync", "none"))
if AUDIT_DELIVERY in ("safe", "batch"):  # not the plan's: that is left as it is
    # Celery 5.6 and newer connect to the database anew for each task (celery PR #9824), whatever DATABASE_CONN_MAX_AGE
    # says. For so many tasks they shall not; modules.auth.accounts.connections looks after the connection instead.
    CELERY_DB_REUSE_MAX = 1_000_000
if AUDIT_DELIVERY == "batch":
    # A batch is made of what the worker holds: with Celery's 4 for each process none would ever be full.
    CELERY_WORKER_PREFETCH_MULTIPLIER = 400
# Last, so that a deployment can change any of the above: {"task_acks_late": true, "worker_prefetch_multiplier": 1}.
globals().update(env.celery_settings("CELERY_SETTINGS"))

# How long the clean-up leaves an unconfirmed TOTP device (hours) and a used backup code (days) alone.
UNCONFIRMED_TOTP_RETENTION_HOURS = env.whole_number("UNCONFIRMED_TOTP_RETENTION_HOURS", 24)
USED_BACKUP_CODE_RETENTION_DAYS = env.whole_number("USED_BACKUP_CODE_RETENTION_DAYS", 90)
# Seconds that the two demonstration tasks pretend to work.
WELCOME_EMAIL_SECONDS = env.seconds("WELCOME_EMAIL_SECONDS", 5)
USER_DATA_SECONDS = env.seconds("USER_DATA_SECONDS", 10)

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    # A StreamHandler without a stream writes to stderr.
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    # Takes Django's own handlers off, so that with DJANGO_DEBUG its lines are not written twice.
    "loggers": {"django": {"handlers": [], "level": "INFO"}},
}
