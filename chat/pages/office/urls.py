"""The addresses of the office, below ``/desk/office/``."""

from __future__ import annotations

from django.urls import path

from chat.pages.office import hold_acts
from chat.pages.office.evaluations import evaluations
from chat.pages.office.hold_reading import read
from chat.pages.office.holds import hold, holds
from chat.pages.office.kept import flag, kept_talks
from chat.pages.office.policy import discard, draft, policy, publish
from chat.pages.office.trail import trail
from chat.pages.office.vault import opening, vault

urlpatterns = [
    path("policy/", policy, name="office-policy"),
    path("policy/draft/", draft, name="office-draft"),
    path("policy/discard/", discard, name="office-discard"),
    path("policy/publish/", publish, name="office-publish"),
    path("vault/", vault, name="office-vault"),
    path("vault/<uuid:request_id>/", opening, name="office-opening"),
    path("kept/", kept_talks, name="office-kept"),
    path("kept/<uuid:talk>/flag/", flag, name="office-flag"),
    path("holds/", holds, name="office-holds"),
    path("holds/place/", hold_acts.place, name="office-hold-place"),
    path("holds/<uuid:hold_id>/", hold, name="office-hold"),
    path("holds/<uuid:hold_id>/confirm/", hold_acts.confirm, name="office-hold-confirm"),
    path("holds/<uuid:hold_id>/refuse/", hold_acts.refuse, name="office-hold-refuse"),
    path("holds/<uuid:hold_id>/review/", hold_acts.review, name="office-hold-review"),
    path("holds/<uuid:hold_id>/release/", hold_acts.release, name="office-hold-release"),
    path("holds/<uuid:hold_id>/read/", read, name="office-hold-read"),
    path("trail/", trail, name="office-trail"),
    path("evaluations/", evaluations, name="office-evaluations"),
]
