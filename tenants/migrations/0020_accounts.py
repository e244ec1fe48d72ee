from __future__ import annotations

from typing import ClassVar

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# Whoever is forgotten is forgotten with all that was kept of their account. The purge deletes the
# row of a person and may read nothing else of them, so PostgreSQL follows.
_CASCADE = """
DO $$
DECLARE found record;
BEGIN
    FOR found IN
        SELECT conrelid::regclass AS place, conname FROM pg_constraint
        WHERE confrelid = 'tenants_user'::regclass AND contype = 'f' AND conrelid IN
            ('mfa_authenticator'::regclass, 'account_emailaddress'::regclass)
    LOOP
        EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', found.place, found.conname);
        EXECUTE format('ALTER TABLE %s ADD CONSTRAINT %I FOREIGN KEY (user_id)'
            ' REFERENCES tenants_user (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED',
            found.place, found.conname);
    END LOOP;
END $$;
ALTER TABLE tenants_staffsession ADD CONSTRAINT tenants_staffsession_user_id_fk
    FOREIGN KEY (user_id) REFERENCES tenants_user (id)
    ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;
"""
# Of django-axes the application counts in one table. The logs beside it, which would keep who signed
# in from where, it cannot touch.
_GRANTS = (
    "GRANT SELECT, INSERT, UPDATE, DELETE ON tenants_staffsession, mfa_authenticator,"
    " axes_accessattempt TO helpline_app;"
    # Django looks there before it deletes a person.
    "GRANT SELECT, DELETE ON account_emailaddress, account_emailconfirmation TO helpline_app;"
)


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("tenants", "0019_changes"),
        ("account", "0009_emailaddress_unique_primary_email"),
        ("mfa", "0003_authenticator_type_uniq"),
        ("axes", "0010_accessattemptexpiration"),
    ]
    operations: ClassVar = [
        migrations.CreateModel(
            name="StaffSession",
            fields=[
                (
                    "session_key",
                    models.CharField(
                        max_length=40, primary_key=True, serialize=False, verbose_name="session key"
                    ),
                ),
                ("session_data", models.TextField(verbose_name="session data")),
                ("expire_date", models.DateTimeField(db_index=True, verbose_name="expire date")),
                ("seat", models.UUIDField(null=True)),
                ("active_at", models.DateTimeField()),
                (
                    "tenant",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tenants.tenant",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "session of staff",
                "verbose_name_plural": "sessions of staff",
                "abstract": False,
                "indexes": [models.Index(fields=["seat"], name="staffsession_seat")],
            },
        ),
        migrations.RunSQL(_CASCADE, migrations.RunSQL.noop),
        migrations.RunSQL(_GRANTS, migrations.RunSQL.noop),
    ]
