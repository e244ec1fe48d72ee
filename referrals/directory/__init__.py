"""The directory: who else answers, outside the platform.  Rule: S10, S11

``services`` writes them, ``shape`` says what one may be, ``hours`` when it is open, ``finding`` finds
what a visitor or a counsellor asks for, ``checks`` sees to it that they are looked at again, ``hsds``
reads and writes them as Open Referral does, ``importing`` takes files.
"""
