"""What people see of passing on: pieces of a visit, panels of the desk, the directory, the office."""
