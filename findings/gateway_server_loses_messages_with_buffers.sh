#!/usr/bin/env bash
# A Jupyter server whose kernels run behind a gateway loses every kernel message with buffers, and then all others.
#
# Guess:   a Jupyter server in front of a gateway hands messages on as they are: what works beside a kernel (ipywidgets
#          with images, uploads, anywidget) works there, a little later.
# Seen:    jupyter_server 2.21.1 started with --gateway-url decodes each binary websocket message of the gateway as
#          UTF-8. A kernel message with buffers is binary, so the task that reads ends with a UnicodeDecodeError, which
#          only the log shows; the browser's websocket stays open and hears nothing more, no output and no end of
#          its cells. The other way, a message with buffers is sent on as text: the gateway's server closes the link,
#          which is made anew after one to two seconds; what is sent meanwhile is lost.
# Matters: a protocol above comms can't rely on buffers, nor try them out from the kernel's side, which is fatal. A try
#          from the page costs two seconds: that is how datalab_kernel_channel finds out that bytes are to go as text.
set -euo pipefail
work=$(mktemp -d)
servers=()
trap 'kill -9 "${servers[@]}" 2>/dev/null; rm -rf "$work"' EXIT
python3 -m venv "$work/env"
"$work/env/bin/python" -m pip install --quiet --disable-pip-version-check \
  jupyter_server==2.21.1 ipykernel==7.4.0 websocket-client==1.9.2
export JUPYTER_RUNTIME_DIR="$work/runtime" JUPYTER_CONFIG_DIR="$work/config" JUPYTER_DATA_DIR="$work/data" PATH="$work/env/bin:$PATH"
free_port() { python3 -c "import socket; s = socket.create_server(('127.0.0.1', 0)); print(s.getsockname()[1])"; }
serve() {  # its port, its log, more options
  jupyter-server --no-browser --allow-root --ServerApp.ip=127.0.0.1 --ServerApp.port="$1" --ServerApp.port_retries=0 \
    --IdentityProvider.token=secret "${@:3}" >"$2" 2>&1 &
  servers+=($!)
}
back=$(free_port); serve "$back" "$work/back.log"
front=$(free_port); serve "$front" "$work/front.log" "--gateway-url=http://127.0.0.1:$back" --GatewayClient.auth_token=secret
cat > "$work/try.py" <<'PYTHON'
import json
import struct
import sys
import time
import urllib.request
import uuid

import websocket

place, kind = f"127.0.0.1:{sys.argv[1]}", sys.argv[2]


def ask(path, body=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"http://{place}/api/{path}", data, {"Authorization": "token secret"})
    return json.load(urllib.request.urlopen(request, timeout=60))


for _ in range(600):
    try:
        ask("status")
        break
    except OSError:
        time.sleep(0.2)
kernel = ask("kernels", {"name": "python3"})["id"]
session = uuid.uuid4().hex
address = f"ws://{place}/api/kernels/{kernel}/channels?session_id={session}"
link = websocket.create_connection(address, header=["Authorization: token secret"], timeout=60)


def message(kind, content):
    header = {"msg_id": uuid.uuid4().hex, "msg_type": kind, "session": session, "username": "", "version": "5.3", "date": ""}
    return {"channel": "shell", "header": header, "parent_header": {}, "metadata": {}, "content": content}


def run(code, timeout_s):
    """Say whether a cell's end is heard."""
    sent = message("execute_request", {"code": code, "silent": False})
    link.send(json.dumps(sent))
    link.settimeout(timeout_s)
    try:
        while True:
            text = link.recv()
            if isinstance(text, bytes):  # with buffers
                continue
            heard = json.loads(text)
            is_ours = heard["parent_header"].get("msg_id") == sent["header"]["msg_id"]
            if is_ours and heard["msg_type"] == "status" and heard["content"]["execution_state"] == "idle":
                return True
    except websocket.WebSocketTimeoutException:
        return False


assert run("import comm; c = comm.create_comm(target_name='x'); c.send({'a': 1})", 60), "no cell is answered"
if kind == "from_kernel":
    print(run("c.send({}, buffers=[b'\\xff'])", 8))
else:
    packed = json.dumps(message("comm_msg", {"comm_id": "none", "data": {}})).encode()
    offsets = [12, 12 + len(packed)]
    link.send_binary(struct.pack("!III", 2, *offsets) + packed + b"\xff")
    time.sleep(4)
    print(run("1", 30))
PYTHON
try_it() { python "$work/try.py" "$@"; }
direct=$(try_it "$back" from_kernel)
through=$(try_it "$front" from_kernel)
echo "a cell that sends a buffer is heard to end: at the kernel's own server $direct, through a gateway $through"
grep --only-matching --max-count=1 "UnicodeDecodeError('utf-8'" "$work/front.log"
again=$(try_it "$front" from_page)
echo "after a buffer from the page, four seconds later, a cell is answered: $again"
grep --only-matching --max-count=1 "Lost connection to Gateway" "$work/front.log"
test "$direct $through $again" = "True False True"
echo "As described."
