"""The pages of an account, at a tenant's desk and on the platform's own host alike.

``door`` is the way in and out, ``factor`` what is asked after a password, ``own`` a person's own
factors, ``away`` a desk that is locked, ``stepping`` what asks to prove once more. What each may do is
decided in tenants/signing_in.py.
"""
