"""The one settings file. Everything that differs between places comes from the environment (see docs/operations.md)."""

from datetime import time
from pathlib import Path

import environ
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env("SECRET_KEY", default="only-for-commands-that-need-no-secret" if not DEBUG else "debug")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "testserver"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
VAR_DIR = Path(env("VAR_DIR", default=str(BASE_DIR / "var")))
SITE_URL = env("SITE_URL", default="http://127.0.0.1:8000")
HTTPS = env.bool("HTTPS", default=True)

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "django_filters",
    "django_htmx",
    "django_vite",
    "tree_queries",
    "pgtrigger",
    "django_celery_beat",
    "rest_framework",
    "portal.kit",
    "portal.core",
    "portal.registry",
    "portal.accounts",
    "portal.api",
    "portal.privacy",
    "programs",
    "awards.honours",
]

MIDDLEWARE = [
    "portal.core.middleware.Incident",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "portal.kit.dialogs.HtmxRedirects",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "portal.accounts.middleware.ActingAs",
    "portal.api.middleware.Door",
    "portal.accounts.middleware.Guard",
]

ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"

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
                "portal.accounts.context.portal",
            ],
            "builtins": ["portal.kit.templatetags.portal_tags"],
        },
    },
]
FORM_RENDERER = "portal.kit.widgets.Renderer"

# ── data ──
DATABASES = {"default": env.db("DATABASE_URL", default="postgres://portal:portal@127.0.0.1:5432/portal")}
DATABASES["default"].setdefault("CONN_MAX_AGE", env.int("CONN_MAX_AGE", default=60))
DATABASES["default"].setdefault("CONN_HEALTH_CHECKS", True)
# through a pooler of transactions a cursor of the server would outlive its connection
DATABASES["default"]["DISABLE_SERVER_SIDE_CURSORS"] = env.bool("POOLED_TRANSACTIONS", default=False)
# pages are many and short: a query that took a second processor would take it from another page. Each trigger reads
# `pgtrigger.ignore`: unset, that is an error caught in a subtransaction, whose end looks through all rows that wait
# for their foreign keys, so that many rows in one transaction cost the square of their number.
DATABASES["default"].setdefault("OPTIONS", {}).setdefault(
    "options", "-c lock_timeout=3000 -c max_parallel_workers_per_gather=0 -c jit=off -c pgtrigger.ignore={}"
)
DATABASES["default"]["ATOMIC_REQUESTS"] = False
APP_ROLE = env("PORTAL_APP_ROLE", default="portal_app")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
REDIS_URL = env("REDIS_URL", default="redis://127.0.0.1:6379/0")
CACHES = {
    "default": {
        "BACKEND": "portal.core.cache.ResilientCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "portal",
        "OPTIONS": {"socket_connect_timeout": 0.5, "socket_timeout": 0.5},
    }
}
SESSION_ENGINE = "django.contrib.sessions.backends.db"

