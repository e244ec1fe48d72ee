from __future__ import annotations

from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tenants import clock
from tenants.calendars import moment
from tenants.errors import Invalid
from tenants.models import Membership, Tenant
from tenants.rota import plan_shift
from tenants.scope import tenant_scope


class Command(BaseCommand):
    help = "Put a member of staff into a line's rota; times as its own clock shows them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", help="the line")
        parser.add_argument("email", help="with which the member signs in")
        parser.add_argument("begins", type=datetime.fromisoformat, help="such as 2026-11-25T10:00")
        parser.add_argument("ends", type=datetime.fromisoformat)

    def handle(self, *args: Any, **options: Any) -> None:
        tenant = Tenant.objects.filter(slug=options["slug"]).first()
        if tenant is None:
            raise CommandError("no such line")
        begins_at, ends_at = (
            moment(options[name].replace(tzinfo=None), zone=tenant.tzinfo)
            for name in ("begins", "ends")
        )
        with tenant_scope(tenant):
            member = Membership.objects.filter(
                user__email=options["email"].lower(), active=True
            ).first()
            if member is None:
                raise CommandError("no such member")
            try:
                plan_shift(tenant, member, begins_at=begins_at, ends_at=ends_at, now=clock.now())
            except Invalid as problem:
                raise CommandError(str(problem)) from None
