"""Every door of every host is asked as everybody, and answers as it declares.

Doors are found (helpline/doors.py). A door whose arguments ``ARGUMENTS`` cannot fill fails, and so
does one that a form without a word would not open: ``FORMS`` has the words. Each ask is taken back.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db import transaction
from django.urls import clear_script_prefix
from django.urls.resolvers import RoutePattern

from helpline.doors import Door, views
from tenants.models import Role, Tenant
from tenants.permissions import ANYBODY, NOBODY_WE_KNOW, OPERATOR, VISITOR
from tenants.scope import TenantModel
from tests.permissions.house import ROLES, House, Person, row_of, type_of_tenants, unknown
from tests.vault import BASIS
from tests.web import host_of
from tests.world import PASSWORD

pytestmark = pytest.mark.django_db(transaction=True)

# What an argument of an address names, by the argument or by the door and it: a kind of thing.
ARGUMENTS = {
    "request_id": "request",
    "talk": "kept",
    "hold_id": "hold",
    "member_id": "member",
    "incident": "incident",
    "note": "note",
    "agreement": "agreement",
    "slug": "article",
    "conversation": "talk",
    "service_id": "service",
    "invitation_id": "invitation",
    "pact": "pact",
    "act": "act",
    "where": "where",
    "vault-line.slug": "line",
    "vault-opening.slug": "line",
    "app_label": "app",
    "url": "page",
    "content_type_id": "type",
    "object_id": "row",
}
# What an argument says that names nothing of anybody's.
WORDS = {"app": "tenants", "page": "tenants/tenant", "act": "revoke", "where": "up"}
INVITED = {"email": "somebody@helpline.example", "role": "counsellor"}
# What is said by a form that does not open without; in braces, a thing of the line.
FORMS: dict[str, dict[str, str]] = {
    "office-cooldown-decide": {"answer": "refuse"},
    "office-member-verify": {"kind": "{paper}"},
    "office-member-end": {"kind": "{paper}", "reason": "over"},
    "office-shift-plan": {"member": "{member}"},
    "office-shift-cancel": {"member": "{member}", "begins_at": "{shift}"},
    "office-invitations": INVITED,
    "office-hold-read": {"purpose": "to look"},
    "office-vault": {**BASIS, "reference": "{reference}", "password": PASSWORD},
    "vault-line": {**BASIS, "reference": "{reference}", "password": PASSWORD},
    "account-remove": {"factor": "{factor[officer]}"},
    "step-up": {"step_up_password": PASSWORD},
    "admin:invitations": INVITED,
    "admin:member-verify": {"kind": "{paper}"},
    "admin:member-end": {"kind": "{paper}", "reason": "over"},
    "admin:rota-plan": {"member": "{member}"},
    "admin:rota-cancel": {"member": "{member}", "begins_at": "{shift}"},
    "admin:pact-act": {"basis": "over"},
}
# Pages that ask again where a form proves nothing, by the field in which they do.
ASKS_AGAIN = {"account-app": "factor_code", "account-passkey": "factor_credential"}
# What a visitor says at a door that is theirs; in braces, what only they have.
BODIES: dict[str, dict[str, str]] = {
    "resume": {"code": "{code}"},
    "closed_tab": {"secret": "{secret}", "tab": "{tab}"},
    "leave": {"secret": "{secret}"},
    "handoff-arrive": {"token": "{token}"},
    "handoff-return": {"token": "{token}"},
}
# What is to be shown there takes two lines and a talk that goes from one to the other.
OPENED_ELSEWHERE = {
    "handoff-arrive": "tests/referrals/test_choices.py",
    "handoff-return": "tests/referrals/test_way_back.py",
}
# Doors where nothing stands behind: whom they let in finds as little as everybody else.
NOTHING_THERE = {
    "admin:view_on_site": "no row of the platform's has a page of its own",
    "admin:autocomplete": "no form of ours asks for it",
    "admin:": "Django leads on from it, or finds nothing",
}
# The lines whose door is asked: addresses are kept at one, everything else is at the other.
AT_THE_VAULT = ("office-vault", "office-opening", "vault-line", "vault-opening")
METHODS = ("GET", "POST")


@dataclass(frozen=True)
class Answer:
    """What came back, without what differs from ask to ask."""

    status: int
    location: str
    body: str

    @property
    def refuses(self) -> bool:
        led_away = self.status == 302 and urlsplit(self.location).path.endswith("/login/")
        return led_away or self.status in {401, 403, 404}


@dataclass(frozen=True)
class Place:
    """Where a URL conf answers: the side of its host, and what stands before its addresses."""

    side: str
    prefix: str = ""


PLACES = {
    "urls": Place("admin"),
    "urls_desk": Place("desk"),
    "urls_visitor": Place("visitor"),
    "urls_left": Place("left"),
    "urls_tenant": Place("admin", "/t/{line}"),
}
FORBIDDEN = "403 Forbidden"


class Asking:
    """One door, asked by whomever with whatever."""

    def __init__(self, house: House, door: Door) -> None:
        self.house, self.door = house, door
        self.place = PLACES[door.place]
        self.line = house.vault if door.name in AT_THE_VAULT else house.own
        if self.place.side == "left":
            self.line = house.left

    # Addresses.

    @cached_property
    def arguments(self) -> list[str]:
        pattern = self.door.pattern
        assert pattern is not None
        return re.findall(r"<(?:\w+:)?(\w+)>", self.door.address)

    def kind_of(self, argument: str) -> str:
        named = f"{self.door.name}.{argument}"
        kind = ARGUMENTS.get(named) or ARGUMENTS.get(argument)
        assert kind, f"{self.door}: what is `{argument}`? Add a row to ARGUMENTS."
        return kind

    def value_of(self, kind: str, role: str, *, foreign: bool = False) -> str | None:
        """Return a thing of the line, or one of another line where there is any."""
        if kind in WORDS or kind == "type":
            return None if foreign else WORDS.get(kind) or str(type_of_tenants())
        if kind == "row":
            return self._row(foreign=foreign)
        if foreign and kind == "request":
            return str(self.house.things[self.house.vault.slug]["foreign request"])
        if foreign and kind == "line":
            return None
        line = self.house.other if foreign else self.line
        found = self.house.things[line.slug].get(kind)
        return found.get(role, found[Role.OFFICER]) if isinstance(found, dict) else found

    def _row(self, *, foreign: bool) -> str | None:
        """Return a row of the model whose page it is; on pages of no model, the line itself."""
        model = self.door.model_admin.model if self.door.model_admin else Tenant
        if foreign and not issubclass(model, TenantModel):
            return None
        row = row_of(model, self.house.other if foreign else self.line)
        return str(row.pk) if row else None

    def filled(self, role: str) -> dict[str, str]:
        """Return an own thing for each argument."""
        values = {name: self.value_of(self.kind_of(name), role) for name in self.arguments}
        lost = [name for name, value in values.items() if value is None]
        assert not lost, f"{self.door}: nothing to fill {lost} with; see House.things."
        return {name: str(value) for name, value in values.items()}

    def address(self, values: dict[str, str], *, line: str = "") -> str:
        address = self.door.address
        assert self.door.pattern is not None
        if not isinstance(self.door.pattern.pattern, RoutePattern):
            address = re.sub(r"\(\?P(<\w+>)[^)]*\)", r"\1", address).replace("^", "")
            address = address.removesuffix("$")
        for name, value in values.items():
            address = re.sub(rf"<(?:\w+:)?{name}>", value, address)
        return self.place.prefix.format(line=line or self.line.slug) + address

    # Asking.

    def ask(self, person: Person, method: str, values: dict[str, str]) -> Answer:
        return ask(self, person, method, self.address(values), self._said())

    def show(self, person: Person, shown: dict[str, str]) -> Answer:
        """Ask at a visitor's door with what opens a talk."""
        said = {name: text.format(**shown) for name, text in BODIES[self.door.name].items()}
        return ask(self, person, "POST", self.address({}), said)

    def _said(self) -> Any:
        form = FORMS.get(self.door.name, {})
        things = self.house.things[self.line.slug]
        return {name: text.format(**things) for name, text in form.items()}


