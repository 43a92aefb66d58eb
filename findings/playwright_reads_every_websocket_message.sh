#!/usr/bin/env bash
# A page to which Playwright is attached receives large WebSocket messages at a fraction of its speed, though nobody listens.
#
# Guess:   a driver that is attached to a page and does nothing costs the page nothing; messages of WebSockets are
#          reported to it once somebody asks for them (page.on("websocket")).
# Seen:    playwright 1.65.2 with Chromium 156 enables DevTools' domain Network for each page that it is attached to, and the
#          page then hands every message of its WebSockets, whole and as base64 text, to the driver. 64 MB in 16
#          messages over loopback took 7 to 9 times as long as before and after, in the same page.
# Matters: times of a notebook's page that come from Playwright (comms, images, streams) are the driver's; two processes
#          more are busy meanwhile. We missed a figure by half that was reached. Measure such pages by Runtime.evaluate alone.
set -euo pipefail
chromium=$(command -v chromium || command -v chromium-browser || command -v google-chrome) || {
  echo "This needs Chromium on the PATH (Debian: apt-get install chromium)." >&2
  exit 1
}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/env"
"$work/env/bin/python" -m pip install --quiet --disable-pip-version-check playwright==1.65.2 websockets==17.4
"$chromium" --version
"$work/env/bin/python" - "$chromium" "$work/profile" <<'PYTHON'
import json
import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path
from urllib.request import Request, urlopen

from playwright.sync_api import sync_playwright
from websockets.sync.client import connect
from websockets.sync.server import serve

COUNT, SIZE, ROUNDS = 16, 4 << 20, 3
RECEIVE = """new Promise(done => {
    const socket = new WebSocket("ws://127.0.0.1:%d");
    let left = 0, began;
    socket.binaryType = "arraybuffer";
    socket.onopen = () => { began = performance.now(); socket.send("go"); };
    socket.onmessage = message => {
        left += message.data.byteLength;
        if (left === %d) { done(performance.now() - began); socket.close(); }
    };
})"""


def send(socket):
    for _ in socket:
        for _ in range(COUNT):
            socket.send(bytes(SIZE))


def measured(page, source):
    times = []
    for number in range(ROUNDS):
        request = {"expression": source, "awaitPromise": True, "returnByValue": True}
        page.send(json.dumps({"id": number, "method": "Runtime.evaluate", "params": request}))
        times.append(json.loads(page.recv())["result"]["result"]["value"])
    return statistics.median(times)


program, profile = sys.argv[1:]
switches = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--remote-debugging-port=0"]
browser = subprocess.Popen([program, *switches, f"--user-data-dir={profile}"], stderr=subprocess.DEVNULL)
try:
    port_file = Path(profile, "DevToolsActivePort")
    while not port_file.exists() or "\n" not in port_file.read_text():
        time.sleep(0.05)
    address = f"http://127.0.0.1:{port_file.read_text().split()[0]}"
    with urlopen(Request(f"{address}/json/new?about:blank", method="PUT")) as answer:
        target = json.load(answer)
    with serve(send, "127.0.0.1", 0, compression=None) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        source = RECEIVE % (server.socket.getsockname()[1], COUNT * SIZE)
        with connect(target["webSocketDebuggerUrl"], compression=None, proxy=None) as page:
            measured(page, source)
            before = measured(page, source)
            with sync_playwright() as playwright:
                attached = playwright.chromium.connect_over_cdp(address)
                assert attached.contexts[0].pages, "Playwright isn't attached to the page"
                during = measured(page, source)
            after = measured(page, source)
        server.shutdown()
finally:
    browser.terminate()
    browser.wait(10)
print(f"64 MB: {before:.0f} ms; while Playwright is attached: {during:.0f} ms; then: {after:.0f} ms")
sys.exit(not during > 2 * max(before, after))
PYTHON
echo "As described."
