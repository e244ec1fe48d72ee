"""The addresses of the path, below ``admin.<base>/t/<slug>/``."""

from __future__ import annotations

from django.urls import path

from retention.path import acts, pages

urlpatterns = [
    path("", pages.front, name="front"),
    path("path/", pages.path, name="path"),
    path("path/propose/", acts.propose, name="path-propose"),
    path("path/confirm/", acts.confirm, name="path-confirm"),
    path("path/withdraw/", acts.withdraw, name="path-withdraw"),
    path("path/pause/", acts.pause, name="path-pause"),
    path("path/resume/", acts.resume, name="path-resume"),
    path("dry-run/", acts.dry_run, name="dry-run"),
    path("leave/", pages.leave, name="leave"),
    path("leave/export/", acts.export, name="leave-export"),
    path("leave/propose/", acts.propose_leave, name="leave-propose"),
    path("leave/confirm/", acts.confirm_leave, name="leave-confirm"),
    path("leave/withdraw/", acts.withdraw_leave, name="leave-withdraw"),
]
