"""Notes between shifts: read by everybody at the line, about nobody, and gone in time."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chat.models import HandoverNote
from chat.personal import found_in
from retention import clock, keys, purge
from tenants.models import Role, Tenant
from tenants.scope import tenant_scope
from tests.office.doors import Door
from tests.talks import Row, owner_rows
from tests.world import move_clock, open_tenants

PAGE = "/desk/office/handover/"
TEXT = "Køen var lang etter kl. 20. Kaffen er tom."


@pytest.fixture
def lines(transactional_db: None) -> list[Tenant]:
    return open_tenants("detfinneshjelp", "tidaholm")


def rows() -> list[Row]:
    return owner_rows("default", "SELECT id FROM chat_handovernote")


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        (TEXT, []),
        ("Vi hadde 12 samtaler mellom 18.30 og 21.00 den 24122010, og 20 30 40 50 i går.", []),
        ("Innkjøpet kostet 45678900 kr, sak 41234567.", []),
        ("Ring 412 34 567 i morgen", ["phone"]),
        ("Ring meg på +46 70 174 06 05", ["phone"]),
        ("Skriv til ola@eksempel.no", ["email"]),
        ("ola (at) eksempel.no", ["email"]),
        ("Se https://eksempel.test/12", ["link"]),
        ("Ligger på www.eksempel.test", ["link"]),
        # Norway: a number made up for tests, with 80 on the month; a D-number with 40 on the day.
        ("Hun er 138965 00028", ["national"]),
        ("Nummeret var 53128000026", ["national"]),
        ("personnummer: 811218 9876", ["national"]),
        ("hon är 19811278-9873", ["national"]),
    ],
)
def test_what_looks_like_personal_data_is_found(text: str, kinds: list[str]) -> None:
    assert found_in(text) == kinds


@pytest.mark.django_db(transaction=True)
def test_note_is_read_by_all_at_the_line_and_by_nobody_else(tenant: Tenant, other: Tenant) -> None:
    writer, lead = Door.of(tenant, Role.COUNSELLOR), Door.of(tenant, Role.SUPERVISOR)
    colleague, outsider = Door.of(tenant, Role.COUNSELLOR, 2), Door.of(other, Role.ADMINISTRATOR)

    assert writer.post(PAGE, {"text": TEXT}).status_code == 302

    everybody = [writer, lead, colleague, Door.of(tenant, Role.OFFICER)]
    assert all(TEXT in door.read(PAGE) for door in everybody)
    assert TEXT not in outsider.read(PAGE)
    with tenant_scope(tenant):
        note = HandoverNote.objects.get()
    # One's own, or the lead's to take away; to everybody else it is not there.
    remove = f"{PAGE}{note.pk}/remove/"
    assert [door.post(remove).status_code for door in (outsider, colleague)] == [404, 404]
    assert lead.post(remove).status_code == 302
    assert TEXT not in writer.read(PAGE)


@pytest.mark.django_db(transaction=True)
def test_note_with_personal_data_is_refused_in_words_and_stored_nowhere(tenant: Tenant) -> None:
    writer = Door.of(tenant, Role.COUNSELLOR)

    answer = writer.post(PAGE, {"text": "Ring 412 34 567 eller ola@eksempel.no"})

    assert answer.status_code == 422
    said = answer.content.decode()
    assert 'role="alert"' in said
    assert "412 34 567" in said  # what was written is not lost to who wrote it
    assert [writer.post(PAGE, {"text": text}).status_code for text in ("", "x" * 1001)] == [422] * 2
    assert rows() == []


@pytest.mark.django_db(transaction=True)
def test_note_is_unreadable_when_its_hours_are_over_and_then_gone(tenant: Tenant) -> None:
    writer = Door.of(tenant, Role.COUNSELLOR)
    writer.post(PAGE, {"text": TEXT})
    move_clock(clock.now() + timedelta(hours=47, minutes=59))
    assert TEXT in writer.read(PAGE)

    move_clock(clock.now() + timedelta(minutes=2))

    assert TEXT not in writer.read(PAGE)
    assert len(rows()) == 1
    purge.purge()
    assert rows() == []


@pytest.mark.django_db(transaction=True)
def test_note_is_sealed_and_goes_with_its_key(tenant: Tenant, other: Tenant) -> None:
    writer, outsider = Door.of(tenant, Role.COUNSELLOR), Door.of(other, Role.COUNSELLOR)
    for door in (writer, writer, outsider):
        door.post(PAGE, {"text": TEXT})
    kept = owner_rows("default", "SELECT * FROM chat_handovernote")
    assert not [value for row in kept for value in row if "Kaffen" in _as_text(value)]
    assert TEXT in writer.read(PAGE)

    # A copy of main that is put back has the row, and its key is gone.
    with tenant_scope(tenant):
        first, second = HandoverNote.objects.order_by("written_at")
    keys.destroy_keys(tenant, [first.segment])

    assert writer.read(PAGE).count("Kaffen er tom") == 1
    assert purge.expire_keyless() == 1
    assert len(rows()) == 2
    # Taken away by hand, the key goes first.
    assert writer.post(f"{PAGE}{second.pk}/remove/").status_code == 302
    assert keys.missing_keys(tenant, [second.segment]) == {second.segment}
    assert len(rows()) == 1
    assert TEXT in outsider.read(PAGE)


@pytest.mark.django_db(transaction=True)
def test_purge_of_a_note_destroys_its_key(tenant: Tenant) -> None:
    Door.of(tenant, Role.COUNSELLOR).post(PAGE, {"text": TEXT})
    with tenant_scope(tenant):
        segment = HandoverNote.objects.get().segment

    move_clock(clock.now() + timedelta(hours=48, minutes=1))
    purge.purge()

    assert keys.missing_keys(tenant, [segment]) == {segment}
    assert rows() == []


def _as_text(value: object) -> str:
    return bytes(value).decode("latin-1") if isinstance(value, bytes | memoryview) else str(value)
