"""Pages of a tenant's administration that show what visitors will see of it."""
