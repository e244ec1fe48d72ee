"""What the platform runs now and then."""

from __future__ import annotations

from pathlib import Path

from helpline.children import Errand
from helpline.processes import wait_until


def test_errand_that_failed_is_run_again_long_before_its_next_time(tmp_path: Path) -> None:
    log, came = tmp_path / "errand.log", tmp_path / "came"
    fails_once = (
        f"import sys; came = open({str(came)!r}, 'a'); first = came.tell() == 0;"
        " came.write('.'); sys.exit(first)"
    )
    errand = Errand(("-c", fails_once), {}, log, every_seconds=3600, again_seconds=0.1)

    def tended() -> bool:
        errand.tend()
        return came.exists() and came.read_text() == ".."

    try:
        assert wait_until(tended, seconds=30)
    finally:
        errand.stop()
