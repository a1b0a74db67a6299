"""How the names of images end. Needs nothing else.

Tested in tests/loaders/test_image_sizes.py.
"""

__all__ = ["IMAGE_SUFFIXES"]

IMAGE_SUFFIXES = (
    ".avif", ".bmp", ".dib", ".dng", ".gif", ".heic", ".j2k", ".jfif", ".jp2", ".jpe", ".jpeg",
    ".jpg", ".mpo", ".pbm", ".pgm", ".png", ".pnm", ".ppm", ".tga", ".tif", ".tiff", ".webp",
)  # fmt: skip
"""In lower case."""