def ask(asking: Asking, person: Person, method: str, path: str, said: Any) -> Answer:
    """Ask at the host of a door's place, and take back whatever came of it."""
    place, line = asking.place, asking.line
    host = f"admin.{settings.HELPLINE_BASE}" if place.side == "admin" else host_of(line, place.side)
    client = person.admin if place.side == "admin" else person.desk
    is_json = asking.door.address.startswith("/api/")
    before = client.cookies.output(header="", attrs=[], sep="; ")
    content: dict[str, Any] = {"content_type": "application/json"} if is_json else {}
    with transaction.atomic("default"), transaction.atomic("keys"):
        if method == "GET":
            answer = client.get(path, said, headers={"host": host}, secure=True)
        else:
            answer = client.post(path, said, headers={"host": host}, secure=True, **content)
        body = b"".join(answer) if answer.streaming else answer.content
        transaction.set_rollback(True, using="default")
        transaction.set_rollback(True, using="keys")
    clear_script_prefix()
    client.cookies = SimpleCookie(before)
    return _plain(
        answer.status_code, answer.headers.get("Location", ""), body.decode(errors="replace")
    )


def _plain(status: int, location: str, body: str) -> Answer:
    body = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", body)
    ids = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}|no-such-thing|987654321")
    location = re.sub(r"[?&]next=[^&]*", "", location)
    return Answer(status, ids.sub("ID", location), ids.sub("ID", body))


