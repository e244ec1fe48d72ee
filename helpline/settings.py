"""Every setting, each variable read once and with its type. What each is for: docs/running.md."""

from __future__ import annotations

import secrets
from datetime import timedelta
from pathlib import Path
from typing import Any

import environ

from helpline import broker, logs

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.FileAwareEnv()
# `manage.py up` keeps the addresses and secrets of its private engines here, so that every other
# command finds them while it runs. What the environment says goes first.
LOCAL_ENV = Path(env.str("HELPLINE_STATE", default=str(BASE_DIR / ".helpline"))) / "env"
if not env.str("DATABASE_URL", default="") and LOCAL_ENV.exists():
    environ.Env.read_env(str(LOCAL_ENV))

# Without a key of its own a process can serve nobody twice: sessions die with it. `check --deploy`
# refuses that (helpline.E001).
SECRET_KEY = env.str("SECRET_KEY", default="") or secrets.token_urlsafe(48)
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
# base64 of 32 bytes each; the first wraps new tenant keys, all of them unwrap.
HELPLINE_MASTER_KEYS: list[str] = env.list("HELPLINE_MASTER_KEYS", default=[])

HELPLINE_BASE: str = env.str("HELPLINE_BASE", default="localhost:8000")
HELPLINE_SCHEME: str = env.str("HELPLINE_SCHEME", default="https")
# Whoever shows it may read the platform's metrics; nobody may while it is empty.
HELPLINE_METRICS_TOKEN: str = env.str("HELPLINE_METRICS_TOKEN", default="")
HELPLINE_STAFF_MFA: str = env.str("HELPLINE_STAFF_MFA", default="required")

DEBUG = False
ROOT_URLCONF = "helpline.urls"
ASGI_APPLICATION = "helpline.asgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "tenants.User"
# HostMiddleware and the sockets compare the host with a table before anything else looks at it
# (tenants/hosts.py), which is stricter than any list here could be: domains are rows.
ALLOWED_HOSTS = ["*"]
APPEND_SLASH = False

INSTALLED_APPS = [
    "daphne",
    "helpline",
    "tenants",
    "retention",
    "chat",
    "referrals",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "channels",
    "django_celery_beat",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "helpline.middleware.HeadersMiddleware",
    "csp.middleware.CSPMiddleware",
    "helpline.middleware.HostMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "helpline.middleware.ActivityMiddleware",
    # allauth does not start without it.
    "allauth.account.middleware.AccountMiddleware",
    "helpline.mounting.TenantMountMiddleware",
    "helpline.speaking.StaffLanguageMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

# --- engines -----------------------------------------------------------------------------------

# A pool, because Django gives each request a thread of its own and a thread of its own means a
# connection of its own. 0 opens and closes one for each piece of work (worker, commands).
POOL_SIZE = env.int("DATABASE_POOL", default=0)
# Three fifths belong to the threads that serve sockets, which keep them (chat/calls.py); the rest to
# HTTP requests, of which no more are let in at once (helpline/turns.py): nobody waits for a connection.
CALL_THREADS = max(1, POOL_SIZE * 3 // 5) if POOL_SIZE else 12
HTTP_TURNS = max(1, POOL_SIZE - CALL_THREADS) if POOL_SIZE else 8


def _database(name: str) -> dict[str, Any]:
    parsed: dict[str, Any] = env.db_url(name)
    options = parsed.setdefault("OPTIONS", {})
    if POOL_SIZE:
        # Left to itself a pool that has lost its connections waits twice as long before each attempt,
        # up to minutes. Given up early, the next piece of work begins with an attempt of its own.
        pool = {"min_size": 1, "max_size": POOL_SIZE, "timeout": 10, "reconnect_timeout": 2}
        options["pool"] = pool
    # A cursor that outlives its transaction would find itself on another connection behind a
    # pooler that lends them by the transaction.
    parsed["DISABLE_SERVER_SIDE_CURSORS"] = True
    return {**parsed, "ENGINE": "helpline.database", "CONN_MAX_AGE": 0, "TEST": {"MIRROR": None}}


DATABASES: dict[str, dict[str, Any]] = {}
if env.str("DATABASE_URL", default=""):
    DATABASES = {"default": _database("DATABASE_URL"), "keys": _database("KEYS_DATABASE_URL")}
# The logins that own the two schemas; `migrate` and `flush` put them on for as long as they run.
DATABASE_OWNER_URLS = {
    "default": env.str("DATABASE_OWNER_URL", default=""),
    "keys": env.str("KEYS_DATABASE_OWNER_URL", default=""),
}
DATABASE_ROUTERS = ["helpline.routers.InstanceRouter"]

REDIS_URL: str = env.str("REDIS_URL", default="redis://localhost:6379/0")
# One Valkey or several that share the fan-out; see chat/valkeys.py for the kinds of address.
CHANNEL_HOSTS: list[str] = env.str("HELPLINE_CHANNEL_HOSTS", default=REDIS_URL).split()
CHANNEL_PREFIX: str = env.str("HELPLINE_CHANNEL_PREFIX", default="helpline")
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "chat.fanout.FanoutLayer",
        "CONFIG": {"hosts": CHANNEL_HOSTS, "prefix": CHANNEL_PREFIX},
    }
}

