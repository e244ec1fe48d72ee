"""Every page of promises, partners and staff, tried by whoever it is not for."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from referrals.models import Partnership
from referrals.partnerships import Terms, propose
from tenants.models import Role, Tenant, User
from tenants.scope import tenant_scope
from tests import world
from tests.administration.inside import Inside, browser_of

pytestmark = pytest.mark.django_db(transaction=True)

PAGES = (
    "promises/", "promises/draft/", "promises/publish/", "evaluation/", "evaluation/write/",
    "partners/", "partners/propose/", "partners/{pact}/", "tenants/membership/", "members/{member}/",
    "members/{member}/leave/", "invitations/", "rota/", "at-the-desk/", "referrals/service/",
)  # fmt: skip
ACTS = (
    "promises/draft/", "promises/publish/", "promises/discard/", "evaluation/write/",
    "evaluation/preview/", "partners/propose/", "partners/{pact}/revoke/", "members/{member}/",
    "members/{member}/enter/", "members/{member}/verify/", "members/{member}/end/",
    "members/{member}/leave/", "invitations/", "rota/plan/", "rota/cancel/", "rota/copy/",
)  # fmt: skip
OF_SOMEBODY = ("{pact}", "{member}")


@pytest.fixture
def lines() -> list[Tenant]:
    return world.open_tenants("sexogsamfunn", "tidaholm", "urph")


def test_pages_open_for_the_lines_own_administrator_alone(lines: list[Tenant]) -> None:
    tenant, partner, other = lines
    pact, member = propose(tenant, partner, Terms()), world.hire(tenant)
    inside, outsider = Inside.of(tenant), Inside.of(other)
    operator = User.objects.create_superuser("o@helpline.example", world.PASSWORD, "Operator")
    strangers = [
        outsider.at(tenant),
        Inside.of(tenant, Role.COUNSELLOR, 2),
        Inside.of(tenant, Role.SUPERVISOR),
        Inside.of(tenant, Role.OFFICER),
        Inside(tenant, browser_of(operator), member),
    ]

    def filled(paths: tuple[str, ...]) -> Iterator[str]:
        return (path.format(pact=pact, member=member.pk) for path in paths)

    assert [inside.get(path).status_code for path in filled(PAGES)] == [
        302 if path == "promises/publish/" else 200 for path in PAGES
    ]
    for stranger in strangers:
        answers = {stranger.get(path).status_code for path in filled(PAGES)}
        answers |= {stranger.post(path, {"basis": "x"}).status_code for path in filled(ACTS)}
        assert answers == {404}
    # With ids of this line, inside one's own.
    for path in PAGES:
        if any(name in path for name in OF_SOMEBODY):
            found = path.format(pact=pact, member=member.pk)
            assert outsider.get(found).status_code == 404
    for path in ACTS:
        if any(name in path for name in OF_SOMEBODY):
            found = path.format(pact=pact, member=member.pk)
            assert outsider.post(found, {"basis": "x"}).status_code == 404
    with tenant_scope(tenant):
        assert Partnership.objects.get(pact=pact).state == "proposed"


def test_password_is_set_at_the_platforms_own_page(lines: list[Tenant]) -> None:
    tenant, _partner, other = lines
    inside, outsider = Inside.of(tenant), Inside.of(other)
    for path in ("password_change/", "password_change/done/"):
        answer = inside.get(path)
        assert (answer.status_code, answer.headers["Location"]) == (302, "/forgotten/")
        assert outsider.at(tenant).get(path).status_code == 404
    landed = inside.client.get("/forgotten/", secure=True)
    assert 'data-stage="ask"' in landed.content.decode()
