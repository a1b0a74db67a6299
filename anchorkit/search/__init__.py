"""The search for anchors: exact passes over all boxes, and a wide search on a small sample."""