def nowhere(asking: Asking, person: Person, method: str) -> Answer:
    """Return what somebody gets at an address that is not there."""
    known = asking.house.nowhere
    at = (asking.door.place, asking.line.slug, str(person), method)
    if at not in known:
        line = "no-such-line" if asking.place.prefix else asking.line.slug
        path = asking.place.prefix.format(line=line) + "/no-such-page/"
        known[at] = ask(asking, person, method, path, {})
    found: Answer = known[at]
    return found


@pytest.fixture(scope="module")
def doors() -> list[Door]:
    return list(views())


def wrong_with(house: House, door: Door) -> Iterator[str]:
    """Give what does not answer as declared, in words."""
    asking = Asking(house, door)
    assert door.permission is not None
    if door.permission.roles == ANYBODY.roles:
        yield from _not_open(asking)
    elif door.permission.roles == {VISITOR}:
        yield from _not_the_visitors(asking)
    else:
        yield from _not_as_declared(asking)


def standing(asking: Asking, *, apart: bool = True) -> list[Person]:
    """Return one of each kind: of the line, of none, and where lines are apart of another one."""
    house = asking.house
    # Of a line that has left nobody is a member any more.
    line = house.own if asking.line == house.left else asking.line
    lines = [line, house.other] if apart else [line]
    members = [house.person(role, line) for line in lines for role in ROLES]
    rest = [house.person(OPERATOR), house.person(VISITOR, house.own)]
    return [*rest, *members]


def _not_open(asking: Asking) -> Iterator[str]:
    """A door that is open to anybody answers everybody alike, or does what they ask."""
    nobody = asking.house.person(NOBODY_WE_KNOW)
    for method in METHODS:
        usual = asking.ask(nobody, method, asking.filled(NOBODY_WE_KNOW))
        # Of promises nothing good is told where no worker runs.
        if usual.status >= 500 and asking.door.address != "/health/promises":
            yield f"{method} {asking.door}: {usual.status}"
        if usual.status == 405:
            continue
        for person in standing(asking, apart=False):
            found = asking.ask(person, method, asking.filled(person.role))
            if found.status not in {usual.status, 405} and not 200 <= found.status < 400:
                yield f"{method} {asking.door}: {person} got {found.status}, not {usual.status}"


def _not_as_declared(asking: Asking) -> Iterator[str]:
    permission = asking.door.permission
    assert permission is not None
    opened: set[str] = set()
    for method in METHODS:
        nobody = asking.ask(asking.house.person(NOBODY_WE_KNOW), method, asking.filled("nobody"))
        if nobody.status != 405 and not nobody.refuses:
            yield f"{method} {asking.door}: nobody we know got {nobody.status}"
        for person in standing(asking, apart=asking.place != PLACES["urls"]):
            found = asking.ask(person, method, asking.filled(person.role))
            if found.status == nobody.status == 405:
                # Before anything else is looked at, as the next one finds as well.
                break
            if is_let_in(asking, person, method):
                opened.add(person.role)
                yield from _not_let_in(asking, person, method, found)
                yield from _tells_of_others(asking, person, method)
            elif not _is_refused(asking, person, method, found, nobody):
                where = f"{method} {asking.door}: {person}"
                yield f"{where} is not declared, and got {found.status} {found.location}"
    if opened != permission.roles:
        yield f"{asking.door} opens by no method to {sorted(permission.roles - opened)}"


