"""Passing on: partners and handoffs between tenants, and the directory of other help."""
