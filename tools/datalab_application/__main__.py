"""A DataLab that runs without a screen, with its Web API and its XML-RPC interface open.

Started by DataLab's own Python with a port and a token; prints one line of JSON when it
answers, and ends at SIGTERM. It closes error boxes, unless told to keep them until SIGUSR1, and
never a progress box: that would cancel what is computed.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
import urllib.request
from typing import Any

CLOSE_BOXES_MS = 200


def main() -> None:
    """Run DataLab until it is told to end."""
    port, token, *options = sys.argv[1:]
    sys.argv = sys.argv[:1]  # DataLab reads them when it is imported
    os.environ |= {
        "GUIDATA_UNATTENDED": "1",  # no dialog
        "SIGIMAX_DO_NOT_QUIT": "1",  # ... and the event loop goes on all the same
        "DATALAB_WEBAPI_ENABLED": "1",
        "DATALAB_WEBAPI_HOST": "127.0.0.1",
        "DATALAB_WEBAPI_PORT": port,
        "DATALAB_WEBAPI_TOKEN": token,
    }
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from datalab import app
    from datalab.config import Conf, ensure_initialized
    from datalab.utils.qthelpers import datalab_app_context
    from qtpy import QtCore as Core
    from qtpy import QtWidgets as Widgets

    QtCore: Any = Core  # noqa: N806 - as Qt calls it; qtpy's types depend on what is installed
    QtWidgets: Any = Widgets  # noqa: N806

    ensure_initialized(load_user_config=True)
    if "--require-token" in options:
        Conf.from_dict({"webapi_localhost_no_token": False})
    if "--without-xmlrpc" in options:
        Conf.from_dict({"rpc_server_enabled": False})
    with datalab_app_context(exec_loop=True):
        window = app.create(splash=False, console=False)
        QtWidgets.QApplication.processEvents()
        window.execute_post_show_actions()  # starts the Web API

        def end(*_: Any) -> None:
            window.close()
            QtWidgets.QApplication.quit()

        signal.signal(signal.SIGTERM, end)
        timer = QtCore.QTimer()

        def close_box(*_: Any) -> None:
            box = QtWidgets.QApplication.activeModalWidget()
            if isinstance(box, QtWidgets.QMessageBox):
                print(f"[closed] {box.text()[:300]!r}", file=sys.stderr, flush=True)
                box.close()

        if sys.platform != "win32":
            signal.signal(signal.SIGUSR1, close_box)

        def tick() -> None:  # also lets Python run its signal handlers
            if "--keep-boxes" not in options:
                close_box()

        timer.timeout.connect(tick)
        timer.start(CLOSE_BOXES_MS)
        threading.Thread(target=announce, args=(port,), daemon=True).start()


def announce(port: str) -> None:
    """Say where DataLab is once it answers."""
    url = f"http://127.0.0.1:{port}"
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    while True:
        try:
            with opener.open(f"{url}/api/v1/status", timeout=2) as answer:
                status = json.load(answer)
            break
        except OSError:
            time.sleep(0.05)
    print(json.dumps({"url": url, "pid": os.getpid(), "version": status["version"]}), flush=True)


if __name__ == "__main__":  # DataLab's processes for computing import this file again
    main()
