"""A door that does not say whom it lets in stops the build, and the page that lists them is true."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, clear_url_caches, path

from chat.consumers.desk import DeskSocket
from chat.frames import Frame
from helpline import urls, urls_desk
from helpline.checks import doors_say_whom_they_let_in
from helpline.permissions import page
from tenants.models import TenantHost

PAGE = Path(__file__).parents[2] / "docs" / "permissions.md"


class Knock(Frame, tag="knock"):
    pass


def open_cupboard(request: HttpRequest) -> HttpResponse:
    return HttpResponse("what nobody thought of")


async def do_knock(self: DeskSocket, frame: Knock, ref: str | None) -> None:
    self.reply({"type": "open"}, ref)


@pytest.fixture
def forgotten() -> Iterator[None]:
    """Doors as somebody adds them who thinks of everything else."""
    desk: list[URLPattern | URLResolver] = urls_desk.urlpatterns  # type: ignore[assignment]  # a list of either
    desk.append(path("desk/cupboard/", open_cupboard, name="cupboard"))
    site = AdminSite("attic")
    site.register(TenantHost)
    urls.urlpatterns.insert(0, path("attic/", site.urls))
    DeskSocket.does[Knock] = do_knock
    clear_url_caches()
    yield
    del DeskSocket.does[Knock]
    del urls.urlpatterns[0]
    urls_desk.urlpatterns.pop()
    clear_url_caches()


def test_build_names_a_door_that_says_nothing(forgotten: None) -> None:
    said = [problem.msg for problem in doors_say_whom_they_let_in()]

    assert "urls_desk /desk/cupboard/ (cupboard) does not say whom it lets in." in said
    assert "/ws/desk knock (do_knock) does not say whom it lets in." in said
    others = [line for line in said if "cupboard" not in line and "knock" not in line]
    assert {"urls /attic/", "urls /attic/tenants/tenanthost/add/"} <= {
        line.partition(" (")[0] for line in others
    }
    assert [line for line in others if not line.startswith("urls /attic/")] == []


def test_every_door_says_whom_it_lets_in() -> None:
    assert doors_say_whom_they_let_in() == []


def test_page_of_permissions_is_what_the_doors_declare() -> None:
    assert PAGE.read_text("utf-8") == page(), "manage.py permissions > docs/permissions.md"
