from __future__ import annotations

from django.apps import AppConfig


class ChatConfig(AppConfig):
    name = "chat"

    def ready(self) -> None:
        from chat.cards import register_card
        from chat.evaluation import EVALUATION, EVALUATIONS
        from chat.forgetting import KINDS, members_named
        from chat.pages.figures import addresses_opened
        from chat.signposts import SIGNPOST
        from retention.accounts import named_by
        from retention.kinds import register
        from retention.proof import figures
        from retention.shuffled import register as register_mixture

        register_card(SIGNPOST)
        for kind in (*KINDS, EVALUATIONS):
            register(kind)
        register_mixture(EVALUATION)
        named_by.append(members_named)
        figures.append(addresses_opened)
