"""Made-up staff for a machine of one's own, and the page that says how they sign in.

One password serves all of them. It is made once per installation and stands in clear only in
the file of logins; the database has its hash. As long as the two match, a restart changes
nothing; where the file is lost or the hash was changed, everybody gets a new password.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, time
from pathlib import Path

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.db.models import QuerySet

from tenants import clock
from tenants.calendars import moment
from tenants.models import Membership, Qualification, Requirement, Role, Tenant, User
from tenants.rota import LONGEST, plan_shift
from tenants.scope import tenant_scope
from tenants.staff import greet

ADMIN = "admin@helpline.example"
_OFFICE = "operator"

_ROLES = (Role.COUNSELLOR, Role.COUNSELLOR, Role.SUPERVISOR, Role.OFFICER, Role.ADMINISTRATOR)
_NAMES = {
    "NO": ("Kari", "Omar", "Liv", "Per", "Aud"),
    "SE": ("Elin", "Amir", "Maja", "Nils", "Ulla"),
}
_TITLES = {
    Role.COUNSELLOR: {"nb": "Rådgiver", "sv": "Rådgivare", "en": "Counsellor"},
    Role.SUPERVISOR: {"nb": "Vaktleder", "sv": "Passledare", "en": "Shift lead"},
    Role.OFFICER: {"nb": "Personvernombud", "sv": "Dataskyddsombud", "en": "Records officer"},
    Role.ADMINISTRATOR: {"nb": "Administrator", "sv": "Administratör", "en": "Administrator"},
}
# Somebody who works at every line of an operator that runs several: a place, a role and papers in each.
_OF_SEVERAL = ("Ida", (Role.COUNSELLOR, Role.SUPERVISOR))
# Groups whose label is what a person is, and not only something that they have done.
_PROFESSIONS = ("health_education", "psychologist")
_WORDS = (
    "bjork", "blomst", "bris", "bukt", "dal", "fjord", "granskog", "havn", "hvitveis", "kyst",
    "lykt", "lyng", "molte", "morgen", "regnbue", "sommer", "stjerne", "strand", "trekkfugl", "vind",
)  # fmt: skip


@dataclass(frozen=True)
class DemoUser:
    email: str
    password: str
    role: str
    name: str


@dataclass(frozen=True)
class DemoTenant:
    slug: str
    visitor: str
    desk: str
    users: tuple[DemoUser, ...]


@dataclass(frozen=True)
class DemoAdmin:
    url: str
    users: tuple[DemoUser, ...]


@dataclass(frozen=True)
class Demo:
    """How to get into this installation; ``write_demo`` gives it the shape of demo.json."""

    tenants: tuple[DemoTenant, ...]
    admin: DemoAdmin


@dataclass(frozen=True)
class _Password:
    clear: str
    encoded: str


def load_demo_staff(*, password: str | None) -> Demo:
    """Give every tenant its made-up staff; return how they sign in.

    ``password`` is the one of an earlier run; another takes its place where it no longer
    opens the door. Everything or nothing; a second run changes nothing.
    """
    with transaction.atomic():
        agreed = _agree_on(password)
        admin = _user(ADMIN, "Demo Admin", agreed, is_superuser=True)
        greet(None, admin, agreed.clear)
        tenants = tuple(_staff_of(tenant, agreed) for tenant in _there())
    login = DemoUser(admin.email, agreed.clear, _OFFICE, admin.name)
    return Demo(tenants, DemoAdmin(_url("admin"), (login,)))


def _there() -> QuerySet[Tenant]:
    """Return the lines that have not left: at those nobody works any more."""
    return Tenant.objects.filter(left_on__isnull=True)


def read_password(path: Path) -> str | None:
    """Return the password of the logins written earlier; None where there are none."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))["admin"]["users"][0]["password"]
    except (OSError, ValueError, LookupError, TypeError):
        return None
    return found if isinstance(found, str) else None


