"""The pages of the address vault, one for whoever stands before it.

``overview`` asks and lists what waits, ``opening`` is one request from asking to destroying. Both
are shown inside the frame of a *desk*: a tenant's officer comes through the office
(chat/pages/office/vault.py), a duty officer of the platform through ``operators``.
Rule: D7, D10
"""
