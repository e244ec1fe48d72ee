"""The office: the pages of a tenant's desk host for officers and administrators.

``door`` lets in and gathers what every page shows; each section is a module of its own with a thin
view, a dataclass of what its template shows, and the functions of the floors below.
"""
