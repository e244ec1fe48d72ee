"""The handbook: the line's method book, which counsellors look things up in while they talk.  Rule: S5

``articles`` writes and reads them, ``search`` finds them, ``revisions`` sees to it that they are
looked at each year, ``sharing`` gives them to other lines, ``importing`` reads them from files,
``markdown`` says how a body looks, ``wordings`` what two versions differ in.
"""
