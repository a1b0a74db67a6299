"""The search for anchors: exact passes over all boxes, and a wide search on a small sample.

The order of its stages is told, and kept, in `clustering.py`.
"""
