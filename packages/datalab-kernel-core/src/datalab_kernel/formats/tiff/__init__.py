"""TIFF files: their frames (``_frames``), what a pixel and a step measure (``_calibration``, ``_ome``)."""
