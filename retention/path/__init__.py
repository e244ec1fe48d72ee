"""The path of a line, in its own administration: checklist, dry run, going live, pausing, leaving.

``pages`` shows where the line stands and what is next, ``acts`` what somebody decides there.
"""