# --- the talk ----------------------------------------------------------------------------------

# A burst of messages and then a steady rate, for each socket. Generous for a person who types,
# tight for a program.
SAY_BURST = env.int("HELPLINE_SAY_BURST", default=20)
SAY_PER_SECOND = env.float("HELPLINE_SAY_PER_SECOND", default=2.0)

# Starts of talks from one place (an IPv4 address, an IPv6 /56) in one process: a burst and then a
# steady rate. A school has one address, so this slows a program down and no class.
START_BURST = env.int("HELPLINE_START_BURST", default=120)
START_PER_MINUTE = env.float("HELPLINE_START_PER_MINUTE", default=60.0)
# Codes that are tried from one place, in the same way. A guess has one chance in 2^70; this keeps the work of
# trying from being asked for without end.
CODE_BURST = env.int("HELPLINE_CODE_BURST", default=20)
CODE_PER_MINUTE = env.float("HELPLINE_CODE_PER_MINUTE", default=6.0)
# The header in which the proxy in front says who is asking; without it the socket's peer is asked.
ADDRESS_HEADER: str = env.str("HELPLINE_ADDRESS_HEADER", default="")

# --- Celery ------------------------------------------------------------------------------------

CELERY_BROKER_URL, _broker_options = broker.of(REDIS_URL)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_STORE_ERRORS_EVEN_IF_IGNORED = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_TASK_SEND_SENT_EVENT = False
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_DEFAULT_QUEUE = f"{CHANNEL_PREFIX}-tasks"
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 300, **_broker_options}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
# Every task goes through tenants/jobs.py: one of a name at a time, and a row that says how it went.
CELERY_BEAT_SCHEDULE = {
    # A counsellor's lost line is told after 60 s; five seconds is what that may be late.
    "tend-talks": {"task": "chat.tend_talks", "schedule": 5.0, "options": {"expires": 5}},
    # What is due is unreadable at its moment anyway; a minute later it is also gone.
    "purge": {"task": "retention.purge", "schedule": 60.0, "options": {"expires": 60}},
    # A day without a key is a day without addresses; five minutes are what that may last.
    "make-vault-days": {
        "task": "retention.make_vault_days",
        "schedule": 300.0,
        "options": {"expires": 300},
    },
    # Rows without a key come from a restore or a crash; the hour is how long they may lie about,
    # unreadable as they are.
    "expire-keyless": {
        "task": "retention.expire_keyless",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    # A day is over at midnight UTC. Asked each hour, so that an hour without a worker loses none.
    "seal-ledger": {
        "task": "retention.seal_ledger",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    # Answers are put together once their day is over, wherever that is; nobody waits for them.
    "pour-pools": {
        "task": "retention.pour_pools",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    # Web processes look as well; this one sees to it that a worker without visitors does.
    "watch": {"task": "retention.watch", "schedule": 60.0, "options": {"expires": 60}},
    # A session that is over opens nothing; a minute later its row is gone too.
    "clear-sessions": {
        "task": "tenants.clear_sessions",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    # Somebody has asked for a link and looks into their mailbox: ten seconds are what it may be late.
    "send-links": {
        "task": "tenants.send_links",
        "schedule": 10.0,
        "options": {"expires": 10},
    },
    # A lock lasts ten minutes; what it counted is gone a minute later.
    "forget-attempts": {
        "task": "tenants.forget_attempts",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    # A day begins at midnight where the tenant is; the hour is what a warning may be late.
    "warn-of-expiry": {
        "task": "tenants.warn_of_expiry",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    # A review is due on a day; the list in the office shows it without this, too.
    "remind-reviews": {
        "task": "retention.remind_reviews",
        "schedule": 24 * 3600.0,
        "options": {"expires": 24 * 3600},
    },
    # An article is due on a day as well; the list marks it without this.
    "remind-revisions": {
        "task": "chat.remind_revisions",
        "schedule": 24 * 3600.0,
        "options": {"expires": 24 * 3600},
    },
    # Somebody may wait at another line, and nobody there knows of this one: five seconds are what a
    # step that broke off, or a way back, may be late.
    "carry-on-handoffs": {
        "task": "referrals.carry_on",
        "schedule": 5.0,
        "options": {"expires": 5},
    },
    # A pact ends on a day; nobody is passed on by it after that without this, too.
    "remind-pacts": {
        "task": "referrals.remind_pacts",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    # What is listed of others grows old in half a year; the office marks it without this.
    "remind-checks": {
        "task": "referrals.remind_checks",
        "schedule": 24 * 3600.0,
        "options": {"expires": 24 * 3600},
    },
    # Counts of a day are over 53 weeks later, and no figure looks that far back.
    "forget-tallies": {
        "task": "chat.forget_tallies",
        "schedule": 24 * 3600.0,
        "options": {"expires": 24 * 3600},
    },
    # Counts of a month are over a year after it; the office shows half of that.
    "forget-referral-counts": {
        "task": "referrals.forget_counts",
        "schedule": 24 * 3600.0,
        "options": {"expires": 24 * 3600},
    },
}

# --- mail to members of staff ------------------------------------------------------------------

# Without an address of a mail server every mail fails, is seen to have failed, and is tried again.
EMAIL_BACKEND = "tenants.letters.NoServer"
if env.str("EMAIL_URL", default=""):
    _mail: dict[str, Any] = env.email_url("EMAIL_URL")
    EMAIL_BACKEND, EMAIL_FILE_PATH = _mail["EMAIL_BACKEND"], _mail["EMAIL_FILE_PATH"]
    EMAIL_HOST, EMAIL_PORT = _mail["EMAIL_HOST"] or "localhost", _mail["EMAIL_PORT"] or 25
    EMAIL_HOST_USER = _mail["EMAIL_HOST_USER"] or ""
    EMAIL_HOST_PASSWORD = _mail["EMAIL_HOST_PASSWORD"] or ""
    EMAIL_USE_TLS = _mail.get("EMAIL_USE_TLS", False)
    EMAIL_USE_SSL = _mail.get("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL: str = env.str(
    "HELPLINE_MAIL_FROM", default=f"helpline@{HELPLINE_BASE.partition(':')[0]}"
)

# --- languages and time ------------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [("nb", "Norsk bokmål"), ("sv", "Svenska"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_TZ = True
TIME_ZONE = "UTC"

# --- static files ------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = env.str("HELPLINE_STATIC_ROOT", default=str(BASE_DIR / ".helpline" / "static"))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "helpline.storage.ModuleStaticFilesStorage"},
}


# --- staff sessions ----------------------------------------------------------------------------

LOGIN_URL = "/desk/login/"
LOGIN_REDIRECT_URL = "/desk/"
_secure = HELPLINE_SCHEME == "https"
# The prefix binds the cookie to one host; browsers refuse it without Secure, so plain http on
# localhost goes without.
SESSION_COOKIE_NAME = "__Host-desk" if _secure else "desk"
CSRF_COOKIE_NAME = "__Host-csrf" if _secure else "csrf"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _secure
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Strict"
SESSION_ENGINE = "tenants.sessions"
# For operators; a desk's session lives as its tenant's policy says.
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "chat.pages.refused.refused"
# How long nobody may be seen to do anything before their desk locks, and how long a password or a
# second factor is good for what asks for it once more.
IDLE_LIMIT = timedelta(minutes=env.int("HELPLINE_IDLE_MINUTES", default=15))
STEP_UP_FOR = timedelta(minutes=env.int("HELPLINE_STEP_UP_MINUTES", default=5))
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "tenants.backends.StaffBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 15},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

# --- second factors and lockouts (tenants/factors.py, tenants/lockouts.py) ------------------------

# Of allauth only the second factors are used; the doors are ours.
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
MFA_ADAPTER = "tenants.factors.Adapter"
# Telephones are half a minute fast or slow.
MFA_TOTP_TOLERANCE = 1
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]

AXES_HANDLER = "tenants.lockouts.Handler"
AXES_CLIENT_IP_CALLABLE = "tenants.lockouts.address_for_axes"
AXES_LOCKOUT_PARAMETERS = ["username", "ip_address"]
# What is tried while it is locked does not lengthen the lock: it always ends.
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = AXES_VERBOSE = False

# --- headers (the rest is in helpline/middleware.py) ---------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        "require-trusted-types-for": ["'script'"],
        # No script of ours makes HTML, so there is no policy that could.
        # The one that starts the worker for a proof of work (static/chat/js/asking.js).
        "trusted-types": ["solver"],
    }
}
SECURE_REFERRER_POLICY = "no-referrer"
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if _secure else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = _secure


def _file_headers(headers: Any, path: str, url: str) -> None:
    """Give a file what Django's middleware gives every other answer (helpline/files.py)."""
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = SECURE_REFERRER_POLICY
    headers["Cross-Origin-Opener-Policy"] = headers["Cross-Origin-Resource-Policy"] = "same-origin"
    if _secure:
        seconds = f"max-age={SECURE_HSTS_SECONDS}"
        headers["Strict-Transport-Security"] = f"{seconds}; includeSubDomains; preload"


# Files of a line are for the pages of that line.
WHITENOISE_ALLOW_ALL_ORIGINS = False
WHITENOISE_ADD_HEADERS_FUNCTION = _file_headers

# The proxy in front ends TLS, sets this header and strips it from what clients send.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _secure else None

SILENCED_SYSTEM_CHECKS = [
    "security.W002",  # X-Frame-Options is set by HeadersMiddleware
    "axes.W002",  # the door says itself that it is locked
    "security.W008",  # the proxy in front sends http to https; it alone has port 80
]

# --- logs --------------------------------------------------------------------------------------

LOGGING = logs.LOGGING
