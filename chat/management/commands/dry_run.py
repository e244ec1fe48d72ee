from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import translation
from django.utils.translation import gettext as _

from chat.dryrun import Outcome, Report, Step, dry_run
from tenants.charter.table import LANGUAGES
from tenants.models import Tenant


class Command(BaseCommand):
    help = "Try what a line promises: a dated timeline, and a verdict for each promise. Leaves nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", help="the line, live or not")
        parser.add_argument(
            "--language", choices=LANGUAGES, default="", help="default: the line's first"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        tenant = Tenant.objects.filter(slug=options["slug"]).first()
        if tenant is None:
            raise CommandError("no such line")

        def tell(step: Step) -> None:
            talk = f"#{step.talk} " if step.talk else ""
            self.stdout.write(f"{step.when(tenant.tzinfo)}  {talk}{step.words}")

        report = dry_run(tenant, language=options["language"], told=tell)
        with translation.override(report.language):
            self._sum_up(report)
        if not report.is_kept:
            raise CommandError("not every promise can be kept; nothing of this run is left")

    def _sum_up(self, report: Report) -> None:
        names = {
            Outcome.KEPT: _("kept"),
            Outcome.BROKEN: _("BROKEN"),
            Outcome.NOT_PROMISED: _("not promised"),
            Outcome.UNTRIED: _("not tried"),
        }
        self.stdout.write("")
        for verdict in report.verdicts:
            rule = f" ({verdict.rule})" if verdict.rule else ""
            self.stdout.write(f"{names[verdict.outcome]}{rule}: {verdict.sentence}")
            self.stdout.write(f"    {verdict.observed}")
        for finding in report.findings:
            rule = f" ({finding.rule})" if finding.rule else ""
            self.stdout.write(f"{finding.severity.value}{rule}: {finding.words}")
