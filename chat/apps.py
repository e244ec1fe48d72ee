from __future__ import annotations

from django.apps import AppConfig


class ChatConfig(AppConfig):
    name = "chat"

    def ready(self) -> None:
        from chat.forgetting import KINDS, members_named
        from chat.pages.figures import addresses_opened
        from retention.accounts import named_by
        from retention.kinds import register
        from retention.proof import figures

        for kind in KINDS:
            register(kind)
        named_by.append(members_named)
        figures.append(addresses_opened)
