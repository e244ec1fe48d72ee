from __future__ import annotations

from django.apps import AppConfig


class RetentionConfig(AppConfig):
    name = "retention"

    def ready(self) -> None:
        from retention import checks  # noqa: F401  # registers itself with Django
        from retention.accounts import ACCOUNT
        from retention.kinds import follow_policy, register
        from retention.trail import AUDIT
        from tenants.drafts import followers

        for kind in (AUDIT, ACCOUNT):
            register(kind)
        followers.append(follow_policy)
