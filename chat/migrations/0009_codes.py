from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models

from tenants.wall import Wall

# What is kept of a code is alive, due and held as its talk is: row security of the talk decides
# what this look-up finds, for each role.
ITS_TALK = "EXISTS (SELECT 1 FROM chat_conversation c WHERE c.id = conversation_id)"


class Migration(migrations.Migration):
    dependencies = [("chat", "0008_asked_afterwards"), ("tenants", "0008_codes")]
    operations = [
        migrations.AddField("conversation", "tab", models.UUIDField(null=True)),
        migrations.AddField("conversation", "tab_closed_at", models.DateTimeField(null=True)),
        migrations.RunSQL("GRANT UPDATE (tab, tab_closed_at) ON chat_conversation TO helpline_app"),
        migrations.CreateModel(
            name="ResumeCode",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("finder", models.BinaryField(max_length=32, null=True)),
                ("witness", models.BinaryField(max_length=32)),
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
                "constraints": [
                    models.UniqueConstraint(
                        fields=("conversation",), name="resume_code_once_a_talk"
                    ),
                    models.UniqueConstraint(
                        fields=("tenant", "finder"), name="resume_code_finds_one"
                    ),
                    models.UniqueConstraint(
                        fields=("tenant", "witness"), name="resume_code_shows_one"
                    ),
                ],
            },
        ),
        Wall(
            "resumecode",
            app="SELECT, INSERT, UPDATE (finder)",
            alive=ITS_TALK,
            purge=("SELECT (tenant_id, conversation_id)", "DELETE"),
            purge_sees=ITS_TALK,
        ),
    ]
