from __future__ import annotations

from django.apps import AppConfig


class ChatConfig(AppConfig):
    name = "chat"

    def ready(self) -> None:
        from chat.forgetting import KINDS, members_named
        from retention.accounts import named_by
        from retention.kinds import register

        for kind in KINDS:
            register(kind)
        named_by.append(members_named)
