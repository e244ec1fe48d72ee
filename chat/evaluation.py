"""What a visitor may answer after a talk, and what the answers of many become.  Rule: S9

A token goes with the end of a talk and proves only that some talk of the line has ended lately
(retention/tokens.py). The answers go to the shuffled writer, which ties them to nobody
(retention/shuffled.py); when enough have come, each question's answers are laid together by
themselves, so that not even two answers of one person can be told to belong together.
"""

from __future__ import annotations

import json
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from chat.models import Farewell
from retention import pools, shuffled, tokens
from retention.shuffled import Mixture
from tenants.charter.shape import Question
from tenants.errors import Invalid, NotFound
from tenants.models import EvaluationForm, EvaluationQuestion, Tenant
from tenants.policies import TOGETHER, current_policy
from tenants.questions import asked_by, forms, newest_form

# What stands in the token and in the policy's rules.
KIND = "evaluation"
TEXT_LENGTH = 500
# A new line, and what joins two signs to one (a family, a flag).
_ALSO = frozenset("\n\u200d")
Answer = int | str


@dataclass(frozen=True)
class Form:
    """What is asked now."""

    version: int
    questions: tuple[Question, ...]


@dataclass(frozen=True)
class Pooled:
    """What has been answered to one question by at least ``TOGETHER``; None where by fewer.

    ``counts`` has a number for each choice or step, ``texts`` what was written, in no order.
    """

    question: Question
    counts: tuple[int, ...] | None
    texts: tuple[str, ...] | None

    @property
    def answered(self) -> int | None:
        """By how many; None where by too few."""
        if self.counts is None and self.texts is None:
            return None
        return sum(self.counts or ()) + len(self.texts or ())


def give_answers(
    tenant: Tenant, token: str, answers: Mapping[str, object], *, version: int | None = None
) -> None:
    """Take what a visitor has answered, for a token that works once. In the scope.

    ``answers`` has what was answered by the question's id, and nothing for the others; ``version``
    says of which form, the newest where it is left out. Raises Invalid, and NotFound for the token.
    """
    form = _form(tenant, version)
    questions = {each.slug: each for each in asked_by(form)}
    unknown = sorted(answers.keys() - questions.keys())
    if unknown:
        raise Invalid(f"`answers` has only questions of form {form.version}")
    said = {slug: _checked(questions[slug], value) for slug, value in answers.items()}
    given = {slug: value for slug, value in said.items() if value != ""}
    # In the order of the names: which question was answered last is nobody's business.
    line = json.dumps([form.version, given], ensure_ascii=False, sort_keys=True)
    shuffled.put(EVALUATION, tenant, line, token=token)


def asked_now(tenant: Tenant) -> Form | None:
    """Return what is asked after a talk, or None where nothing is. In the scope."""
    policy = current_policy(tenant)
    if not policy.evaluation or not pools.keeps(policy, KIND):
        return None
    form = newest_form(tenant)
    questions = asked_by(form) if form else ()
    return Form(form.version, questions) if form and questions else None


def token_of(tenant: Tenant, day: date | None) -> str | None:
    """Return a token for somebody whose talk has ended on ``day``; None where nothing is asked."""
    return tokens.issue(tenant, KIND, day=day) if day else None


def claim_token(conversation: UUID, *, day: date) -> date | None:
    """Let the tab of a talk that has ended have a token, once; say of which day. In the scope."""
    unasked = Farewell.objects.filter(conversation_id=conversation, asks=True, asked=False)
    return day if unasked.update(asked=True) else None


def pooled(tenant: Tenant) -> list[tuple[Form, list[Pooled]]]:
    """Return what has been answered, by form, the newest first. In the scope.

    Only forms that ask something, and nothing of a question that fewer than ``TOGETHER`` answered.
    """
    together = _together(shuffled.poured(EVALUATION, tenant))
    found = []
    for row in forms(tenant):
        form = Form(row.version, asked_by(row))
        if form.questions:
            given = together.get(str(row.version), {})
            found.append(
                (form, [_pooled(each, given.get(each.slug, [])) for each in form.questions])
            )
    return found


def _form(tenant: Tenant, version: int | None) -> EvaluationForm:
    if version is None:
        form = newest_form(tenant)
    else:
        form = next((one for one in forms(tenant) if one.version == version), None)
    if form is None:
        raise NotFound("nothing is asked here") if version is None else Invalid("no such `form`")
    return form


def _checked(question: Question, value: object) -> Answer:
    if question.kind == EvaluationQuestion.Kind.TEXT:
        return _text(question, value)
    if question.kind == EvaluationQuestion.Kind.SCALE:
        steps = steps_of(question)
        if type(value) is not int or value not in steps:
            raise Invalid(f"`{question.slug}` is a number from {steps[0]} to {steps[-1]}")
        return value
    slugs = [one.slug for one in question.choices]
    if not isinstance(value, str) or value not in slugs:
        raise Invalid(f"`{question.slug}` is one of {', '.join(slugs)}")
    return value


def _text(question: Question, value: object) -> str:
    if not isinstance(value, str):
        raise Invalid(f"`{question.slug}` is a text")
    # Control characters say nothing, and written down they take more room than a line has.
    plain = "".join(
        one for one in unicodedata.normalize("NFC", value) if one in _ALSO or one.isprintable()
    ).strip()
    if len(plain) > TEXT_LENGTH:
        raise Invalid(f"`{question.slug}` has at most {TEXT_LENGTH} characters")
    return plain


def steps_of(question: Question) -> range:
    """Return the steps of a scale, which its two ends name."""
    low, high = (int(end.slug) for end in question.choices)
    return range(low, high + 1)


def mix(lines: Sequence[str]) -> str:
    """Lay the answers to each question together, in the order of their values."""
    mixed: dict[str, dict[str, list[Answer]]] = {}
    for line in lines:
        version, given = json.loads(line)
        for slug, value in given.items():
            mixed.setdefault(str(version), {}).setdefault(slug, []).append(value)
    return json.dumps(_sorted(mixed), ensure_ascii=False)


def _sorted(mixed: dict[str, dict[str, list[Answer]]]) -> dict[str, dict[str, list[Answer]]]:
    return {
        version: {slug: sorted(values, key=str) for slug, values in sorted(given.items())}
        for version, given in sorted(mixed.items())
    }


def _together(texts: Sequence[str]) -> dict[str, dict[str, list[Answer]]]:
    """Lay what was poured in different weeks together."""
    all_of: dict[str, dict[str, list[Answer]]] = {}
    for text in texts:
        for version, given in json.loads(text).items():
            for slug, values in given.items():
                all_of.setdefault(version, {}).setdefault(slug, []).extend(values)
    return _sorted(all_of)


def _pooled(question: Question, values: Sequence[Answer]) -> Pooled:
    if len(values) < TOGETHER:
        return Pooled(question, None, None)
    if question.kind == EvaluationQuestion.Kind.TEXT:
        return Pooled(question, None, tuple(str(value) for value in values))
    counted = Counter(str(value) for value in values)
    if question.kind == EvaluationQuestion.Kind.SCALE:
        return Pooled(question, tuple(counted[str(step)] for step in steps_of(question)), None)
    return Pooled(question, tuple(counted[one.slug] for one in question.choices), None)


EVALUATION = Mixture(KIND, mix)
EVALUATIONS = pools.kind_of(KIND)
