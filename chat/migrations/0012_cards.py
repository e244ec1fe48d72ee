from __future__ import annotations

import uuid

import django.db.models.deletion
from django.db import migrations, models

from tenants.wall import Wall

IN_TALK = "EXISTS (SELECT 1 FROM chat_segment s WHERE s.id = segment_id)"

# Tenant, talk and segment of a card are one key, as a message's are. How often cards of a talk have
# changed stands in its row, for whoever has missed the event.
KEYED = """
ALTER TABLE chat_card ADD CONSTRAINT chat_card_segment_in_conversation
    FOREIGN KEY (tenant_id, conversation_id, segment_id)
    REFERENCES chat_segment (tenant_id, conversation_id, id);
GRANT UPDATE (cards) ON chat_conversation TO helpline_app;
"""


class Migration(migrations.Migration):
    dependencies = [("chat", "0011_pace"), ("tenants", "0011_closing_warning")]
    operations = [
        migrations.AddField("conversation", "cards", models.PositiveIntegerField(default=0)),
        migrations.CreateModel(
            name="Card",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("kind", models.SlugField(db_index=False, max_length=20)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("offered", "offered"),
                            ("answered", "answered"),
                            ("withdrawn", "withdrawn"),
                            ("expired", "expired"),
                        ],
                        default="offered",
                        max_length=9,
                    ),
                ),
                ("version", models.PositiveSmallIntegerField(default=1)),
                ("after", models.IntegerField()),
                ("body", models.BinaryField()),
                ("answer", models.BinaryField(null=True)),
                ("until", models.DateTimeField(null=True)),
                (
                    "conversation",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="chat.conversation",
                    ),
                ),
                (
                    "segment",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="chat.segment",
                    ),
                ),
                (
                    "tenant",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tenants.tenant",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["conversation", "after"], name="card_in_talk"),
                    models.Index(
                        condition=models.Q(("state", "offered"), ("until__isnull", False)),
                        fields=["tenant", "until"],
                        name="card_running_out",
                    ),
                ],
            },
        ),
        Wall(
            "card",
            app="SELECT, INSERT, UPDATE (state, version, answer)",
            alive=IN_TALK,
            held=IN_TALK,
            purge=("SELECT (id, tenant_id, conversation_id, segment_id)", "DELETE"),
            purge_sees=IN_TALK,
            hold="SELECT",
            keyed_elsewhere=("conversation", "segment"),
        ),
        migrations.RunSQL(KEYED),
    ]
