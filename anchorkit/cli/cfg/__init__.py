"""What commands do with a darknet cfg."""
