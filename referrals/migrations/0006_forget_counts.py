from __future__ import annotations

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("referrals", "0005_left")]

    operations = [
        # Of no person: a count is deleted by the application once its life is over, as a tally is.
        migrations.RunSQL("GRANT DELETE ON referrals_referralcount TO helpline_app"),
    ]
