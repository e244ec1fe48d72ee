"""What a member is called on a page. Nothing of the database."""

from __future__ import annotations

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("tenants", "0022_words")]
    operations = [
        migrations.AlterModelOptions(
            name="membership",
            options={"verbose_name": "member of staff", "verbose_name_plural": "staff"},
        ),
    ]
