"""How each kind of promise is kept, in plain words, and the name of what keeps it."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise as Lazy
from django.utils.translation import gettext_lazy as _

from tenants.promises import Promise


@dataclass(frozen=True)
class Enforced:
    """A promise, how it is kept, and the places in the program's text that keep it."""

    promise: Promise
    how: str
    places: tuple[str, ...]


_HUMAN = _("This is up to the people here. No part of the program writes anything of the kind yet.")
_HOW: dict[str, tuple[str | Lazy, tuple[str, ...]]] = {
    "conversation": (
        _(
            "The key that opens the talk is destroyed first and the text after it. Past its time the"
            " database shows nothing of it, even if no deletion has run."
        ),
        ("retention/keys.py:destroy_keys", "retention/purge.py:forget"),
    ),
    "flagged": (
        _(
            "Who answers marks the talk, and the talk and its key get the shorter time. A time can"
            " be made shorter and never longer."
        ),
        ("chat/lives.py:flag_talk", "retention/keys.py:shorten_each"),
    ),
    "held": (
        _(
            "Two people and a reason are needed. The deletion passes over what is held, and takes it"
            " before anybody is told that it is let go."
        ),
        ("retention/holds.py:place_hold", "retention/releases.py:release_hold"),
    ),
    "erase": (
        _(
            "The key to what was written so far is destroyed before you are told. What you write"
            " after that gets a new one."
        ),
        ("chat/conversations.py:erase_conversation",),
    ),
    "address": (
        _("The outermost door takes the address away before any other part of the program runs."),
        ("helpline/address.py:WithoutAddress",),
    ),
    "address-vault": (
        _(
            "The outermost door seals the address before any other part of the program runs, with a"
            " key that only two people together can use. The key is destroyed when its time is over."
        ),
        ("helpline/address.py:sealed_at_start", "retention/vault/openings.py:agree"),
    ),
    "access": (
        _("Nobody can open a kept talk without saying why, and that is written down."),
        ("chat/desk.py:kept_talk",),
    ),
    "journal": (_HUMAN, ()),
    "triage": (_HUMAN, ()),
    "evaluation": (
        _(
            "Nothing says to whom a form was given. The answers go into one locked bundle that is"
            " packed anew, in an order of its own, each time one is added, and that nobody opens"
            " before enough are in it."
        ),
        ("retention/tokens.py:issue", "retention/shuffled.py:put", "retention/shuffled.py:pour"),
    ),
    "code": (
        _(
            "Argon2 makes two imprints of the code: one finds the talk and is dropped at its end, one"
            " can show who wrote. Without the line's own key nobody can try a code."
        ),
        ("chat/codes.py:make_code", "chat/resuming.py:resume_conversation"),
    ),
    "leave": (
        _(
            "The page empties itself before it goes, and the server makes the key of this tab"
            " worthless. The browser's own history is out of our reach."
        ),
        ("static/chat/js/leaving.js", "chat/leaving.py:leave_talk"),
    ),
    "colleague": (
        _(
            "Whoever is asked gets the question and nothing else, and the question goes with the talk."
            " Whose a talk is stands in one place, and the page is told whenever that changes."
        ),
        ("chat/consults.py:ask_colleague", "chat/transfers.py:accept_offer"),
    ),
    "colleague-read": (
        _(
            "A colleague reads by the same mark that your page is told by, so that neither is without"
            " the other. The colleague cannot write, and the mark goes with the question, with the"
            " talk, and when something is deleted."
        ),
        ("chat/showing.py:start_showing", "chat/consults.py:shown_talk"),
    ),
    "audit": (
        _("Nothing that is written down there can be changed, and what is too old cannot be read."),
        ("tenants/audit.py:record", "retention/trail.py:AUDIT"),
    ),
    "log": (
        _("Only what stands on a short list gets into a line: names of events, counts and times."),
        ("helpline/logs.py:AllowListFormatter",),
    ),
}

# What the kinds of things that are held are called; the registry of ``retention`` has the kinds.
_KINDS: dict[str, str | Lazy] = {
    "conversation": _("Talks"),
    "farewell": _("Notes that a talk has ended"),
    "audit": _("Entries about what staff did"),
    "address": _("Locked-in IP addresses"),
    "opening": _("Requests to open the vault"),
    "hold": _("Notes that a talk was held"),
    "account": _("Members of staff who have left"),
    "invitation": _("Invitations to become a member of staff"),
    "proposal": _("Proposals that wait for a second person"),
    "evaluation": _("Answers to what we ask after a talk"),
    "handover_note": _("Notes from one shift to the next"),
    "incident": _("Notes that a counsellor had an abusive talk"),
    "outgoing": _("Notes that somebody is being passed on"),
    "incoming": _("Notes that somebody comes from another line"),
}


def enforced(promise: Promise, *, variant: str = "") -> Enforced:
    """Return how ``promise`` is kept, in the active translation."""
    how, places = _HOW[f"{promise.kind}-{variant}" if variant else promise.kind]
    return Enforced(promise, str(how), places)


def kind_in_words(kind: str) -> str:
    return str(_KINDS.get(kind, kind))
