from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("chat", "0024_search_in_tenant")]
    operations = [
        migrations.AddField("card", "place", models.PositiveIntegerField(db_default=0, default=0)),
    ]
