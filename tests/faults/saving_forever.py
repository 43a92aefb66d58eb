"""Forks, for each line on stdin, a process that saves to one file over and over until it is killed.

``saving_forever.py FILE NAMES``, where NAMES is JSON: lists of names to save in turn.

Forking spares the seconds of importing Sigima for each. Prints the process' id.
"""

import json
import os
import sys
from pathlib import Path

import numpy as np

from datalab_kernel import Workspace


def workspace_with(names: list[str]) -> Workspace:
    """Make objects that take several milliseconds to save."""
    workspace = Workspace("standalone")
    for name in names:
        workspace[name] = np.ones((200, 200)) if name == "image" else np.ones(20_000)
    return workspace


def main() -> None:
    """Serve until stdin ends."""
    path = Path(sys.argv[1])
    workspaces = [workspace_with(names) for names in json.loads(sys.argv[2])]
    workspaces[0].save(path)
    print("ready", flush=True)
    for _ in sys.stdin:
        pid = os.fork()
        if pid == 0:
            while True:
                for workspace in workspaces:
                    workspace.save(path)
        print(pid, flush=True)
        os.waitpid(pid, 0)
        print("gone", flush=True)


if __name__ == "__main__":
    main()
