"""Where the pages of an account are, below a desk's ``desk/`` and the platform's own root."""

from __future__ import annotations

from django.urls import path

from chat.pages.accounts import away, door, factor, own, stepping

urlpatterns = [
    path("login/", door.sign_in, name="login"),
    path("login/factor/", factor.factor, name="factor"),
    path("logout/", door.sign_out, name="logout"),
    path("account/", own.account, name="account"),
    path("account/app/", own.app, name="account-app"),
    path("account/passkey/", own.passkey, name="account-passkey"),
    path("account/codes/", own.codes, name="account-codes"),
    path("account/remove/", own.remove, name="account-remove"),
    path("unlock/", away.unlock, name="unlock"),
    path("step-up/", stepping.step_up, name="step-up"),
]
