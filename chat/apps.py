from __future__ import annotations

from django.apps import AppConfig


class ChatConfig(AppConfig):
    name = "chat"

    def ready(self) -> None:
        from chat.cards import register_card
        from chat.departures import close_line, counts
        from chat.dryrun.path import course_of
        from chat.evaluation import EVALUATION, EVALUATIONS
        from chat.fitness import note_change
        from chat.forgetting import KINDS, members_named
        from chat.handover import HANDOVER_NOTE
        from chat.incidents import INCIDENT
        from chat.pages.accounts.stepping import ask_again
        from chat.pages.figures import addresses_opened
        from chat.pages.handbook import HANDBOOK
        from chat.panels import register_panel
        from chat.showing import follow_version
        from chat.signposts import SIGNPOST
        from retention import exports
        from retention.accounts import named_by
        from retention.departures import closers
        from retention.kinds import register
        from retention.proof import figures
        from retention.shuffled import register as register_mixture
        from tenants import dry_runs
        from tenants.drafts import followers
        from tenants.staff import watchers
        from tenants.stepping import askers

        register_card(SIGNPOST)
        register_panel(HANDBOOK)
        for kind in (*KINDS, EVALUATIONS, HANDOVER_NOTE, INCIDENT):
            register(kind)
        register_mixture(EVALUATION)
        named_by.append(members_named)
        watchers.append(note_change)
        askers.append(ask_again)
        followers.append(follow_version)
        figures.append(addresses_opened)
        closers.append(close_line)
        dry_runs.runners.append(course_of)
        exports.parts["counts.csv"] = counts
