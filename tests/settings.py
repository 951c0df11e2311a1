"""The product's settings, made independent of .env and quick enough for tests."""

import os

# Before the import below: it reads them.
os.environ["NISSHIN_ENV_FILE"] = ""
os.environ["NISSHIN_HTTPS"] = "off"
os.environ["NISSHIN_SECOND_FACTOR"] = "off"  # tests/test_second_factor.py switches it on
os.environ["NISSHIN_DATABASE_ROLE"] = "owner"
os.environ["SECRET_KEY"] = "only-for-tests-" + "x" * 50

from nisshin_support import database
from nisshin_support.settings import *  # noqa: F403
from nisshin_support.settings import MIDDLEWARE, TEMPLATES, postgres
from tests.undefined import UndefinedVariable

DATABASES = {"default": postgres(os.environ.get("TEST_DATABASE_URL") or database.url("owner", "test"))}
DATABASES["default"]["TEST"] = {"NAME": os.environ.get("NISSHIN_TEST_DB", "nisshin_test")}
# Tests log in as the owner; each request's transaction acts as the web role on the same connection.
DATABASE_REQUEST_ROLE = database.WEB_ROLE

# The real hasher costs half a second for each log-in.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
TEMPLATES[0]["OPTIONS"]["string_if_invalid"] = UndefinedVariable("%s")  # type: ignore[index]
# It would walk the whole folder of static files again for every test; the live site has it as in production.
MIDDLEWARE = [name for name in MIDDLEWARE if not name.startswith("whitenoise")]
