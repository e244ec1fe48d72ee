"""The mails that are to go out: links, each with a token that is made as it is sent, and news.

What is to be sent is a row (``send_at``), never a message of the broker, which would keep the token:
it is made here, goes into the mail, and is forgotten. A try that broke off is made again with a
token of its own, and the earlier one opens nothing any more.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar
from uuid import UUID

from django.db import models, transaction

from tenants import clock, letters
from tenants.letters import Letter
from tenants.links import Token, address_of, life_of
from tenants.models import AccountLink, AccountNews, Invitation, Tenant
from tenants.models.link import Link
from tenants.scope import tenant_scope

L = TypeVar("L", Invitation, AccountLink)
Scope = Callable[[], AbstractContextManager[None]]

BATCH = 20
# How long a mail server that did not answer is left alone, the first time and then.
_PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60))
# Somebody who asks again and again gets one mail in this time.
QUIET = timedelta(minutes=5)
# How often news are tried: for about a day. Later they would frighten more than they help.
_MOST_TRIES = 24


def send_due() -> int:
    """Send what is to be sent, of every tenant and of the platform; return how many went out.

    Opens scopes of its own. Forgets links that are over, as well.
    """
    forget_over()
    # Of a line that is not live yet too: its staff come before its visitors do. Not of one that has left.
    lines = Tenant.objects.filter(left_on__isnull=True)
    sent = sum(_send_invitations(tenant) for tenant in lines)
    links = AccountLink.objects.filter(send_at__lte=clock.now()).order_by("send_at")
    for pk in list(links.values_list("pk", flat=True)[:BATCH]):
        sent += _send(AccountLink.objects.all, pk, transaction.atomic, _account_letter)
    news = AccountNews.objects.filter(send_at__lte=clock.now()).order_by("send_at")
    return sent + sum(_tell(pk) for pk in list(news.values_list("pk", flat=True)[:BATCH]))


def forget_over() -> int:
    """Delete the platform's links that nobody can use any more; return how many."""
    is_over = models.Q(ends_at=None) | models.Q(ends_at__lte=clock.now())
    gone = models.Q(user=None) | (models.Q(send_at=None) & is_over)
    return AccountLink.objects.filter(gone).delete()[0]


def _send_invitations(tenant: Tenant) -> int:
    with tenant_scope(tenant):
        due = Invitation.objects.filter(send_at__lte=clock.now()).order_by("send_at")
        found = list(due.values_list("pk", flat=True)[:BATCH])
    scope = partial(tenant_scope, tenant)
    write = partial(_invitation_letter, tenant)
    return sum(_send(Invitation.objects.all, pk, scope, write) for pk in found)


def _send(
    rows: Callable[[], models.QuerySet[L]],
    pk: UUID,
    scope: Scope,
    write: Callable[[L, Token], Letter],
) -> bool:
    """Send one, in three steps: its token is in the row before it is in a mail."""
    now = clock.now()
    with scope():
        link = rows().select_for_update(of=("self",)).filter(pk=pk, send_at__lte=now).first()
        if link is None or not _may_go(link, now):
            return False
        token = _give_token(link, now)
        letter = write(link, token)
    went = letters.post(letter)
    done: dict[str, object] = {"sent_at": clock.now(), "send_at": None} if went else {}
    with scope():
        # Not where it has been asked for anew meanwhile, or withdrawn.
        rows().filter(pk=pk, digest=token.digest).update(failed=not went, **done)
    return went


def _may_go(link: Link, now: datetime) -> bool:
    """Say whether a mail goes out now; where it never will, see to it that nobody looks again."""
    too_late = now - link.asked_at > life_of(link)
    if too_late or not _may_have(link) or (link.sent_at and now - link.sent_at < QUIET):
        link.send_at = None
        link.save(update_fields=["send_at"])
        return False
    return True


def _may_have(link: Link) -> bool:
    if not isinstance(link, AccountLink):
        return True
    return link.user is not None and link.user.is_active


def _tell(pk: int) -> bool:
    """Send news, once; those that have gone out are forgotten."""
    now = clock.now()
    with transaction.atomic():
        rows = AccountNews.objects.select_related("user").select_for_update(of=("self",))
        news = rows.filter(pk=pk, send_at__lte=now).first()
        if news is None:
            return False
        news.send_at, news.tries = _again_at(news.tries, now), news.tries + 1
        news.save(update_fields=["send_at", "tries"])
    went = letters.post(Letter(news.user.email, "news", news.language, {"what": news.what}))
    if went or news.tries >= _MOST_TRIES:
        news.delete()
    return went


def _again_at(tries: int, now: datetime) -> datetime:
    """Return when somebody tries again where this process is killed, or no server answers."""
    return now + _PAUSES[min(tries, len(_PAUSES) - 1)]


def _give_token(link: Link, now: datetime) -> Token:
    token = Token()
    link.digest, link.ends_at = token.digest, now + life_of(link)
    link.send_at = _again_at(link.tries, now)
    link.tries += 1
    link.save(update_fields=["digest", "ends_at", "send_at", "tries"])
    return token


def _invitation_letter(tenant: Tenant, link: Invitation, token: Token) -> Letter:
    words = {
        "name": tenant.name,
        "first_name": link.first_name,
        "title": link.title_in(link.language, tenant),
        "link": address_of(token, tenant=tenant, language=link.language),
    }
    return Letter(link.email, "invitation", link.language, words)


def _account_letter(link: AccountLink, token: Token) -> Letter:
    assert link.user is not None
    address = address_of(token, tenant=link.tenant, language=link.language)
    return Letter(link.user.email, "password", link.language, {"link": address})
