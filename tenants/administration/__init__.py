"""A tenant's own administration, at ``admin.<base>/t/<slug>/``: Django admin over its rows.

``site`` is the site, ``rows`` what every page of a model shares. Each app registers its models in
a module of its own name for it, ``tenant_admin``; the platform's own rows are in ``admin``.
"""
