"""What is asked after a talk, on real screens: the visitor's card, and the answers in the office."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.async_api import Page, Request, expect

from chat.calls import call
from tenants.models import Tenant
from tests.answers import give, pass_the_night
from tests.e2e.screens import PHONE, SUPERVISOR, Screens, end
from tests.e2e.test_accessibility import LOOKS, Findings, _look_at

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SLUG = "snakkompsyken"


def _posts(page: Page) -> list[Request]:
    posts: list[Request] = []
    page.on("request", lambda one: posts.append(one) if one.method == "POST" else None)
    return posts


def _choice(page: Page, text: str) -> Any:
    return page.locator("[data-evaluation-form] label", has_text=text)


async def test_form_after_the_end_sends_nothing_before_it_is_sent(screens: Screens) -> None:
    """On the same page, for whoever wants to; a choice can be taken back.  Rule: S9"""
    findings: Findings = {}
    visitor = await screens.visitor(SLUG, size=PHONE)
    posts = _posts(visitor)
    await end(visitor)
    await expect(visitor.locator("[data-evaluation]")).to_be_visible()
    await _look_at(visitor, "offer", findings)
    await visitor.click("[data-evaluation-open]")
    await _choice(visitor, "Ja, veldig").first.click()
    for _ in range(2):
        await _choice(visitor, "13–15 år").click()
    await visitor.fill("[data-evaluation-form] textarea", "Dere var snille")
    await _look_at(visitor, "form", findings)
    assert await visitor.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert posts == []

    await visitor.click("[data-evaluation-send]")
    await expect(visitor.locator("[data-evaluation-thanks]")).to_be_visible()
    await _look_at(visitor, "thanks", findings)

    (sent,) = posts
    said = json.loads(sent.post_data or "")
    assert (sent.url, said.pop("form")) == (screens.stack.url(SLUG, "/api/evaluations"), 1)
    assert len(said.pop("token")) == 64
    assert said == {"answers": {"helped": 5, "words": "Dere var snille"}}
    assert await visitor.evaluate("[sessionStorage.length, localStorage.length]") == [0, 0]
    assert findings == {}


async def test_who_does_not_want_to_answer_sends_nothing(screens: Screens) -> None:
    visitor = await screens.visitor(SLUG)
    posts = _posts(visitor)
    await end(visitor)
    await visitor.click("[data-evaluation-open]")
    await visitor.locator("[data-evaluation-skip]:visible").click()

    await expect(visitor.locator("[data-evaluation]")).to_be_hidden()
    assert posts == []


@pytest.mark.parametrize("look", LOOKS)
async def test_answers_in_the_office(screens: Screens, look: dict[str, Any]) -> None:
    findings: Findings = {}
    tenant = await call(Tenant.objects.get, slug=SLUG)
    words = ("Takk", "Dere var snille, og jeg turte å si det.", "Svar litt fortere", "❤", "Fint")
    given = [{"helped": 3 + n % 3, "listened": 5, "words": text} for n, text in enumerate(words)]
    await call(give, tenant, *given)
    await call(pass_the_night)
    page = await screens.signed_in(SLUG, SUPERVISOR, **look)
    await page.goto(screens.stack.url(f"desk-{SLUG}", "/desk/office/evaluations/"))

    await expect(page.locator("[data-answers]")).to_have_count(5)
    await expect(page.locator("[data-few]")).to_have_count(2)
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await _look_at(page, "answers", findings)
    assert findings == {}
