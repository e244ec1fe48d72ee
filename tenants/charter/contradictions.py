"""Promises that are each well formed and cannot both be kept.

A page that says both would lie in one of the two. The list follows from the promises that a
charter can make; one more promise, one more look at this page.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence

from django.utils.translation import gettext as _

from tenants.charter import shape
from tenants.charter.colours import READABLE, contrast
from tenants.charter.openings import shortest_opening
from tenants.charter.policy import length
from tenants.charter.table import Problems, choices, shown

_DAYS = {
    "months": 31.0,
    "days": 1.0,
    "working_days": 1.0,
    "hours": 1 / 24,
    "minutes": 1 / 1440,
    "seconds": 1 / 86400,
}
# From when each kind of data may be counted, and the kinds that every policy has a word about.
_STARTS = {
    "conversation": ("ended", "flagged"),
    "address": ("began",),
    "audit": ("written",),
    "account": ("left",),
    "session": ("signed_in",),
    "log": ("written",),
    "evaluation": ("given", "pooled"),
}
_ALWAYS = tuple(kind for kind in _STARTS if kind not in ("address", "evaluation"))
# Answers are put together after midnight: what lives no longer than a day is never read.
_SHORTEST_WAIT_DAYS = 2.0
# Somebody who was signed in yesterday may not be at the desk today.
_LONGEST_SESSION_DAYS = 1.0
# These rules have told visitors that nobody but their counsellor sees what they write.
_ONLY_THE_TWO = frozenset({"S7", "D4"})
# Where it is told, the two colours, and the least contrast between them.
PAIRS = (
    ("theme.accent_text", "accent_text", "accent", READABLE),
    ("theme.text", "text", "surface", READABLE),
    ("theme.accent", "accent", "surface", READABLE),
    ("bubble.text", "bubble_text", "bubble", READABLE),
)


def refuse_contradictions(charter: shape.Charter, problems: Problems) -> None:
    """Note in ``problems`` what in ``charter`` contradicts itself."""
    said = {statement.rule for statement in charter.statements}
    refuse_policy(charter.policy, problems, said=said)
    _refuse_offering_nothing(charter, problems)
    _refuse_twice(charter, problems)
    _refuse_self(charter, problems)
    refuse_unreadable(charter.theme, problems)
    _refuse_endless_last_call(charter, problems)
    _refuse_phrases_with_names(charter, problems)


def refuse_policy(policy: shape.Policy, problems: Problems, *, said: Collection[str] = ()) -> None:
    """Note in ``problems`` which promises of a policy, of a charter or a draft, cannot all be kept.

    ``said`` has the rules that the line's statements beside it come from.
    """
    if not problems.below("policy.keep"):
        _refuse_silence(policy, problems)
        for index, each in enumerate(policy.keep):
            _refuse_life(f"policy.keep[{index}]", each, policy, problems)
            if (each.kind, each.starts) in {(one.kind, one.starts) for one in policy.keep[:index]}:
                problems.note(
                    f"policy.keep[{index}]",
                    found=f"a second life from {each.starts}",
                    expected="one",
                )
        _refuse_kept_and_gone(policy, problems)
        _refuse_answers_without_end(policy, problems)
    _refuse_asking_for_nothing(policy, problems)
    _refuse_a_third(policy, said, problems)


def _refuse_silence(policy: shape.Policy, problems: Problems) -> None:
    for kind in _ALWAYS:
        if policy.life(kind, _STARTS[kind][0]) is None:
            problems.note(
                "policy.keep",
                found=_('no entry for "%(kind)s" from "%(starts)s"')
                % {"kind": kind, "starts": _STARTS[kind][0]},
                expected=_("how long it is kept"),
            )
    has_life = policy.life("address", "began") is not None
    if (policy.address == "vault") != has_life and not problems.below("policy.address"):
        problems.note(
            "policy.address",
            found=f'kept = "{policy.address}"',
            expected=_('a number of days with "vault" and none with "never"'),
        )


def _refuse_life(key: str, each: shape.Keep, policy: shape.Policy, problems: Problems) -> None:
    """Note what is wrong with one life, by itself and beside how long a talk is kept."""
    usual = policy.life("conversation", "ended")
    starts = _STARTS.get(each.kind, (each.starts,))
    if each.starts not in starts:
        problems.note(f"{key}.starts", found=shown(each.starts), expected=choices(starts))
    if each.suspended_by and (each.kind != "conversation" or not each.amount):
        problems.note(
            f"{key}.suspended_by",
            found=shown(each.suspended_by[0]),
            expected=_("nothing: only a talk can be held, and not one that is deleted at once"),
        )
    if each.kind != "conversation" and not each.amount:
        expected = _("at least 1: it is needed for a while")
        problems.note(f"{key}.amount", found="0", expected=expected)
    if each.kind == "session" and _days(each) > _LONGEST_SESSION_DAYS:
        problems.note(key, found=length(each), expected=_("a session of at most a day"))
    if usual and each.starts == "flagged" and _days(each) >= _days(usual):
        expected = _("a shorter life than %(usual)s") % {"usual": length(usual)}
        problems.note(key, found=length(each), expected=expected)


def _refuse_kept_and_gone(policy: shape.Policy, problems: Problems) -> None:
    usual = policy.life("conversation", "ended")
    if usual is None:
        return
    if policy.access == "anyone" and usual.amount and "access" not in usual.suspended_by:
        problems.note(
            "policy.access.who",
            found=shown(policy.access),
            expected=_(
                'suspended_by = ["access"]: what is asked for must not go before the answer'
            ),
        )
    if policy.access == "anyone" and not usual.amount:
        problems.note(
            "policy.access.who",
            found=shown(policy.access),
            expected=_('"nobody" or "own_journal": talks are deleted at close'),
        )
    if policy.may_erase and usual.amount:
        problems.note(
            "policy.erase.allowed",
            found=shown(policy.may_erase),
            expected=_("false: talks are kept after they end"),
        )
    if policy.parks and not usual.amount:
        problems.note(
            "policy.leave.parks",
            found=shown(policy.parks),
            expected=_("false: talks are deleted at close, and who leaves wants it closed"),
        )
    for index, each in enumerate(policy.keep):
        if "access" in each.suspended_by and policy.access != "anyone":
            problems.note(
                f"policy.keep[{index}].suspended_by",
                found='"access"',
                expected=_('policy.access.who = "anyone", or no such hold'),
            )


def _refuse_answers_without_end(policy: shape.Policy, problems: Problems) -> None:
    """Note where it is asked how it went and not said how long the answers live, or the reverse."""
    lives = {starts: policy.life("evaluation", starts) for starts in _STARTS["evaluation"]}
    if any((life is not None) != policy.evaluation for life in lives.values()):
        problems.note(
            "policy.evaluation.offered",
            found=shown(policy.evaluation),
            expected=_(
                'lives of "evaluation" from "given" and from "pooled" where it is true, '
                "and none where it is false"
            ),
        )
    waits = lives["given"]
    if waits and _days(waits) < _SHORTEST_WAIT_DAYS:
        problems.note("policy.keep", found=length(waits), expected=_("at least 2 days"))


def _refuse_offering_nothing(charter: shape.Charter, problems: Problems) -> None:
    if bool(charter.evaluation) != charter.policy.evaluation and not (
        problems.below("evaluation") or problems.below("policy.evaluation")
    ):
        problems.note(
            "policy.evaluation.offered",
            found=shown(charter.policy.evaluation),
            expected="questions [[evaluation]] where it is true, and none where it is false",
        )


def _refuse_asking_for_nothing(policy: shape.Policy, problems: Problems) -> None:
    if policy.access == "own_journal" and not policy.journal:
        problems.note(
            "policy.access.who",
            found=shown(policy.access),
            expected="policy.journal.written = true, or nobody who may ask for it",
        )


def _refuse_a_third(policy: shape.Policy, said: Collection[str], problems: Problems) -> None:
    """Note where a colleague may read what only two were to see.  Rule: S7, D4."""
    cited = {*said, *policy.rules.values(), *(each.rule for each in policy.keep)}
    forbids = sorted(cited & _ONLY_THE_TWO)
    if policy.colleague_may_read and forbids:
        problems.note(
            "policy.colleague.may_read",
            found=shown(policy.colleague_may_read),
            expected=_("false: by %(rules)s only the counsellor sees the talk")
            % {"rules": ", ".join(forbids)},
        )


def _refuse_twice(charter: shape.Charter, problems: Problems) -> None:
    names: Mapping[str, Iterable[str]] = {
        "subjects": (each.slug for each in charter.subjects),
        "evaluation": (each.slug for each in charter.evaluation),
        "requirements": (f"{each.group}/{each.kind}" for each in charter.requirements),
        "notices": (each.slug for each in charter.notices),
        "contacts": (f"{each.kind} {each.value}" for each in charter.contacts),
        "partners": (each.slug for each in charter.partners),
        "phrases": (each.slug for each in charter.phrases),
    }
    for key, each in names.items():
        for name, times in Counter(each).items():
            if times > 1 and not problems.below(key):
                problems.note(key, found=said_twice(name, times), expected=_("each once"))


def _refuse_phrases_with_names(charter: shape.Charter, problems: Problems) -> None:
    """A line that shows no first name has no phrase that tells it.  Rule: S3, D1, B7."""
    if not charter.queue.shows_first_name:
        refuse_names([phrase.texts for phrase in charter.phrases], problems)


def refuse_names(phrases: Sequence[shape.Texts], problems: Problems) -> None:
    """Note in which of ``phrases`` the first name stands."""
    for index, texts in enumerate(phrases):
        for language, text in texts.items():
            if "{name}" in text:
                problems.note(
                    f"phrases[{index}].{language}",
                    found="{name}",
                    expected=_("no name: first names are not shown here"),
                )


def said_twice(name: str, times: int) -> str:
    """Say that something stands there more than once."""
    return _("%(what)s %(times)s times") % {"what": shown(name), "times": times}


def _refuse_self(charter: shape.Charter, problems: Problems) -> None:
    for index, partner in enumerate(charter.partners):
        if partner.slug and partner.slug == charter.slug:
            problems.note(
                f"partners[{index}].slug", found=shown(partner.slug), expected=_("another tenant")
            )


def refuse_unreadable(theme: Mapping[str, str], problems: Problems) -> None:
    """Note which colours of ``theme`` cannot be read on each other."""
    for key, front, back, least in PAIRS:
        if not theme.get(front) or not theme.get(back):
            continue
        ratio = contrast(theme[front], theme[back])
        if ratio < least:
            problems.note(
                key,
                found=_("%(front)s on %(back)s, contrast %(ratio)s")
                % {
                    "front": shown(theme[front]),
                    "back": shown(theme[back]),
                    "ratio": f"{ratio:.2f}",
                },
                expected=_("a contrast of at least %(least)s") % {"least": least},
            )


def _refuse_endless_last_call(charter: shape.Charter, problems: Problems) -> None:
    if not problems.below("hours"):
        refuse_endless_last_call(
            charter.queue.last_call_minutes, shortest_opening(charter.opens.usual), problems
        )


def refuse_endless_last_call(minutes: int, shortest: int | None, problems: Problems) -> None:
    """Note where the last call is longer than the ``shortest`` opening, both in minutes."""
    if shortest and minutes >= shortest:
        problems.note(
            "queue.last_call_minutes",
            found=shown(minutes),
            expected=_("less than the shortest opening, %(minutes)s minutes")
            % {"minutes": shortest},
        )


def _days(keep: shape.Keep) -> float:
    return keep.amount * _DAYS.get(keep.unit, 0)
