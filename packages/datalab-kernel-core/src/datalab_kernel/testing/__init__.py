"""The contracts of extension points, as tests to subclass (needs pytest).

Use them in a test module of the package that brings a backend, or a file format::

    from datalab_kernel.testing import BackendContract, ReaderContract, SampleFile

    class TestMyBackend(BackendContract):
        def make_backend(self, tmp_path):
            return MyBackend(tmp_path)

    class TestMyFormat(ReaderContract):
        reader = MY_READER

        def samples(self):
            return [SampleFile(name="a.toy", content=b"TOY 1 2", arrays=([[0, 1], [1, 2]],))]
"""

from datalab_kernel.testing._compare import assert_same_object, differences
from datalab_kernel.testing._contract import BackendContract
from datalab_kernel.testing._reader_contract import ReaderContract, SampleFile

__all__ = ["BackendContract", "ReaderContract", "SampleFile", "assert_same_object", "differences"]
