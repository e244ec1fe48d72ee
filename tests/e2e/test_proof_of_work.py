"""A browser does the work that the server asks of a place that begins many talks."""

from __future__ import annotations

import signal

import pytest
from playwright.async_api import expect

from tests.e2e.screens import PHONE, Screens

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


async def test_second_pupil_of_a_school_is_let_in_after_some_work(screens: Screens) -> None:
    screens.stack.end(signal.SIGTERM)
    screens.stack.environment.update(HELPLINE_START_BURST="1", HELPLINE_START_PER_MINUTE="0.1")
    screens.stack.start()
    await screens.visitor("detfinneshjelp")
    pupil = await screens.front("detfinneshjelp", size=PHONE)
    answers: list[tuple[int, str]] = []
    wrong: list[str] = []
    pupil.on("response", lambda one: answers.append((one.status, one.url.rpartition("/")[2])))
    pupil.on("pageerror", lambda error: wrong.append(str(error)))
    pupil.on("console", lambda said: wrong.append(said.text) if "Policy" in said.text else None)

    await pupil.click("[data-start-button]")

    await expect(pupil.locator("[data-waiting]")).to_be_visible()
    told = [status for status, name in answers if name == "conversations"]
    solvers = [status for status, name in answers if name.startswith("solver.")]
    said = await pupil.text_content("[data-refusal]")
    assert (told, solvers, wrong) == ([428, 201], [200], [])
    assert said == (
        "Mange starter en chat fra samme nett som deg akkurat nå. Vent her, det tar noen sekunder."
    )
