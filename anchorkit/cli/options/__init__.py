"""What options take, and the options that commands share."""
