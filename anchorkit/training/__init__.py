"""What training makes of boxes and anchors."""
