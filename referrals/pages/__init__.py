"""What people see of passing on: pieces of the visitor's page and of the desk."""
