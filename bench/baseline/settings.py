"""Settings of the plain application. What is not here is as Django and Channels ship it."""

from __future__ import annotations

import environ

env = environ.Env()
SECRET_KEY = "nobody signs in here"  # noqa: S105
ALLOWED_HOSTS = ["*"]
ROOT_URLCONF = "bench.baseline.urls"
INSTALLED_APPS = ["channels", "bench.baseline"]
DATABASES = {"default": env.db_url("BENCH_BASELINE_DATABASE_URL")}
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.core.RedisChannelLayer",
        "CONFIG": {
            "hosts": [env.str("BENCH_BASELINE_REDIS_URL")],
            "prefix": env.str("HELPLINE_CHANNEL_PREFIX"),
        },
    }
}
USE_TZ = True
