"""Makes the files of a release, the same bytes anywhere and at any time; publishes nothing. Run it by ``tools/run.py release``."""
