"""Pictures of boxes and anchors; the only part that imports matplotlib."""
