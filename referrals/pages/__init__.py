"""What passing on shows: the directory to everybody, in the office, and beside a talk."""
