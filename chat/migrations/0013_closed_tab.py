from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("chat", "0012_cards")]
    operations = [
        migrations.AddField("conversation", "closed_tab", models.UUIDField(null=True)),
        migrations.RunSQL("GRANT UPDATE (closed_tab) ON chat_conversation TO helpline_app"),
    ]
