"""The contract that every backend keeps, as tests to subclass (needs pytest).

Use it in a test module of the package that brings the backend::

    from datalab_kernel.testing import BackendContract

    class TestMyBackend(BackendContract):
        def make_backend(self, tmp_path):
            return MyBackend(tmp_path)
"""

from datalab_kernel.testing._compare import assert_same_object, differences
from datalab_kernel.testing._contract import BackendContract

__all__ = ["BackendContract", "assert_same_object", "differences"]
