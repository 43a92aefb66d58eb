"""One cluster for all tests that don't end it."""

import contextlib
import logging

import pytest
from distributed import Client

from datalab_kernel_dask import local_cluster


@pytest.fixture(scope="session")
def client():
    with contextlib.ExitStack() as stack:
        cluster = stack.enter_context(local_cluster(2, silence_logs=logging.CRITICAL))
        yield stack.enter_context(Client(cluster))
