"""What the operating system refused, in words for people; its own are English, or whatever the machine's language is."""

import errno
import os

from ingest.language import Message, message, verbatim

_REASONS = {
    errno.ENOENT: message("没有这个文件或文件夹"),
    errno.EACCES: message("没有权限"),
    errno.EPERM: message("系统不允许这样做"),
    errno.ENOSPC: message("磁盘空间不足"),
    errno.EDQUOT: message("超出磁盘配额"),
    errno.EROFS: message("磁盘是只读的"),
    errno.EIO: message("磁盘读写出错"),
    errno.EFBIG: message("文件过大"),
    errno.EMFILE: message("打开的文件过多"),
    errno.ENFILE: message("打开的文件过多"),
    errno.ENAMETOOLONG: message("文件名过长"),
    errno.ENOTDIR: message("路径中有一段不是文件夹"),
    errno.EISDIR: message("是文件夹"),
    errno.EEXIST: message("已经存在"),
    errno.ENOMEM: message("内存不足"),
    errno.EADDRNOTAVAIL: message("本机没有这个地址"),
}


def system_reason(error: OSError) -> Message:
    """Why an operation failed; of what is not listed here, the system's own words."""
    if error.errno is None:
        return verbatim(str(error))
    return _REASONS.get(error.errno) or verbatim(error.strerror or os.strerror(error.errno))
