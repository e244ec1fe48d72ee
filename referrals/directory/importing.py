"""Services from a file: all of them or none, and nothing twice."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from django.db import transaction

from referrals.directory.hsds import Entry, page_of, read_page
from referrals.directory.services import (
    MOST_SERVICES,
    change_service,
    differs,
    list_service,
    name_of,
    topics_of,
)
from referrals.models import Service
from tenants.charter.table import Problem, Problems
from tenants.errors import Invalid
from tenants.models import Tenant
from tenants.scope import tenant_scope

MOST_BYTES = 10_000_000


class BadFile(Invalid):
    """A file that cannot be taken as it is; nothing was written."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = tuple(problems)


@dataclass(frozen=True)
class Imported:
    """What became of a service of the file: ``new``, ``changed`` or ``unchanged``."""

    name: str
    what: str


class _DryRun(Exception):
    """Everything was written as it would be, and is taken back."""


def import_services(
    tenant: Tenant, path: Path, *, only_new: bool = False, dry_run: bool = False
) -> list[Imported]:
    """List what stands in a file, in its order; what the directory says already stays as it is.

    What is listed and not in the file is left alone. ``only_new`` leaves alone what is listed;
    ``dry_run`` tells what would be done. Opens a scope of its own. Raises BadFile with every
    problem of the file.  Rule: S10.
    """
    problems = Problems(path.name)
    document = _document(path, problems)
    done: list[Imported] = []
    try:
        with transaction.atomic(), tenant_scope(tenant):
            entries = read_page(document, tenant, topics_of(tenant), problems)
            _refuse_too_many(entries, problems)
            _stop_at(problems)
            done += [_import(tenant, entry, only_new=only_new) for entry in entries]
            if dry_run:
                raise _DryRun
    except _DryRun:
        pass
    return done


def export_services(tenant: Tenant) -> str:
    """Return the whole directory of ``tenant``, hidden services too, as a file. Opens a scope."""
    with tenant_scope(tenant):
        services = Service.objects.order_by("identifier")
        page = page_of(services, tenant, topics_of(tenant))
    return json.dumps(page, ensure_ascii=False, indent=2) + "\n"


def _document(path: Path, problems: Problems) -> object:
    try:
        if path.stat().st_size > MOST_BYTES:
            problems.note("file", found="too much", expected=f"at most {MOST_BYTES} bytes")
        else:
            return _parsed(path.read_text("utf-8"), problems)
    except OSError:
        problems.note("file", found="nothing", expected="a file that can be read")
    except UnicodeDecodeError as error:
        problems.note(f"byte {error.start}", found="no UTF-8", expected="text in UTF-8")
    raise BadFile(problems.all)


def _parsed(text: str, problems: Problems) -> object:
    try:
        document: object = json.loads(text)
    except (ValueError, RecursionError) as error:
        line = getattr(error, "lineno", 1)
        problems.note(f"line {line}", found="no JSON", expected="valid JSON")
        raise BadFile(problems.all) from None
    # PostgreSQL keeps neither, and would say so in the middle of the work.
    whole = json.dumps(document, ensure_ascii=False)
    if "\\u0000" in whole or any("\ud800" <= sign <= "\udfff" for sign in whole):
        problems.note("file", found="a sign that is none", expected="text without \\u0000")
    _stop_at(problems)
    return document


def _stop_at(problems: Problems) -> None:
    if problems.all:
        raise BadFile(problems.all)


def _refuse_too_many(entries: Sequence[Entry], problems: Problems) -> None:
    listed = set(Service.objects.values_list("identifier", flat=True))
    together = len(listed | {entry.identifier for entry in entries})
    if together > MOST_SERVICES:
        expected = f"at most {MOST_SERVICES} with what is listed already"
        problems.note("file", found=f"{together} services", expected=expected)


def _import(tenant: Tenant, entry: Entry, *, only_new: bool) -> Imported:
    listed = Service.objects.filter(identifier=entry.identifier).first()
    if listed is None:
        service = list_service(tenant, None, entry.said, identifier=entry.identifier)
        return Imported(_name(service, tenant), "new")
    # Whoever gives no date has not said that it was never checked.
    said = replace(entry.said, assured_date=entry.said.assured_date or listed.assured_date)
    if only_new or not differs(listed, said, topics_of(tenant)):
        return Imported(_name(listed, tenant), "unchanged")
    return Imported(_name(change_service(tenant, None, listed.pk, said), tenant), "changed")


def _name(service: Service, tenant: Tenant) -> str:
    return name_of(service, tenant.default_language, tenant)
