"""What the bench serves. Each module has an ``application``; none of it is the product's."""
