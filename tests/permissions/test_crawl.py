"""Operators see nothing of a visitor: on no page of theirs, in no search, export or error page.

Everything that visitors and counsellors have written is a word that stands nowhere else, and so are
addresses, codes and secrets. A superuser goes through all of ``admin.<base>`` and every answer is
searched for them, as they are and as they lie sealed. Pages that are added later are found by the
links that lead there, and by their doors.
"""

from __future__ import annotations

import base64
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import unquote_plus, urlsplit

import pytest
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import clear_url_caches, path

from chat.codes import make_code
from chat.conversations import open_conversation
from chat.handover import write_note
from chat.models import Conversation
from chat.pauses import pause_talk
from chat.states import State
from helpline import urls
from helpline.doors import views
from retention import clock
from retention.vault import days
from retention.vault.records import Address, seal_address
from tenants.models import Role, Tenant, User
from tenants.permissions import ANYBODY, lets_in
from tenants.scope import tenant_scope
from tests import answers, holds, vault
from tests.permissions.crawling import Crawl, Page
from tests.privacy.traces import hits, spellings
from tests.talks import begin, owner_rows
from tests.web import Client
from tests.world import hire, open_tenants

pytestmark = pytest.mark.django_db(transaction=True)

# Pages that an operator reads, whatever else a walk finds.
READ = (
    "/", "/health/", "/tenants/tenant/", "/tenants/tenant/add/", "/tenants/operator/",
    "/tenants/operator/add/", "/referrals/partnership/", "/vault/", "/account/",
    "/account/app/", "/account/passkey/", "/step-up/", "/link/", "/forgotten/", "/password_change/",
)  # fmt: skip
Needles = dict[str, list[bytes]]
# Shorter than that a value may stand on a page by chance.
SEALED_BYTES = 12


def unique(name: str) -> str:
    return f"{name}-{secrets.token_hex(8)}"


@dataclass
class Said:
    """What nobody at the platform may ever see, each a word of its own."""

    visitor: str
    name: str
    kept: str
    note: str
    handover: str
    answered: str
    address: str
    code: str
    secret: str


def said_at(keeping: Tenant, asking: Tenant, addresses: Tenant) -> Said:
    """Let visitors and counsellors say what they say, at lines that keep what they can."""
    name, visitor, kept = unique("jeg-heter"), unique("sagt"), unique("sagt-foer")
    note, handover, answered = unique("notat"), unique("til-neste-vakt"), unique("svart")
    begin(keeping, visitor, f"{name} fra Molde")
    held = holds.ended(keeping, kept)
    holds.hold(keeping, held)
    counsellor = hire(keeping, Role.COUNSELLOR)
    made = make_code(keeping)
    assert made
    with tenant_scope(keeping):
        opened = open_conversation(keeping, prints=made[1])
        talk = Conversation.objects.filter(pk=opened.conversation)
        talk.update(counsellor=counsellor, state=State.ACTIVE)
        pause_talk(keeping, counsellor, opened.conversation, note=note)
        write_note(keeping, counsellor, handover)
    _, token = answers.asked(asking)
    given = answers.send(asking, {"token": token, "answers": {"words": answered}})
    assert given.status_code == 204
    return Said(
        visitor, name, kept, note, handover, answered, address_at(addresses),
        made[0].reveal(), opened.secret.reveal(),
    )  # fmt: skip


def address_at(line: Tenant) -> str:
    """Let a talk begin whose address is in the vault, and an operator ask for it; return it."""
    _, boss = vault.furnish(line)
    ip = f"2001:db8::{secrets.token_hex(2)}:{secrets.token_hex(2)}"
    with tenant_scope(line):
        key = days.key_of_today(line)
        assert key
        sealed = seal_address(key, Address(ip, 50_123, clock.now() - timedelta(minutes=1)))
        talk = open_conversation(line, sealed=sealed).conversation
    vault.ask_for(line, boss, talk)
    return ip


def sealed_in(alias: str) -> Iterator[tuple[str, bytes]]:
    """Give every value that lies in an instance as bytes, with its column."""
    query = (
        "SELECT table_name, column_name FROM information_schema.columns"
        " WHERE data_type = 'bytea' AND table_schema = 'public'"
    )
    for table, column in owner_rows(alias, query):
        rows = owner_rows(alias, f'SELECT "{column}" FROM "{table}"')  # noqa: S608  # its own names
        for (value,) in rows:
            if value is not None and len(value) >= SEALED_BYTES:
                yield f"{alias} {table}.{column}", bytes(value)


