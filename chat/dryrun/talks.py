"""Talks of a dry run: begun, written in, and looked at from every side.

Messages go in by the database's own function, ``chat_post``: the writer of a process has a
connection of its own, which sees nothing of the sandbox.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID, uuid4

from django.db import connection
from django.utils.translation import gettext as _

from chat.codes import Prints
from chat.conversations import (
    Opened,
    begin_conversation,
    end_conversation,
    open_conversation,
    secret_hash,
)
from chat.desk import kept_talk
from chat.dryrun.report import Outcome as Verdict
from chat.dryrun.stage import INSTANT, MINUTE, Stage
from chat.messages import catch_up, talk_keys
from chat.models import Conversation
from chat.queue import claim
from chat.rests import rest_over
from chat.states import Author, By
from chat.writer import POST, Outcome
from retention import clock, keys, sandbox
from retention.vault.records import SealedAddress
from tenants.errors import HelplineError
from tenants.scope import database_role, tenant_scope
from tenants.wall import PURGE

_LEFT = tuple(
    f"SELECT count(*) FROM {table} WHERE {column} = %s"  # noqa: S608  # names of ours
    for table, column in (
        ("chat_conversation", "id"),
        ("chat_segment", "conversation_id"),
        ("chat_message", "conversation_id"),
    )
)
_ROWS = "SELECT count(body) FROM chat_message WHERE conversation_id = %s"


@dataclass
class Talk:
    """A talk, what its tab proves itself with, and the keys that it has been sealed under."""

    id: UUID
    secret: bytes
    segments: list[UUID] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Seen:
    """By which of the three walls something could be read at a moment."""

    code: bool
    rows: bool
    keys: bool

    @property
    def readable(self) -> bool:
        return self.code or self.rows or self.keys

    def walls(self) -> str:
        said = (
            (self.code, _("the program")),
            (self.rows, _("the database's rows")),
            (self.keys, _("the key")),
        )
        return ", ".join(name for is_there, name in said if is_there)


def knock(stage: Stage) -> Talk:
    """Let a visitor come to the door. Raises Closed and Full."""
    with tenant_scope(stage.line):
        opened = open_conversation(stage.line)
    return _talk(stage, opened)


def begin(
    stage: Stage, *, sealed: SealedAddress | None = None, prints: Prints | None = None
) -> Talk:
    """Begin a talk, also where the door is closed: how long things live is still to be seen."""
    begun = Conversation(language=stage.line.default_language, queued_at=clock.now())
    with tenant_scope(stage.line):
        opened = begin_conversation(stage.line, begun, sealed=sealed, prints=prints)
    return _talk(stage, opened)


def _talk(stage: Stage, opened: Opened) -> Talk:
    talk = Talk(opened.conversation, secret_hash(opened.secret.reveal()))
    _note_segment(stage, talk)
    return talk


def _note_segment(stage: Stage, talk: Talk) -> None:
    """Remember under which keys a talk is sealed: once it is gone its rows do not tell."""
    with tenant_scope(stage.line):
        found = Conversation.objects.filter(pk=talk.id).values_list("segment_id", flat=True).first()
    if found is not None and found not in talk.segments:
        talk.segments.append(found)


def take(stage: Stage, talk: Talk) -> None:
    """Let the counsellor take a talk, past the pause after the last one."""
    assert stage.counsellor is not None
    with tenant_scope(stage.line):
        rest_over(stage.line, stage.counsellor)
        claim(stage.line, stage.counsellor, talk.id, then=lambda _talk: None)


def say(stage: Stage, talk: Talk, text: str, *, by: Author = Author.VISITOR) -> None:
    """Store a message. Raises HelplineError where the database does not take it."""
    line, message = stage.line, uuid4()
    with tenant_scope(line):
        conversation = Conversation.objects.get(pk=talk.id)
        key = talk_keys(line, conversation)[conversation.segment_id]
        body = key.sealer.seal(text, author=by, message=message)
        sender = None if by is Author.VISITOR else conversation.counsellor_id
        columns = (line.pk, talk.id, int(by), sender, message, conversation.segment_id, body)
        with connection.cursor() as cursor:
            cursor.execute(POST, [[one] for one in columns])
            outcome = cursor.fetchone()[1]
    if outcome != Outcome.STORED:
        raise HelplineError(f"a message was not stored: {Outcome(outcome).name.lower()}")
    _note_segment(stage, talk)


def end(stage: Stage, talk: Talk, *, by: By) -> datetime:
    """End a talk, and return when it ended."""
    end_conversation(stage.line, talk.id, by=by)
    sandbox.settle()
    return clock.now()


def texts_in(stage: Stage, talk: Talk) -> list[str]:
    """Return what the two in a talk that goes on see of it."""
    with tenant_scope(stage.line):
        caught = catch_up(stage.line, talk.id, after=0)
    return [message.text for message in caught.page.messages]


def look(stage: Stage, talk: Talk) -> Seen:
    """Try to read a talk: through the program, past it in the rows, and by its keys alone."""
    with tenant_scope(stage.line):
        code = _by_code(stage, talk)
        with connection.cursor() as cursor:
            cursor.execute(_ROWS, [talk.id])
            rows = bool(cursor.fetchone()[0])
    opened = keys.open_keys(stage.line, conversation=talk.id, segments=talk.segments)
    return Seen(code, rows, bool(opened))


def _by_code(stage: Stage, talk: Talk) -> bool:
    with suppress(HelplineError):
        return bool(catch_up(stage.line, talk.id, after=0).page.messages)
    try:
        kept = kept_talk(stage.line, stage.officers[0], talk.id, after=0, purpose="-")
    except HelplineError:
        return False
    return bool(kept.caught.page.messages)


def is_gone(stage: Stage, talk: Talk) -> bool:
    """Say whether neither a row nor a key of a talk is left, expired or not."""
    with tenant_scope(stage.line):
        left = _left(talk)
        with database_role(PURGE):
            left += _left(talk)
    return not left and keys.missing_keys(stage.line, talk.segments) == set(talk.segments)


def _left(talk: Talk) -> int:
    count = 0
    with connection.cursor() as cursor:
        for query in _LEFT:
            cursor.execute(query, [talk.id])
            count += int(cursor.fetchone()[0])
    return count


@dataclass
class Watched:
    """How a talk was seen around its promised end."""

    end: datetime
    before: Seen
    after: Seen
    gone_by: datetime | None


def watch(
    stage: Stage, talk: Talk, end: datetime, *, before: Seen | None = None
) -> Generator[datetime, None, Watched]:
    """Look at a talk just before and just at ``end``, and for whether it is gone a minute later.

    ``before`` is what was seen where the end is now.
    """
    if end - INSTANT > clock.now():
        yield end - INSTANT
        before = None
    before = before or look(stage, talk)
    if end > clock.now():
        yield end
    after = look(stage, talk)
    if not after.readable:
        stage.note(_("The talk cannot be read any more: by nobody, in no row and by no key."))
    gone_by = clock.now() if is_gone(stage, talk) else None
    if gone_by is None:
        yield end + MINUTE
        stage.purge()
        gone_by = clock.now() if is_gone(stage, talk) else None
    if gone_by is not None:
        stage.note(_("Nothing is left of the talk, neither a row nor a key."))
    return Watched(end, before, after, gone_by)


def judge(stage: Stage, kind: str, watched: Watched) -> None:
    """Say what became of the promise to forget a talk."""
    end = stage.when(watched.end)
    outcome = Verdict.BROKEN
    if watched.after.readable:
        words = _("Still to be read at %(end)s, through %(walls)s.")
        said = words % {"end": end, "walls": watched.after.walls()}
    elif watched.gone_by is None:
        said = _("Not to be read from %(end)s on, and not gone a minute later.") % {"end": end}
    else:
        outcome = Verdict.KEPT
        words = _("To be read until %(end)s and not from then on; gone by %(gone)s.")
        if not watched.before.readable:
            words = _("Gone before %(end)s already.")
        said = words % {"end": end, "gone": stage.when(watched.gone_by)}
    stage.judge(kind, outcome, said)
