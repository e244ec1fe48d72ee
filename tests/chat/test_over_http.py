"""What a visitor is promised holds where WebSocket is blocked: the tests of the socket, once more
over a stream and over polling."""

from __future__ import annotations

import pytest

from chat.overhttp import line
from tests.chat.test_coming_back import (  # noqa: F401  # collected here again, over HTTP
    test_a_long_talk_is_read_in_pages_that_fit,
    test_who_comes_back_amid_a_flow_gets_each_message_once_in_order,
    test_who_comes_back_gets_the_rest_without_gap_or_double,
)
from tests.chat.test_doors import (  # noqa: F401  # the same
    test_a_first_frame_that_is_no_hello_is_not_let_in,
    test_a_flood_is_cut_off,
    test_a_newer_tab_takes_over_and_the_older_ones_end_changes_nothing,
    test_who_says_no_hello_in_time_is_let_go,
)
from tests.chat.test_talk import (  # noqa: F401  # the same
    test_a_burst_beyond_a_person_is_slowed_and_not_stored,
    test_a_message_sent_again_is_the_same_message,
    test_each_ref_is_echoed_once_also_where_one_message_is_sent_many_times_at_once,
    test_leaving_ends_the_talk_for_both_and_only_once,
    test_the_eraser_reaches_both_sides_and_every_later_reader,
    test_typing_and_seen_reach_the_other_side_alone,
    test_what_both_say_reaches_the_other_in_order,
    test_what_was_erased_is_answered_when_sent_again_and_stays_erased,
)
from tests.clients import Visitor
from tests.overhttp import OverHttp, Polled, Streamed

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(params=[Streamed, Polled], ids=["stream", "poll"], autouse=True)
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> type[OverHttp]:
    """Each visitor comes in over HTTP."""
    monkeypatch.setattr(Visitor, "over_http", request.param)
    # Nothing is on its way any more when a client here is gone.
    monkeypatch.setattr(line, "LATE_SECONDS", 0.0)
    found: type[OverHttp] = request.param
    return found
