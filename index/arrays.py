"""Arrays on disk: mapped into memory where they are searched, read piece by piece where they are looked up."""

import os
import threading
import weakref
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

# NumPy reads the header of a file with ast, which CPython 3.11 may fail to do in two threads at once (gh-106905).
_ONE_HEADER = threading.Lock()


def mapped(path: Path, dtype: Any) -> NDArray[Any]:
    """The array of a .npy file, mapped read-only.

    Raises:
        FileNotFoundError: there is none.
        ValueError: it is no array of this dtype, or is cut short.
    """
    try:
        with _ONE_HEADER:
            array: NDArray[Any] = np.load(path, mmap_mode="r")
    except EOFError as error:
        raise ValueError(f"{path}: {error}") from error
    if array.dtype != np.dtype(dtype):
        raise ValueError(f"{path}: {array.dtype} in place of {np.dtype(dtype)}")
    return array


class Records:
    """Records of `size` bytes in a file, from the byte `begin` on.

    They are read and not mapped: a page that is mapped counts as resident for as long as the process lives, and brings
    its neighbours along, so that a service would come to hold gigabytes of what each question needs kilobytes of.
    """

    def __init__(self, file: IO[bytes], size: int, *, begin: int = 0) -> None:
        self.size = size
        self._file = file
        self._begin = begin
        self._one_reader = threading.Lock()  # of seek and read; `os.pread` is not everywhere
        weakref.finalize(self, file.close)

    @classmethod
    def of_array(cls, path: Path) -> "Records":
        """The rows of a .npy file of bytes; errors as of `mapped`."""
        array = mapped(path, np.uint8)
        if array.ndim != 2 or not isinstance(array, np.memmap):
            raise ValueError(f"{path}: {array.ndim} dimensions in place of 2")
        return cls(path.open("rb"), array.shape[1], begin=array.offset)

    def __len__(self) -> int:
        with self._one_reader:
            end = self._file.seek(0, os.SEEK_END)
        return (end - self._begin) // self.size

    def read(self, first: int, records: NDArray[np.uint8]) -> None:
        """Fill an array of (r, size) bytes with the records from first on."""
        with self._one_reader:
            self._file.seek(self._begin + first * self.size)
            self._file.readinto(records.data)  # type: ignore[attr-defined]  # of every file of bytes
