"""The verifier finds every kind of tampering, from the file alone, and says where."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from retention.chain import FORMAT, beginning, filled_up, hash_of_day, salted, told

FIRST = date(2026, 11, 20)
SLUG = "tidaholm"
Said = dict[str, Any]


def made(days: int = 4) -> Said:
    """Return a ledger as it is published; each day has seven talks told and two hidden."""
    previous, out = beginning(SLUG), []
    for number in range(days):
        rows = filled_up([salted("conversation", "T9", 7, 7), salted("farewell", "ours", 2, 2)])
        on, commitments = FIRST + timedelta(days=number), [row.commitment for row in rows]
        digest = hash_of_day(previous, on, commitments)
        shown = [{**row_of(row), "salt": row.salt.hex()} for row in told(rows)]
        out.append(
            {
                "on": str(on),
                "previous": previous.hex(),
                "commitments": [one.hex() for one in commitments],
                "counts": shown,
                "hash": digest.hex(),
            }
        )
        previous = digest
    return {"format": FORMAT, "tenant": SLUG, "days": out}


def row_of(row: Any) -> Said:
    return {"kind": row.kind, "rule": row.rule, "due": row.due, "done": row.done}


def verify(path: Path, *options: str) -> str:
    out = io.StringIO()
    call_command("verify_ledger", str(path), *options, stdout=out)
    return out.getvalue()


def stored(tmp_path: Path, said: Said, name: str = "ledger.json") -> Path:
    path = tmp_path / name
    path.write_text(json.dumps(said))
    return path


def complaint(path: Path, *options: str) -> str:
    with pytest.raises(CommandError) as refused:
        verify(path, *options)
    return str(refused.value).removeprefix(f"{path}: ")


def test_whole_ledger_is_told_to_be_whole(tmp_path: Path) -> None:
    said = made()
    path = stored(tmp_path, said)

    assert verify(path) == (
        f"{path}: tidaholm, 4 days from 2026-11-20 to 2026-11-23, none missing, each bound to the"
        f" one before. 4 counts are what was sealed. Latest hash {said['days'][-1]['hash']}\n"
    )


def test_standard_input_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps({**made(0), "days": []})))
    out = io.StringIO()

    call_command("verify_ledger", "-", stdout=out)

    assert out.getvalue() == "-: tidaholm, no day sealed yet.\n"


def forge_count(said: Said) -> None:
    said["days"][1]["counts"][0]["done"] = 6


def forge_rule(said: Said) -> None:
    said["days"][1]["counts"][0]["rule"] = "ours"


def forge_salt(said: Said) -> None:
    said["days"][1]["counts"][0]["salt"] = "00" * 16


def tell_twice(said: Said) -> None:
    said["days"][1]["counts"] *= 2


def drop_day(said: Said) -> None:
    del said["days"][1]


def double_day(said: Said) -> None:
    said["days"].insert(1, said["days"][1])


def move_day(said: Said) -> None:
    said["days"][0]["on"] = "2026-11-19"


def change_commitment(said: Said) -> None:
    said["days"][2]["commitments"][0] = "00" * 32


def reorder_commitments(said: Said) -> None:
    said["days"][2]["commitments"].reverse()


def drop_commitment(said: Said) -> None:
    said["days"][2]["commitments"].pop()


def cut_the_beginning(said: Said) -> None:
    del said["days"][0]


def rename(said: Said) -> None:
    said["tenant"] = "urph"


def change_hash(said: Said) -> None:
    said["days"][3]["hash"] = "11" * 32


def break_the_file(said: Said) -> None:
    del said["days"][0]["hash"]


def other_format(said: Said) -> None:
    said["format"] = "helpline-ledger-0"


NOT_SEALED = "of kind conversation by rule {rule} is not what was sealed"
FORGERIES: list[tuple[Callable[[Said], None], str]] = [
    (forge_count, "2026-11-21: 6 of 7 " + NOT_SEALED.format(rule="T9")),
    (forge_rule, "2026-11-21: 7 of 7 " + NOT_SEALED.format(rule="ours")),
    (forge_salt, "2026-11-21: 7 of 7 " + NOT_SEALED.format(rule="T9")),
    (tell_twice, "2026-11-21: 7 of 7 " + NOT_SEALED.format(rule="T9")),
    (drop_day, "2026-11-22: stands where 2026-11-21 should; a day is missing or doubled"),
    (double_day, "2026-11-21: stands where 2026-11-22 should; a day is missing or doubled"),
    (move_day, "2026-11-19: its hash is not that of its commitments"),
    (change_commitment, "2026-11-22: its hash is not that of its commitments"),
    (reorder_commitments, "2026-11-22: its hash is not that of its commitments"),
    (drop_commitment, "2026-11-22: its hash is not that of its commitments"),
    (cut_the_beginning, "2026-11-21: does not follow from the day before"),
    (rename, "2026-11-20: does not follow from the day before"),
    (change_hash, "2026-11-23: its hash is not that of its commitments"),
    (break_the_file, "the file cannot be read: KeyError 'hash'"),
    (other_format, "the file is not of the format helpline-ledger-1"),
]


@pytest.mark.parametrize(
    ("forge", "found"), FORGERIES, ids=lambda value: getattr(value, "__name__", "")
)
def test_tampering_is_found_where_it_is(
    tmp_path: Path, forge: Callable[[Said], None], found: str
) -> None:
    said = made()
    verify(stored(tmp_path, said))

    forge(said)

    assert complaint(stored(tmp_path, said)) == found


def test_later_ledger_begins_with_the_earlier(tmp_path: Path) -> None:
    said = made()
    old = stored(tmp_path, {**said, "days": said["days"][:2]}, "old.json")
    new = stored(tmp_path, said)

    assert verify(new, "--since", str(old)).endswith(f"all 2 days of {old} are unchanged.\n")


def test_history_written_anew_is_found_beside_an_earlier_download(tmp_path: Path) -> None:
    old = stored(tmp_path, made(3), "old.json")

    # Whole in itself, and not what was published.
    assert complaint(stored(tmp_path, made(4)), "--since", str(old)) == (
        "2026-11-20: was published earlier with other contents"
    )


def test_days_that_are_gone_are_found_beside_an_earlier_download(tmp_path: Path) -> None:
    said = made(3)
    old = stored(tmp_path, said, "old.json")
    cut = stored(tmp_path, {**said, "days": said["days"][:2]})
    foreign = stored(tmp_path, {**made(0), "tenant": "urph"}, "foreign.json")

    assert complaint(cut, "--since", str(old)) == (
        "2026-11-22: was published earlier and is missing now"
    )
    assert complaint(foreign, "--since", str(old)) == (
        "the earlier file is of tidaholm and this one of urph"
    )
