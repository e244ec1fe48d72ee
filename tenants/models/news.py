from __future__ import annotations

from django.db import models

from tenants.models.staff import User


class AccountNews(models.Model):
    """That somebody's own sign-in was changed, until the mail has gone out that tells them.

    Of the platform, as accounts are. Who did not do it themselves learns of it from this alone.
    """

    class What(models.TextChoices):
        PASSWORD = "password", "the password was changed"
        FACTOR_ADDED = "factor_added", "a second factor was added"
        FACTOR_REMOVED = "factor_removed", "a second factor was removed"
        CODES_MADE = "codes_made", "new recovery codes were made"

    # PostgreSQL itself lets it go with the person: the purge forgets people past the ORM.
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", db_constraint=False)
    what = models.CharField(max_length=14, choices=What.choices)
    language = models.CharField(max_length=2)
    # When the mail is to go out, or is tried again.
    send_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name_plural = "account news"

    def __str__(self) -> str:
        return self.what
