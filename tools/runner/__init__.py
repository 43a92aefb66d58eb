"""What ``tools/run.py`` is made of: tasks read from pixi.toml, environments made by uv, processes."""
