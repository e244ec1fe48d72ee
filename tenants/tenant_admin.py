"""What a tenant's administrators see to of this app's models, at ``/t/<slug>/``."""
