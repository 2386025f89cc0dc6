"""What the system refused is said in Chinese."""

import errno
import os

import pytest

from ingest.system_errors import system_reason


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (errno.ENOSPC, "磁盘空间不足"),
        (errno.EACCES, "没有权限"),
        (errno.EROFS, "磁盘是只读的"),
        (errno.EDQUOT, "超出磁盘配额"),
    ],
)
def test_what_people_meet_is_said_in_chinese(code: int, reason: str) -> None:
    assert str(system_reason(OSError(code, os.strerror(code), "甲.md"))) == reason


def test_what_nobody_foresaw_is_said_in_the_systems_own_words() -> None:
    assert str(system_reason(OSError(errno.EXDEV, "Invalid cross-device link"))) == "Invalid cross-device link"
    assert str(system_reason(OSError("太多文件"))) == "太多文件"
