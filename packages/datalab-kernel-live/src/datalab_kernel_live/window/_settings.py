"""What DataLab's settings file tells: where its XML-RPC server listens, and whether it paints."""

from __future__ import annotations

import configparser
import os
import sys
from pathlib import Path

PORT_VARIABLE = "DATALAB_XMLRPCPORT"
_FOLDER = ".DataLab_v1"
_FILES = ("DataLab_v1_typed.ini", "DataLab_v1.ini")  # 1.3, and before
_HIGHEST_PORT = 65535


def auto_refresh(config_home: str | os.PathLike[str] | None = None) -> bool | None:
    """Say whether DataLab paints what changes, or None if its settings don't say.

    DataLab writes each change at once, and tells it nowhere else.
    """
    for settings in _settings(config_home):
        try:
            return settings.getboolean("view", "auto_refresh")
        except (configparser.Error, ValueError):
            continue
    return None


def ports(config_home: str | os.PathLike[str] | None = None) -> list[int]:
    """Return where DataLab's XML-RPC server may listen; one that has ended is among them."""
    texts = [os.environ.get(PORT_VARIABLE, "")]
    texts += [one.get("main", "rpc_server_port", fallback="") for one in _settings(config_home)]
    numbers = [int(text) for text in texts if text.isascii() and text.isdecimal()]
    return list(dict.fromkeys(port for port in numbers if 0 < port <= _HIGHEST_PORT))


def folder(config_home: str | os.PathLike[str] | None = None) -> Path:
    """Return the folder of DataLab's settings."""
    return Path(_default_home() if config_home is None else config_home) / _FOLDER


def _settings(config_home: str | os.PathLike[str] | None) -> list[configparser.ConfigParser]:
    """Return what can be read of DataLab's settings, newest form first."""
    found = []
    for name in _FILES:
        settings = configparser.ConfigParser(interpolation=None, strict=False)
        try:
            if settings.read(folder(config_home) / name, encoding="utf-8"):
                found.append(settings)
        except (configparser.Error, UnicodeError):
            continue
    return found


def _default_home() -> Path:
    """Return the folder that guidata chooses for DataLab."""
    home = Path(os.path.expanduser("~"))  # noqa: PTH111 - never raises
    if not sys.platform.startswith("linux"):
        return home
    return Path(os.environ.get("XDG_CONFIG_HOME") or home / ".config")
