"""Every setting comes from the environment (or .env), with a safe default or a loud failure."""

import os
from datetime import timedelta
from pathlib import Path

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from nisshin_support import database

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
if env_file := env.str("NISSHIN_ENV_FILE", default=str(BASE_DIR / ".env")):
    environ.Env.read_env(env_file)

SECRET_KEY = env.str("SECRET_KEY")
DEBUG = env.bool("DEBUG", default=False)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

INSTALLED_APPS = [
    "agencies.roster_app.RosterAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.forms",
    "crispy_forms",
    "csp",
    "axes",
    "django_htmx",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "nisshin_support",
    "agencies",
    "cases",
    "meetings",
    "outreach",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "nisshin_support.middleware.NoStoreMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "nisshin_support.log_in_steps.LogInStepsMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "nisshin_support.middleware.ActingPersonMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "nisshin_support.urls"
WSGI_APPLICATION = "nisshin_support.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Database: one alias; the entry point (manage.py, wsgi.py) says as which role it logs in ------


def _database_url(role: str) -> str:
    """The city's server by the environment; the embedded one only if neither address is given."""
    names = {"web": "DATABASE_URL", "owner": "DATABASE_URL_OWNER"}
    if database.is_ours():
        return database.url(role)
    if not os.environ.get(names[role]):
        raise ImproperlyConfigured(
            f"DATABASE_URL と DATABASE_URL_OWNER は両方要ります。{names[role]} がありません。"
        )
    return os.environ[names[role]]


def postgres(url: str) -> dict[str, object]:
    """Django's settings for one PostgreSQL address; any other engine is refused."""
    found = environ.Env.db_url_config(url)
    if found["ENGINE"] != "django.db.backends.postgresql":
        raise ImproperlyConfigured("データベースは PostgreSQL だけです。")
    options = found.setdefault("OPTIONS", {})
    socket_folder = options.pop("host", None)  # a path as host name would be lower-cased
    if socket_folder:
        found["HOST"] = socket_folder
    # Compiled, the gate's conditions cost half a second a question, and gigabytes in a long transaction; else milliseconds.
    options.setdefault("options", "-c jit=off")
    return {**found, "CONN_MAX_AGE": 600, "CONN_HEALTH_CHECKS": True}


DATABASES = {"default": postgres(_database_url(env.str("NISSHIN_DATABASE_ROLE", default="web")))}

# The role that grant_web grants to; tests also act as it inside each request's transaction.
DATABASE_WEB_ROLE = env.str("NISSHIN_WEB_ROLE", default=database.WEB_ROLE)
DATABASE_REQUEST_ROLE = ""

# The heads of the audit trail's seals, outside the database: best on a machine that its administrators cannot write to.
AUDIT_HEADS = env.str("NISSHIN_AUDIT_HEADS", default="") or str(database.beside("audit-heads.txt"))

# --- Who logs in ----------------------------------------------------------------------------------

AUTH_USER_MODEL = "agencies.User"
LOGIN_URL = "/login/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/login/"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
PASSWORD_RULES = "django.contrib.auth.password_validation"
AUTH_PASSWORD_VALIDATORS: list[dict[str, object]] = [
    {"NAME": f"{PASSWORD_RULES}.UserAttributeSimilarityValidator"},
    {"NAME": f"{PASSWORD_RULES}.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": f"{PASSWORD_RULES}.CommonPasswordValidator"},
    {"NAME": f"{PASSWORD_RULES}.NumericPasswordValidator"},
]

# By name and address together: by name alone anybody locks a colleague out, by address the whole hall.
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = env.int("NISSHIN_LOGIN_TRIES", default=5)
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_TEMPLATE = "registration/locked_out.html"
AXES_CLIENT_IP_CALLABLE = "nisshin_support.client_address.of"
AXES_VERBOSE = False
AXES_DISABLE_ACCESS_LOG = True

# A code of an app after the password, for everybody; off only for the demonstration and the tests.
SECOND_FACTOR = env.bool("NISSHIN_SECOND_FACTOR", default=True)
OTP_TOTP_ISSUER = "重層的支援"

SESSION_COOKIE_AGE = env.int("NISSHIN_IDLE_MINUTES", default=15) * 60
SESSION_SAVE_EVERY_REQUEST = True
SESSION_EXPIRE_AT_BROWSER_CLOSE = True

# --- Transport ------------------------------------------------------------------------------------

HTTPS = env.bool("NISSHIN_HTTPS", default=True)
TRUSTED_PROXIES = env.int("NISSHIN_TRUSTED_PROXIES", default=0)

SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
# Not "no-referrer": with it browsers send "Origin: null", and every form of ours fails the CSRF check.
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    }
}
# W021 asks for the browsers' preload list: a city's host does not belong on a public list.
SILENCED_SYSTEM_CHECKS = ["security.W021"]

# --- Pages ----------------------------------------------------------------------------------------

LANGUAGE_CODE = "ja"
TIME_ZONE = "Asia/Tokyo"
USE_TZ = True

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
                "nisshin_support.navigation.navigation",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
CRISPY_TEMPLATE_PACK = "nisshin"
CRISPY_ALLOWED_TEMPLATE_PACKS = [CRISPY_TEMPLATE_PACK]
CRISPY_FAIL_SILENTLY = False

STATIC_URL = "/static/"
STATIC_ROOT = env.str("NISSHIN_STATIC_ROOT", default="") or BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# --- Log: to the console, paths without query strings, no bodies, no e-mail ------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("NISSHIN_LOG_LEVEL", default="WARNING")},
    "loggers": {"django": {"handlers": ["console"], "level": "WARNING", "propagate": False}},
}
