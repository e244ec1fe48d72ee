from __future__ import annotations

from django.db import migrations

# Tables that belong to no tenant. The list is explicit on purpose: a table that is not here and
# has no wall is a table that the application cannot touch.
PLATFORM = (
    "tenants_operator",
    "tenants_tenant",
    "tenants_tenanthost",
    "tenants_user",
    "tenants_user_groups",
    "tenants_user_user_permissions",
    "auth_group",
    "auth_group_permissions",
    "auth_permission",
    "django_content_type",
    "django_session",
    "django_celery_beat_clockedschedule",
    "django_celery_beat_crontabschedule",
    "django_celery_beat_intervalschedule",
    "django_celery_beat_periodictask",
    "django_celery_beat_periodictasks",
    "django_celery_beat_solarschedule",
)


class Migration(migrations.Migration):
    dependencies = [
        ("tenants", "0002_wall"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("sessions", "0001_initial"),
        ("django_celery_beat", "0019_alter_periodictasks_options"),
    ]
    operations = [
        migrations.RunSQL(
            f"GRANT SELECT, INSERT, UPDATE, DELETE ON {', '.join(PLATFORM)} TO helpline_app;"
            "GRANT SELECT ON django_migrations TO helpline_app;"
        ),
    ]
