"""Reads talks as the application does, in the databases that the environment names.

    python -m tests.privacy.readback <slug> <talk> …

Prints a JSON list: the texts of each talk, or null where there is none.
"""

from __future__ import annotations

import json
import os
import sys
from uuid import UUID

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpline.settings")
django.setup()

from tenants.models import Tenant  # noqa: E402  # after the set-up
from tests.talks import texts_in  # noqa: E402

if __name__ == "__main__":
    tenant = Tenant.objects.get(slug=sys.argv[1])
    read = [texts_in(tenant, UUID(talk)) for talk in sys.argv[2:]]
    sys.stdout.write(json.dumps(read))