# ── who ──
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["portal.accounts.backend.Backend"]
LOGIN_REDIRECT_URL = "/"
LOGIN_URL = "account_login"
ACCOUNT_ADAPTER = "portal.accounts.adapter.Adapter"
ACCOUNT_LOGIN_METHODS = {"username", "email", "phone"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email", "password1*", "password2*"]
ACCOUNT_FORMS = {
    "login": "portal.accounts.forms.LoginForm",
    "reset_password": "portal.accounts.forms.ResetForm",
}
MFA_FORMS = {
    "authenticate": "portal.accounts.forms.CodeForm",
    "reauthenticate": "portal.accounts.forms.CodeAgainForm",
}
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = None
ACCOUNT_LOGOUT_ON_GET = False
# how many proxies stand before us: without it everybody has the address of the proxy, and one rate limit
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXIES", default=1 if env.bool("BEHIND_PROXY", default=False) else 0)
# allauth counts in the cache; ours count in PostgreSQL (portal/accounts/actions/tries.py)
ACCOUNT_RATE_LIMITS = False
MFA_ADAPTER = "portal.accounts.adapter.MfaAdapter"
MFA_TOTP_ISSUER = "上海市教育工会"
# Addresses come from the unions and are not verified by a mail; that must not keep staff from their second factor.
MFA_ALLOW_UNVERIFIED_EMAIL = True
# recovery codes are ours (portal/accounts/actions/recovery.py): hashes, where allauth keeps a seed
MFA_SUPPORTED_TYPES = ["totp"]
USERSESSIONS_ADAPTER = "portal.accounts.adapter.SessionsAdapter"
USERSESSIONS_TRACK_ACTIVITY = False
STAFF_SECOND_FACTOR = env("STAFF_SECOND_FACTOR", default="required")
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
PASSWORD_HASHERS = env.list(
    "PASSWORD_HASHERS",
    default=["django.contrib.auth.hashers.PBKDF2PasswordHasher"],
)
# current=k1,k1=<64 hex digits>,index=<64 hex digits>: the current key encrypts, all decrypt. SEAL_KEY is 64 hex digits.
FIELD_KEYS = env.dict("FIELD_KEYS", default={})
CRYPTO_SUITE = env("CRYPTO_SUITE", default="intl")
PLAIN_VIEWS_PER_DAY = env.int("PLAIN_VIEWS_PER_DAY", default=50)
EXPORT_LINK_HOURS = env.int("EXPORT_LINK_HOURS", default=24)
EXPORT_REQUEST_DAYS = env.int("EXPORT_REQUEST_DAYS", default=7)
SEAL_KEY = env("SEAL_KEY", default="")

# ── words and time ──
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("简体中文"))]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

# ── static ──
STATIC_URL = "/static/"
STATIC_ROOT = Path(env("STATIC_ROOT", default=str(VAR_DIR / "static")))
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": VAR_DIR / "media"}},
    "staticfiles": {"BACKEND": env("STATIC_STORAGE", default="portal.core.static.Storage")},
}
DJANGO_VITE = {
    "default": {
        "dev_mode": False,
        "static_url_prefix": "dist",
        "manifest_path": BASE_DIR / "static" / "dist" / "manifest.json",
    }
}
WHITENOISE_USE_FINDERS = env.bool("STATIC_FROM_SOURCE", default=False)
WHITENOISE_AUTOREFRESH = False

# ── uploads ──
DATA_UPLOAD_MAX_MEMORY_SIZE = 25 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 6000
UPLOAD_KIND_MB = env.dict("UPLOAD_KIND_MB", default={})
UPLOAD_CASE_MB = env.int("UPLOAD_CASE_MB", default=200)
UPLOAD_USER_MB = env.int("UPLOAD_USER_MB", default=5000)
UPLOAD_FREE_MB = env.int("UPLOAD_FREE_MB", default=500)
FILES_DIR = VAR_DIR / "files"
ANCHOR_MAIL = env.list("ANCHOR_MAIL", default=[])
ANCHOR_DIR = Path(env("ANCHOR_DIR", default=str(VAR_DIR / "anchors")))

# ── mail ──
EMAIL_CONFIG = env.email_url("EMAIL_URL", default="filemail:///" + str(VAR_DIR / "mail").lstrip("/"))
vars().update(EMAIL_CONFIG)
if EMAIL_CONFIG["EMAIL_BACKEND"].endswith("filebased.EmailBackend"):
    EMAIL_FILE_PATH = str(VAR_DIR / "mail")
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", default="portal@localhost")
EMAIL_TIMEOUT = 10
MAIL_PER_MINUTE = env.int("MAIL_PER_MINUTE", default=600)

# ── SMS and WeCom: with file: as address, notes are written to OUTGOING_DIR instead ──
OUTGOING_DIR = VAR_DIR / "outgoing"
SMS_URL = env("SMS_URL", default="")
SMS_SECRET = env("SMS_SECRET", default="")
SMS_SIGN = env("SMS_SIGN", default="上海市教育工会")
SMS_BODY = env("SMS_BODY", default='{"phone": "{phone}", "text": "{text}", "id": "{id}", "time": "{time}"}')
SMS_OK = env("SMS_OK", default="code=0")
SMS_PER_MINUTE = env.int("SMS_PER_MINUTE", default=300)
WECOM_API = env("WECOM_API", default="https://qyapi.weixin.qq.com")
WECOM_CORP_ID = env("WECOM_CORP_ID", default="")
WECOM_SECRET = env("WECOM_SECRET", default="")
WECOM_AGENT_ID = env.int("WECOM_AGENT_ID", default=0)
WECOM_PER_MINUTE = env.int("WECOM_PER_MINUTE", default=600)
QUIET_HOURS = tuple(time.fromisoformat(one) for one in env("QUIET_HOURS", default="21:30-07:30").split("-"))

