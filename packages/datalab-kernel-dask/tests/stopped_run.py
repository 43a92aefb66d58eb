"""A notebook's process that is sent a Stop as Jupyter sends it: to its whole process group.

``stopped_run.py FOLDER ours|plain``. Prints how long the Stop took, and what the next call found.
"""

import os
import signal
import sys
import threading
import time
from pathlib import Path

from distributed import Client, LocalCluster

from datalab_kernel import process
from datalab_kernel_dask import local_cluster

STEPS = [("gaussian_filter", {"sigma": 2}), "stats"]


def number_noted(journal: Path) -> int:
    """Return of how many files it is noted that they are done; their results are there before."""
    return journal.read_bytes().count(b'"row"') if journal.exists() else 0


def main() -> None:
    """Process, be stopped in the middle, and process again on the same cluster."""
    folder = Path(sys.argv[1])
    files, out = sorted(folder.glob("*.npy")), folder / "out"
    options = {"threads_per_worker": 1, "dashboard_address": "127.0.0.1:0"}
    cluster = local_cluster(2) if sys.argv[2] == "ours" else LocalCluster(n_workers=2, **options)
    with cluster, Client(cluster) as client:
        stopped_s = []

        def stop_once_some_are_done() -> None:
            while number_noted(out / "process.jsonl") < 2:
                time.sleep(0.01)
            stopped_s.append(time.monotonic())
            os.killpg(0, signal.SIGINT)

        threading.Thread(target=stop_once_some_are_done).start()
        try:
            process(files, STEPS, to=out, client=client, chunk=1)
            print("wasn't stopped", flush=True)
        except KeyboardInterrupt as stop:
            took_s = time.monotonic() - stopped_s[0]
            print(f"stopped {took_s:.3f} {len(stop.result.rows)}", flush=True)
        done = process(files, STEPS, to=out, client=client)
        print(f"then {len(done)} {len(done.failures)} {done.kept}", flush=True)


if __name__ == "__main__":
    main()
