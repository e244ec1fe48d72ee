from __future__ import annotations

from django.apps import AppConfig


class RetentionConfig(AppConfig):
    name = "retention"

    def ready(self) -> None:
        from retention import checks  # noqa: F401  # registers itself with Django
        from retention.accounts import ACCOUNT
        from retention.held import HOLD
        from retention.invitations import INVITATION
        from retention.keys import tenant_key
        from retention.kinds import follow_policy, register
        from retention.proposals import PROPOSAL
        from retention.trail import AUDIT
        from retention.vault.openings import OPENING
        from retention.vault.people import drop, greet, relock
        from retention.vault.records import ADDRESS
        from tenants import creating
        from tenants.drafts import followers
        from tenants.staff import changers, greeters, resetters

        for kind in (AUDIT, ACCOUNT, INVITATION, ADDRESS, OPENING, HOLD, PROPOSAL):
            register(kind)
        greeters.append(greet)
        changers.append(relock)
        resetters.append(drop)
        followers.append(follow_policy)
        # The key of a line is there before anything is sealed by it.
        creating.followers.append(tenant_key)
