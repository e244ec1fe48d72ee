from __future__ import annotations

import uuid
from typing import Any

import django.db.models.deletion
from django.db import migrations, models

from tenants.wall import Wall

IN_TALK = "EXISTS (SELECT 1 FROM chat_segment s WHERE s.id = segment_id)"


def keyed(table: str) -> str:
    """Tie tenant, talk and segment together by one key, as a message's are."""
    return f"""
ALTER TABLE {table} ADD CONSTRAINT {table}_segment_in_conversation
    FOREIGN KEY (tenant_id, conversation_id, segment_id)
    REFERENCES chat_segment (tenant_id, conversation_id, id)
    -- A process of the version before ends and forgets talks as well, and knows nothing of this table.
    ON DELETE CASCADE;
"""


# As before (0007), and a talk also names whom its counsellor has asked or offered it to.
NAMED = """
GRANT CREATE ON SCHEMA public TO helpline_writer;
CREATE OR REPLACE FUNCTION chat_members_named(p_tenant int, p_members uuid[])
    RETURNS TABLE (member uuid)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT c.counsellor_id FROM chat_conversation c
    WHERE c.tenant_id = p_tenant AND c.counsellor_id = ANY (p_members)
    UNION SELECT n.member FROM chat_consult k
    CROSS JOIN LATERAL (VALUES (k.asker_id), (k.colleague_id)) AS n (member)
    WHERE k.tenant_id = p_tenant AND n.member = ANY (p_members)
    UNION SELECT n.member FROM chat_offer o
    CROSS JOIN LATERAL (VALUES (o.giver_id), (o.receiver_id)) AS n (member)
    WHERE o.tenant_id = p_tenant AND n.member = ANY (p_members) $$;
REVOKE CREATE ON SCHEMA public FROM helpline_writer;
"""


def wall(model: str, *, may_change: str, members: str) -> Wall:
    return Wall(
        model,
        app=f"SELECT, INSERT, UPDATE ({may_change})",
        alive=IN_TALK,
        held=IN_TALK,
        purge=("SELECT (id, tenant_id, conversation_id, segment_id)", "DELETE"),
        purge_sees=IN_TALK,
        writer=(f"SELECT (tenant_id, {members})",),
        hold="SELECT",
        keyed_elsewhere=("conversation", "segment"),
    )


def inside(model: str, *, is_indexed: bool = False) -> models.ForeignKey[Any, Any]:
    return models.ForeignKey(
        db_constraint=False,
        db_index=is_indexed,
        on_delete=django.db.models.deletion.PROTECT,
        related_name="+",
        to=model,
    )


def fields_of_both() -> list[tuple[str, models.Field[Any, Any]]]:
    return [
        (
            "id",
            models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
        ),
        ("conversation", inside("chat.conversation")),
        ("segment", inside("chat.segment")),
        (
            "tenant",
            models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="tenants.tenant",
            ),
        ),
    ]


class Migration(migrations.Migration):
    dependencies = [("chat", "0013_closed_tab"), ("tenants", "0012_leaving")]
    operations = [
        migrations.CreateModel(
            name="Consult",
            fields=[
                *fields_of_both(),
                ("asker", inside("tenants.membership", is_indexed=True)),
                ("colleague", inside("tenants.membership", is_indexed=True)),
                (
                    "closed",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("asker", "asker"),
                            ("colleague", "colleague"),
                            ("no_answer", "no answer"),
                            ("talk", "talk"),
                        ],
                        max_length=9,
                    ),
                ),
                ("lines", models.PositiveSmallIntegerField(default=0)),
                ("body", models.BinaryField()),
                ("until", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("closed", "")),
                        fields=("conversation", "segment"),
                        name="consult_one_at_a_time",
                    ),
                ],
                "indexes": [
                    models.Index(fields=["conversation", "segment"], name="consult_in_talk"),
                    models.Index(
                        condition=models.Q(("closed", ""), ("until__isnull", False)),
                        fields=["tenant", "until"],
                        name="consult_unanswered",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Offer",
            fields=[
                *fields_of_both(),
                ("giver", inside("tenants.membership", is_indexed=True)),
                ("receiver", inside("tenants.membership", is_indexed=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("offered", "offered"),
                            ("accepted", "accepted"),
                            ("declined", "declined"),
                            ("withdrawn", "withdrawn"),
                            ("expired", "expired"),
                        ],
                        default="offered",
                        max_length=9,
                    ),
                ),
                ("note", models.BinaryField(null=True)),
                ("until", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "offered")),
                        fields=("conversation", "segment"),
                        name="offer_one_at_a_time",
                    ),
                ],
                "indexes": [
                    models.Index(fields=["conversation", "segment"], name="offer_in_talk"),
                    models.Index(
                        condition=models.Q(("state", "offered")),
                        fields=["tenant", "until"],
                        name="offer_running_out",
                    ),
                ],
            },
        ),
        wall("consult", may_change="closed, lines, body, until", members="asker_id, colleague_id"),
        wall("offer", may_change="state", members="giver_id, receiver_id"),
        migrations.RunSQL(keyed("chat_consult")),
        migrations.RunSQL(keyed("chat_offer")),
        migrations.RunSQL(NAMED),
    ]
