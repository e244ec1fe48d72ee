"""What referrals adds to a tenant's own administration: pacts with other lines, and the directory."""
