"""The platform's own host in Chromium: the rows of the platform to look at, and no talk."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tenants.demo import Demo
from tests.e2e.screens import Screens, say

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


async def test_operator_signs_in_and_sees_lines_and_nothing_said(
    screens: Screens, demo: Demo
) -> None:
    visitor = await screens.visitor("tidaholm")
    await say(visitor, "between the two of us")
    page = await screens.page("about:blank")
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    [operator] = demo.admin.users

    await page.goto(screens.stack.url("admin"))
    await page.fill("#login", operator.email)
    await page.fill("#password", operator.password)
    await page.click("[type=submit]")

    await expect(page.locator("#content .model-tenant")).to_be_visible()
    models = await page.locator("#content tr[class^=model-]").evaluate_all(
        "rows => rows.map((row) => row.className.replace('model-', '').split(' ')[0])"
    )
    seen = []
    for name in ("tenant", "operator"):
        await page.click(f"#content .model-{name} th a")
        await expect(page.locator("#result_list")).to_be_visible()
        seen.append(await page.locator("#result_list tbody tr").count())
        await page.go_back()
    assert models == ["operator", "tenant", "partnership"]
    assert seen == [7, 6]
    assert "between the two of us" not in await page.content()
    assert complaints == []
