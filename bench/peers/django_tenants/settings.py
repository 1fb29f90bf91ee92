"""A Django installation as django-tenants' own tutorial sets it up, with persistent connections."""

import os
from urllib.parse import urlsplit

_URL = urlsplit(os.environ["PEER_DATABASE_URL"])

SECRET_KEY = "not a secret: loopback only"
ALLOWED_HOSTS = ["*"]
USE_TZ = True
DATABASES = {
    "default": {
        "ENGINE": "django_tenants.postgresql_backend",
        "NAME": _URL.path.lstrip("/"),
        "USER": _URL.username,
        "PASSWORD": _URL.password or "",
        "HOST": _URL.hostname,
        "PORT": _URL.port,
        "CONN_MAX_AGE": None,
    }
}
DATABASE_ROUTERS = ("django_tenants.routers.TenantSyncRouter",)
SHARED_APPS = ["django_tenants", "django.contrib.contenttypes", "customers"]
TENANT_APPS = ["django.contrib.contenttypes", "shop"]
INSTALLED_APPS = [*SHARED_APPS, "shop"]
TENANT_MODEL = "customers.Client"
TENANT_DOMAIN_MODEL = "customers.Domain"
MIDDLEWARE = [
    "django_tenants.middleware.main.TenantMainMiddleware",
    # Gives answers a Content-Length, which the callers count by.
    "django.middleware.common.CommonMiddleware",
]
ROOT_URLCONF = "urls"
WSGI_APPLICATION = "wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
