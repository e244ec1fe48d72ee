"""What is measured, one module for each block of rows."""