def write_demo(demo: Demo, path: Path) -> None:
    """Write ``demo`` to ``path``, readable by its owner alone from the first byte on."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.new")
    fresh.unlink(missing_ok=True)
    fresh.touch(mode=0o600)
    fresh.write_text(json.dumps(asdict(demo), indent=2, ensure_ascii=False) + "\n", "utf-8")
    fresh.replace(path)


def _agree_on(password: str | None) -> _Password:
    stored = User.objects.filter(email=ADMIN).values_list("password", flat=True).first()
    if password and stored and check_password(password, stored):
        return _Password(password, stored)
    clear = "-".join(
        (*(secrets.choice(_WORDS) for _ in range(3)), str(secrets.randbelow(9000) + 1000))
    )
    return _Password(clear, make_password(clear))


def _user(email: str, name: str, password: _Password, *, is_superuser: bool = False) -> User:
    wanted = {
        "name": name,
        "password": password.encoded,
        "is_active": True,
        "is_demo": True,
        "is_staff": is_superuser,
        "is_superuser": is_superuser,
    }
    user, _ = User.objects.update_or_create(email=email, defaults=wanted)
    return user


def _staff_of(tenant: Tenant, password: _Password) -> DemoTenant:
    users: list[DemoUser] = []
    with tenant_scope(tenant):
        requirements = list(Requirement.objects.order_by("group", "kind"))
        for place, role in enumerate(_ROLES):
            first_name = _NAMES[tenant.country][place]
            email = f"{first_name.lower()}@{tenant.slug}.example"
            user = _user(email, f"Demo {first_name}", password)
            answers = role in {Role.COUNSELLOR, Role.SUPERVISOR}
            held = _enough(requirements, place) if answers else []
            announced = [row for row in requirements if row.announced and role == Role.SUPERVISOR]
            member = _member(tenant, user, role, first_name, [*held, *announced])
            if announced:
                _be_there_today(tenant, member)
            greet(tenant, user, password.clear)
            users.append(DemoUser(email, password.clear, role.value, user.name))
        users.extend(_of_several(tenant, password, _enough(requirements, 0)))
    return DemoTenant(
        tenant.slug, _url(tenant.slug), _url(f"desk-{tenant.slug}", "desk/"), tuple(users)
    )


def _of_several(tenant: Tenant, password: _Password, held: Sequence[Requirement]) -> list[DemoUser]:
    """Give one person a place at each line of an operator that runs more than one."""
    lines = list(tenant.operator.tenants.order_by("slug").values_list("pk", flat=True))
    if len(lines) < 2:
        return []
    first_name, roles = _OF_SEVERAL
    role = roles[min(lines.index(tenant.pk), len(roles) - 1)]
    user = _user(
        f"{first_name.lower()}@{tenant.operator.slug}.example", f"Demo {first_name}", password
    )
    _member(tenant, user, role, first_name, held)
    greet(tenant, user, password.clear)
    return [DemoUser(user.email, password.clear, role.value, user.name)]


def _enough(requirements: Sequence[Requirement], place: int) -> list[Requirement]:
    """Return one requirement of each group: together they let a person answer."""
    groups: dict[str, list[Requirement]] = {}
    for requirement in requirements:
        groups.setdefault(requirement.group, []).append(requirement)
    return [group[place % len(group)] for group in groups.values()]


def _member(
    tenant: Tenant, user: User, role: Role, first_name: str, held: Sequence[Requirement]
) -> Membership:
    titles = {language: _TITLES[role][language] for language in tenant.languages}
    professions = [each.label for each in held if each.group in _PROFESSIONS]
    membership, _ = Membership.objects.update_or_create(
        tenant=tenant,
        user=user,
        defaults={
            "role": role.value,
            "title": professions[0] if professions else titles,
            "first_name": first_name,
            "active": True,
        },
    )
    for each in held:
        Qualification.objects.update_or_create(
            tenant=tenant,
            membership=membership,
            kind=each.kind,
            defaults={
                "years": each.years,
                "issuer": "Demo",
                "valid_until": None,
                "verified_on": clock.now().date(),
            },
        )
    return membership


def _be_there_today(tenant: Tenant, member: Membership) -> None:
    """Put the one whom the front page tells of into today's rota."""
    now = clock.now()
    midnight = datetime.combine(now.astimezone(tenant.tzinfo).date(), time(0))
    begins_at = moment(midnight, zone=tenant.tzinfo)
    plan_shift(tenant, member, begins_at=begins_at, ends_at=begins_at + LONGEST, now=now)


def _url(host: str, path: str = "") -> str:
    return f"{settings.HELPLINE_SCHEME}://{host}.{settings.HELPLINE_BASE}/{path}"
