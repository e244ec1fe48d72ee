from __future__ import annotations

import pytest
from tests.world import open_tenants, hire, CHARTERS
from chat.dryrun import dry_run

SLUGS = sorted(path.stem for path in CHARTERS.glob("*.toml"))
pytestmark = pytest.mark.django_db(transaction=True)

def test_x() -> None:
    import time
    tenants = open_tenants(*SLUGS)
    for slug, tenant in zip(SLUGS, tenants):
        t = time.time()
        try:
            report = dry_run(tenant, language="en")
        except Exception:
            import traceback; traceback.print_exc()
            continue
        print("=====", slug, time.time() - t, report.is_kept)
        for s in report.steps:
            print(s.when(tenant.tzinfo), s.story, s.words)
        for v in report.verdicts:
            print(v.outcome, v.kind, v.rule, "|", v.sentence, "|", v.observed)
        for f in report.findings:
            print(f)
    assert 0
