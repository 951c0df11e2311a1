"""The web server's entry point: it logs in to the database as the role that owns nothing."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nisshin_support.settings")
os.environ["NISSHIN_DATABASE_ROLE"] = "web"

application = get_wsgi_application()
