"""Arrays and records on disk come back as they were, and damaged ones are told."""

import threading
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.arrays import Records, mapped


def test_an_array_comes_back_and_cannot_be_written(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.arange(5, dtype=np.int32))
    array = mapped(tmp_path / "a.npy", np.int32)
    assert array.tolist() == [0, 1, 2, 3, 4]
    with pytest.raises(ValueError, match="read-only"):
        array[0] = 1


def test_a_missing_file_is_told_apart_from_a_damaged_one(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        mapped(tmp_path / "a.npy", np.int32)


@pytest.mark.parametrize("kept", [0, 5, 60, 130])
def test_a_file_cut_short_is_refused(tmp_path: Path, kept: int) -> None:
    np.save(tmp_path / "a.npy", np.arange(5, dtype=np.int32))
    content = (tmp_path / "a.npy").read_bytes()
    (tmp_path / "a.npy").write_bytes(content[:kept])
    with pytest.raises(ValueError):  # noqa: PT011 - NumPy says it in several ways
        mapped(tmp_path / "a.npy", np.int32)


def test_another_kind_of_number_is_refused(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.arange(5))
    with pytest.raises(ValueError, match="int64 in place of int32"):
        mapped(tmp_path / "a.npy", np.int32)


def saved(folder: Path, rows: np.ndarray) -> Path:
    np.save(folder / "rows.npy", rows)
    return folder / "rows.npy"


@given(count=st.integers(0, 9), size=st.integers(1, 5), data=st.data())
def test_records_are_the_rows_of_the_array(
    tmp_path_factory: pytest.TempPathFactory, count: int, size: int, data: st.DataObject
) -> None:
    rows = np.arange(count * size, dtype=np.uint8).reshape(count, size)
    records = Records.of_array(saved(tmp_path_factory.mktemp("records"), rows))
    first = data.draw(st.integers(0, count))
    last = data.draw(st.integers(first, count))
    assert (len(records), records.size) == (count, size)
    read = np.zeros((last - first, size), dtype=np.uint8)
    records.read(first, read)
    assert (read == rows[first:last]).all()


def test_records_of_one_dimension_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="1 dimensions"):
        Records.of_array(saved(tmp_path, np.zeros(4, dtype=np.uint8)))


def test_readers_at_once_each_get_their_own(tmp_path: Path) -> None:
    rows = np.repeat(np.arange(200, dtype=np.uint8)[:, None], 64, axis=1)
    records = Records.of_array(saved(tmp_path, rows))
    wrong: list[int] = []

    def read(step: int) -> None:
        record = np.empty((1, 64), dtype=np.uint8)
        for row in [*range(0, 200, step)] * 20:
            records.read(row, record)
            wrong.extend([row] * int((record != row).any()))

    readers = [threading.Thread(target=read, args=(step,)) for step in (1, 2, 3, 5)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    assert wrong == []
