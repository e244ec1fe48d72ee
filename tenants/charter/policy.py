"""``[policy.*]``: what is kept, for how long, and who may ask for it."""

from __future__ import annotations

from collections.abc import Sequence

from tenants.charter import shape
from tenants.charter.table import Table, shown
from tenants.models import Policy, PolicyRule

HOLDS = ("investigation", "danger", "access")  # what may keep a talk beyond its time
_MOST_DAYS = 90
# How long an address lives stands in [policy.address], beside whether it is kept at all.
_KINDS = tuple(kind for kind in PolicyRule.Kind.values if kind != PolicyRule.Kind.ADDRESS)


def read_policy(root: Table, languages: Sequence[str]) -> shape.Policy:
    table = root.table("policy")
    address, life, address_rule = _address(table.table("address"))
    access, access_rule = _one(table.table("access"), "who")
    erase, erase_rule = _yes(table.table("erase"), "allowed")
    parks, leave_rule = _yes(table.table("leave"), "parks")
    journal, journal_rule = _yes(table.table("journal"), "written")
    triage, triage_rule = _yes(table.table("triage"), "offered")
    evaluation, evaluation_rule = _yes(table.table("evaluation"), "offered")
    colleague, colleague_rule = _colleague(table)
    keep = tuple(_keep(entry) for entry in table.tables("keep"))
    texts, texts_rule = _words(table, languages)
    table.done()
    return shape.Policy(
        address=address,
        may_erase=erase,
        parks=parks,
        access=access,
        journal=journal,
        triage=triage,
        evaluation=evaluation,
        rules={
            "address": address_rule,
            "access": access_rule,
            "erase": erase_rule,
            "leave": leave_rule,
            "journal": journal_rule,
            "triage": triage_rule,
            "evaluation": evaluation_rule,
            **colleague_rule,
            **texts_rule,
        },
        texts=texts,
        keep=keep + life,
        colleague_may_read=colleague,
    )


def _colleague(table: Table) -> tuple[bool, dict[str, str]]:
    """Return whether a colleague may read along, and its rule; not where nothing is said."""
    if not table.has("colleague"):
        return False, {}
    may_read, rule = _yes(table.table("colleague"), "may_read")
    return may_read, {"colleague": rule}


def _words(table: Table, languages: Sequence[str]) -> tuple[dict[str, str], dict[str, str]]:
    """Return the tenant's own words on its privacy page, and the rule that they come from."""
    if not table.has("words"):
        return {}, {}
    words = table.table("words")
    found = words.texts(languages), {"words": words.rule()}
    words.done()
    return found


def _address(table: Table) -> tuple[str, tuple[shape.Keep, ...], str]:
    kept = table.choice("kept", Policy.Address.values)
    days = None
    if kept == Policy.Address.VAULT or table.has("days"):
        days = table.whole("days", least=1, most=_MOST_DAYS)
    if kept == Policy.Address.NEVER and days is not None:
        table.refuse("days", found=days, expected='no days where kept = "never"')
    rule = table.rule()
    table.done()
    if days is None:
        return kept, (), rule
    life = shape.Keep(
        kind=PolicyRule.Kind.ADDRESS.value,
        starts=PolicyRule.Starts.BEGAN.value,
        amount=days,
        unit=PolicyRule.Unit.DAYS.value,
        suspended_by=(),
        suspended_rule="",
        rule=rule,
    )
    return kept, (life,), rule


def _one(table: Table, key: str) -> tuple[str, str]:
    found = table.choice(key, Policy.Access.values), table.rule()
    table.done()
    return found


def _yes(table: Table, key: str) -> tuple[bool, str]:
    found = table.flag(key), table.rule()
    table.done()
    return found


def _keep(entry: Table) -> shape.Keep:
    suspended_by: tuple[str, ...] = ()
    suspended_rule = ""
    if entry.has("suspended_by") or entry.has("suspended_rule"):
        suspended_by = entry.words("suspended_by", HOLDS)
        suspended_rule = entry.rule("suspended_rule")
    keep = shape.Keep(
        kind=entry.choice("what", _KINDS),
        starts=entry.choice("starts", PolicyRule.Starts.values),
        amount=entry.whole("amount", least=0, most=3650),
        unit=entry.choice("unit", PolicyRule.Unit.values),
        suspended_by=suspended_by,
        suspended_rule=suspended_rule,
        rule=entry.rule(),
    )
    entry.done()
    return keep


def length(keep: shape.Keep) -> str:
    """Return how long ``keep`` lasts, as the file says it."""
    return f"{shown(keep.amount)} {keep.unit} from {keep.starts}"
