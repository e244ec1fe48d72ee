from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("chat", "0021_handbook_wall"), ("tenants", "0018_reading")]
    operations = [
        migrations.AddField("conversation", "shown_segment", models.UUIDField(null=True)),
        migrations.AddIndex(
            "conversation",
            models.Index(
                condition=models.Q(
                    ("shown_segment__isnull", False), ("state__in", ["active", "paused"])
                ),
                fields=["tenant"],
                name="conversation_shown",
            ),
        ),
        migrations.RunSQL("GRANT UPDATE (shown_segment) ON chat_conversation TO helpline_app"),
    ]