def spelt(value: bytes) -> list[bytes]:
    """Return how sealed bytes may show: raw, in hex, in base64, as Python writes them."""
    part = value[:24]
    shifted = [base64.b64encode(b"\0" * pad + part)[4:-4] for pad in range(3)]
    written = repr(part)[2:-1].encode()
    return [part, part.hex().encode(), part.hex().upper().encode(), written, *shifted]


def needles_of(said: Said) -> Needles:
    words = {name: spellings(word) for name, word in vars(said).items()}
    sealed = {
        f"{place} {n}": spelt(value)
        for alias in ("default", "keys")
        for n, (place, value) in enumerate(sealed_in(alias))
    }
    assert len(sealed) > 20
    return words | sealed


def seen_on(page: Page, needles: Needles) -> set[str]:
    """Return what stands on a page, but for what was typed into its own form."""
    asked = unquote_plus(page.said)
    typed = {name for name, ways in needles.items() if ways[0].decode("latin-1") in asked}
    return hits(page.bytes, needles) - typed


@lets_in(ANYBODY)
def failing(request: HttpRequest) -> HttpResponse:
    """A fault of ours, with a visitor's words in its hands."""
    words = request.GET.get("words", "")
    raise RuntimeError(words)


@pytest.fixture
def faulty() -> Iterator[None]:
    urls.urlpatterns.insert(0, path("failing/", failing))
    clear_url_caches()
    yield
    del urls.urlpatterns[0]
    clear_url_caches()


def told_of(crawl: Crawl, address: str, word: str) -> bytes:
    """Return an answer without the word that was asked for, and without what is new each time."""
    found = crawl.ask(address).bytes.replace(word.encode(), b"WORD")
    return re.sub(rb'name="csrfmiddlewaretoken" value="\w+"|\'Expires\': \'[^\']+\'', b"", found)


def starts() -> list[str]:
    """Return where a walk begins: each address of the host that names nothing, and each line's."""
    doors = [door.address for door in views() if door.place == "urls"]
    slugs = Tenant.objects.values_list("slug", flat=True)
    plain = [address for address in doors if "<" not in address and "logout" not in address]
    return [*plain, *(f"/t/{slug}/" for slug in slugs)]


def faults(word: str) -> list[str]:
    """Return addresses whose answers are error pages, with a visitor's word in each."""
    return [
        f"/{word}/",
        f"/tenants/tenant/{word}/change/",
        f"/tenants/tenant/{word}/delete/",
        f"/tenants/tenant/?operator__slug__regex={word}",
        f"/tenants/tenant/?{word}={word}",
        f"/failing/?words={word}",
    ]


def test_operator_finds_nothing_of_a_visitor_anywhere(faulty: None) -> None:
    """Rule: S7, U3"""
    said = said_at(*open_tenants("urph", "sexogsamfunn", "detfinneshjelp"))
    boss = User.objects.get(is_superuser=True)
    User.objects.update(name=unique("staff"))
    boss.refresh_from_db()
    needles = needles_of(said) | {"control": spellings(boss.name)}
    client = Client(raise_request_exception=False)
    client.force_login(boss)
    crawl = Crawl(client, f"admin.{settings.HELPLINE_BASE}")

    pages = list(crawl.pages(starts(), [said.visitor, said.address, unique("nothing")]))
    wrong = [crawl.ask(address) for address in faults(said.visitor)]

    found = {str(page): seen_on(page, needles) for page in pages}
    assert {name for names in found.values() for name in names} == {"control"}, {
        page: names - {"control"} for page, names in found.items() if names - {"control"}
    }
    assert {page.status for page in wrong} == {302, 400, 403, 404, 500}
    leaks = [str(page) for page in wrong if hits(page.bytes, needles) - {"control"}]
    assert leaks == []
    read = [page for page in pages if (page.method, page.status) == ("GET", 200)]
    assert set(READ) <= {urlsplit(page.said).path for page in read}
    assert len(crawl.seen) > 30
    # Whether anybody has said so cannot be asked, either.
    searched = [page.said for page in pages if page.method == "GET" and said.visitor in page.said]
    for address in searched:
        told, other = told_of(crawl, address, said.visitor), unique("sagt")
        assert told == told_of(crawl, address.replace(said.visitor, other), other)
