"""The purge as the worker runs it once a minute, in a process of its own.

Says on standard output when nothing is readable any more, and when nothing is left.
"""

from __future__ import annotations

import os
import time


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpline.settings")
    import django

    django.setup()

    from retention import keys, purge

    begin = time.monotonic()
    destroy_due = keys.destroy_due_keys
    is_said = False

    def destroy(*, limit: int = 10_000) -> int:
        nonlocal is_said
        count = destroy_due(limit=limit)
        if not (count or is_said):
            is_said = True
            print(f"keys {time.monotonic() - begin:.3f}", flush=True)
        return count

    keys.destroy_due_keys = destroy
    done = purge.purge()
    print(f"rows {time.monotonic() - begin:.3f} {done.things}")
    print(f"cpu {time.process_time():.3f}", flush=True)


if __name__ == "__main__":
    main()