def _not_let_in(asking: Asking, person: Person, method: str, found: Answer) -> Iterator[str]:
    name = asking.door.name
    is_empty = name in NOTHING_THERE and found.status in {403, 404}
    if found.status == 403 and name in ASKS_AGAIN and f'name="{ASKS_AGAIN[name]}"' in found.body:
        return
    if found.status >= 500 or (found.refuses and not is_empty):
        where = f"{method} {asking.door}: {person}"
        yield f"{where} is declared, and got {found.status} {found.location}"


def is_let_in(asking: Asking, person: Person, method: str) -> bool:
    """Say what is declared: of a line's own people, or of the platform's."""
    permission, page = asking.door.permission, asking.door.model_admin
    assert permission is not None
    is_at_home = person.line == asking.line.slug or person.role == OPERATOR
    is_declared = is_at_home and permission.has(person.role)
    if page and method == "POST" and asking.door.name.endswith("_change"):
        # What is not to be changed is shown there, and nothing else.
        return bool(page.changes) and is_declared  # type: ignore[attr-defined]  # declared
    return is_declared


def _is_refused(asking: Asking, person: Person, method: str, found: Answer, nobody: Answer) -> bool:
    """Somebody of another line is nobody; a member of the wrong role has found no page."""
    if found == nobody and found.refuses:
        return True
    if person.line == asking.house.other.slug and asking.place.side == "desk":
        return False
    is_bare = found.status == 403 and FORBIDDEN in found.body
    return is_bare or (found.refuses and found == nowhere(asking, person, method))


def _tells_of_others(asking: Asking, person: Person, method: str) -> Iterator[str]:
    """Of another line's things a door says what it says of what is not there."""
    own = asking.filled(person.role)
    for name in asking.arguments:
        other = asking.value_of(asking.kind_of(name), person.role, foreign=True)
        if other is None:
            continue
        missing = asking.ask(person, method, own | {name: unknown(other)})
        found = asking.ask(person, method, own | {name: other})
        # Names that are no ids are told apart by nothing else.
        if found != missing and found.body.replace(other, "ID") != missing.body:
            yield f"{method} {asking.door}: {person} learns of another's `{name}`"


# Doors of visitors: what they show opens, and who they are otherwise does not.


def _not_the_visitors(asking: Asking) -> Iterator[str]:
    assert asking.door.name in BODIES, f"{asking.door}: what is said there? Add a row to BODIES."
    house = asking.house
    own, foreign = (house.shown[line.slug] for line in (house.own, house.other))
    nobody = house.person(NOBODY_WE_KNOW)
    refusal = asking.show(nobody, house.shown["nobody"])
    if asking.door.name not in OPENED_ELSEWHERE:
        found = asking.show(house.person(VISITOR, house.own), own)
        if not 200 <= found.status < 300:
            yield f"{asking.door}: the visitor got {found.status}"
    if refusal.status not in {204, 404}:
        yield f"{asking.door}: {refusal.status} to whoever shows nothing"
    for person in standing(asking, apart=False):
        for shown in (house.shown["nobody"], foreign):
            if asking.show(person, shown) != refusal:
                yield f"{asking.door}: {person} is told of what is not theirs"


def test_every_door_answers_as_it_declares(doors: list[Door]) -> None:
    house = House.build()

    # Each refusal would be a page of the log, a thousand times.
    logging.disable(logging.CRITICAL)
    wrong = [line for door in doors for line in wrong_with(house, door)]
    logging.disable(logging.NOTSET)

    assert wrong == []


def test_rows_of_the_tables_are_of_doors_that_are_there(doors: list[Door]) -> None:
    names = {door.name for door in doors}
    tables = {*FORMS, *BODIES, *ASKS_AGAIN, *NOTHING_THERE, *OPENED_ELSEWHERE, *AT_THE_VAULT}
    assert tables - names == set()
    assert {door.place for door in doors} <= set(PLACES)
