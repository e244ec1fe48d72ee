"""The application where a second factor is asked of everybody, as it is wherever it is deployed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from playwright.async_api import Page

from tests.accounts.visits import digits
from tests.stack import LiveStack


class Guarded(LiveStack):
    """As deployed; and below a name of two labels, for which browsers let one passkey serve."""

    def __init__(self, variables: Mapping[str, str], directory: Path) -> None:
        super().__init__(variables, directory)
        self.base = f"helpline.localhost:{self.port}"
        self.environment |= {
            "HELPLINE_BASE": self.base,
            "HELPLINE_STAFF_MFA": "required",
            "HELPLINE_IDLE_MINUTES": "15",
            "HELPLINE_STEP_UP_MINUTES": "5",
        }


async def set_up_app(page: Page) -> None:
    """Type what an authenticator app shows that has just been given this page's secret."""
    await page.click("summary")
    secret = await page.locator("[data-secret]").inner_text()
    await page.fill("#factor_code", digits(secret))
    await page.click("[type=submit]")