# ── background ──
CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = 900
CELERY_TIMEZONE = TIME_ZONE
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 1800}
CELERY_TASK_ROUTES = {"core.run_document_job": {"queue": "documents"}, "core.pulse": {"queue": "documents"}}
CELERY_BEAT_SCHEDULE = {
    "relay": {"task": "core.relay", "schedule": 1.0, "options": {"expires": 5}},
    "send": {"task": "core.send", "schedule": 5.0, "options": {"expires": 10}},
    "seal": {"task": "core.seal", "schedule": 30.0, "options": {"expires": 60}},
    "retention": {"task": "privacy.retention_daily", "schedule": 3600.0, "options": {"expires": 600}},
    "exports": {"task": "privacy.expire_exports", "schedule": 300.0, "options": {"expires": 240}},
    # asked more often than done: what failed is tried again within its period (portal/core/periods.py)
    "anchor": {"task": "core.anchor", "schedule": 600.0, "options": {"expires": 300}},
    "pulse": {"task": "core.pulse", "schedule": 15.0, "options": {"expires": 20}},
    "terms": {"task": "accounts.terms", "schedule": 3600.0, "options": {"expires": 600}},
    "changes": {"task": "registry.changes", "schedule": 3600.0, "options": {"expires": 600}},
    "nightly": {"task": "registry.nightly", "schedule": 3600.0, "options": {"expires": 600}},
    "verify": {"task": "core.verify_daily", "schedule": 3600.0, "options": {"expires": 1800}},
    "sweep": {"task": "accounts.sweep", "schedule": 600.0, "options": {"expires": 300}},
    "morning": {"task": "programs.morning", "schedule": 600.0, "options": {"expires": 300}},
    "hooks": {"task": "api.hooks", "schedule": 5.0, "options": {"expires": 10}},
    "api_sweep": {"task": "api.sweep", "schedule": 3600.0, "options": {"expires": 1800}},
    "deadlines": {"task": "programs.deadlines", "schedule": 300.0, "options": {"expires": 240}},
}

# ── safety ──
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
CSRF_FAILURE_VIEW = "portal.core.errors.csrf_failure"
SECURE_SSL_REDIRECT = env.bool("SSL_REDIRECT", default=HTTPS)
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.bool("BEHIND_PROXY", default=False) else None
SECURE_HSTS_SECONDS = 31536000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

# ── forms, lists and errors ──
FORM_PRESSES = "portal.core.presses"
LISTING_EXPORT_HOOK = "portal.privacy.views.exports.hook"
HELP_PHONE = env("HELP_PHONE", default="")

# ── the API ──
#: host:port of receivers in our own network that events may be sent to, also over plain http
WEBHOOK_INNER_HOSTS = env.list("WEBHOOK_INNER_HOSTS", default=[])
API_PER_MINUTE = env.int("API_PER_MINUTE", default=600)
API_PACE = "portal.api.actions.pace.too_fast"
API_ONCE = "portal.api.actions.keeping.once"
REST_FRAMEWORK = {
    "DEFAULT_RENDERER_CLASSES": ["portal.kit.api.answers.Renderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "portal.kit.api.answers.OneFormat",
    "DEFAULT_AUTHENTICATION_CLASSES": ["portal.kit.api.answers.Known"],
    "DEFAULT_PERMISSION_CLASSES": [],
    "DEFAULT_THROTTLE_CLASSES": ["portal.kit.api.answers.Pace"],
    "EXCEPTION_HANDLER": "portal.kit.api.answers.handle",
    "URL_FORMAT_OVERRIDE": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "教育工会工作平台接口",
    "VERSION": "1",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "POSTPROCESSING_HOOKS": [],
    "PREPROCESSING_HOOKS": ["portal.kit.api.schema.ours"],
    "SORT_OPERATION_PARAMETERS": False,
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env("LOG_LEVEL", default="WARNING")},
}
