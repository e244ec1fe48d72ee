"""The pages that people look at: the visitor's one page, the desk, its sign-in, the theme.

A page is a frozen dataclass built here and a template that only shows it. Every text that a
script needs is rendered into the page by its template: scripts carry no words.
"""

from __future__ import annotations
