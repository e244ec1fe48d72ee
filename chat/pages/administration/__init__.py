"""Pages of a tenant's own administration that are more than rows: what visitors see, who answers."""
