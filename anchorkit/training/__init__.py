"""What training makes of boxes and anchors: its trainers, its augmentation, its assignment."""
