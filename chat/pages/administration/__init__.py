"""Pages of a tenant's own administration that are more than rows: what it promises, who answers."""
