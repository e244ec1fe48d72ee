"""Looking something up in a handbook of 2,000 articles, beside another line's of as many.

Each search is what the desk asks while somebody types: the function of the application, with its
scope, in one thread. Words come as often as words of a language do: few are everywhere, most are rare.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Sequence
from uuid import uuid4

from bench.load import percentile
from bench.run import Run
from bench.seed import Line

ARTICLES, WORDS_A_BODY, VOCABULARY = 2_000, 400, 8_000
SEARCHES = 600
_SYLLABLES = (
    "ar",
    "be",
    "dø",
    "el",
    "fri",
    "gre",
    "hul",
    "is",
    "kra",
    "lom",
    "mer",
    "nå",
    "opp",
    "prø",
    "ska",
    "ti",
)
_ENDINGS = ("", "en", "er", "ene", "et", "ing")

_ARTICLE = "COPY chat_article (id, tenant_id, slug, category, owner, revise_by) FROM STDIN"
_VERSION = (
    "COPY chat_version (tenant_id, article_id, number, language, title, body, plain,"
    " published_at, begins_at) FROM STDIN"
)


async def measure(run: Run) -> None:
    words = _vocabulary()
    run.say(f"handbook: {ARTICLES} articles a line")
    for place in run.seed.lines[:2]:
        _seed(run, place, words)
    with run.stage.main() as main:
        main.execute("ANALYZE chat_version")
    place = run.seed.lines[0]
    await asyncio.to_thread(_search, place, _asked(words, 20))
    seconds, found = await asyncio.to_thread(_search, place, _asked(words, SEARCHES))
    figures = {
        f"search_p{which}_ms": round(percentile(seconds, which) * 1000, 2) for which in (50, 95, 99)
    }
    run.add(
        "handbook", variant="ours", articles=ARTICLES, searches=SEARCHES, found=found, **figures
    )


def _vocabulary() -> list[str]:
    chance = random.Random(6)
    stems = {"".join(chance.choices(_SYLLABLES, k=chance.randint(2, 4))) for _ in range(VOCABULARY)}
    return sorted(stems, key=lambda _: chance.random())


def _drawn(words: Sequence[str], many: int, chance: random.Random) -> list[str]:
    weights = [1 / (place + 3) for place in range(len(words))]
    drawn = chance.choices(words, weights, k=many)
    return [word + chance.choice(_ENDINGS) for word in drawn]


def _seed(run: Run, place: Line, words: Sequence[str]) -> None:
    chance = random.Random(place.tenant)
    with run.stage.main() as main, main.cursor() as cursor:
        row = cursor.execute("SELECT retention_now()").fetchone()
        assert row is not None
        named = [(uuid4(), f"article-{number}") for number in range(ARTICLES)]
        with cursor.copy(_ARTICLE) as copy:
            for pk, slug in named:
                copy.write_row((pk, place.tenant, slug, "Emne", "", "2030-01-01"))
        with cursor.copy(_VERSION) as copy:
            for pk, _ in named:
                title = " ".join(_drawn(words, 3, chance)).capitalize()
                body = " ".join(_drawn(words, WORDS_A_BODY, chance))
                copy.write_row((place.tenant, pk, 1, "nb", title, body, body, row[0], row[0]))


def _asked(words: Sequence[str], many: int) -> list[str]:
    """Return searches of one to three words, the last of them half typed as often as not."""
    chance = random.Random(many)
    asked = []
    for _ in range(many):
        *first, last = _drawn(words, chance.randint(1, 3), chance)
        short = last[: max(2, len(last) // 2)] if chance.random() < 0.5 else last
        asked.append(" ".join([*first, short]))
    return asked


def _search(place: Line, asked: Sequence[str]) -> tuple[list[float], int]:
    from chat.handbook.search import find_articles
    from tenants.models import Tenant
    from tenants.scope import tenant_scope

    tenant = Tenant.objects.get(pk=place.tenant)
    seconds, found = [], 0
    for typed in asked:
        begin = time.perf_counter()
        with tenant_scope(tenant):
            found += bool(find_articles(typed))
        seconds.append(time.perf_counter() - begin)
    return seconds, found
