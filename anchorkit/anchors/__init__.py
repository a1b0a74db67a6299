"""Anchors as people hand them over: their text, presets, rounding and exports."""
