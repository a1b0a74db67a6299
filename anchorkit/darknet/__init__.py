"""Darknet's cfg as text: sections, layer graph, detection heads; read and edited, never loaded."""
