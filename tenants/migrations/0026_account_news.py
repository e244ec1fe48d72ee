from __future__ import annotations

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# The purge forgets a person by SQL, past the ORM's cascades.
WITH_THE_PERSON = """
ALTER TABLE tenants_accountnews ADD CONSTRAINT tenants_accountnews_user
    FOREIGN KEY (user_id) REFERENCES tenants_user (id) ON DELETE CASCADE;
GRANT SELECT, INSERT, UPDATE, DELETE ON tenants_accountnews TO helpline_app;
"""


class Migration(migrations.Migration):
    dependencies = [("tenants", "0025_platform_words")]
    operations = [
        migrations.CreateModel(
            name="AccountNews",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "what",
                    models.CharField(
                        choices=[
                            ("password", "the password was changed"),
                            ("factor_added", "a second factor was added"),
                            ("factor_removed", "a second factor was removed"),
                            ("codes_made", "new recovery codes were made"),
                        ],
                        max_length=14,
                    ),
                ),
                ("language", models.CharField(max_length=2)),
                ("send_at", models.DateTimeField()),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                (
                    "user",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={"verbose_name_plural": "account news"},
        ),
        migrations.RunSQL(WITH_THE_PERSON),
    ]
