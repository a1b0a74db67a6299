"""What the commands print: each module words one result."""
