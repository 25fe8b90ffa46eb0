"""Lines and surfaces over the plane, and points of two classes."""
