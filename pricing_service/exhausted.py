"""What a machine runs out of: room on its disks, or open files. It passes, and no caller is to blame for it."""

from __future__ import annotations

import errno
import os

_CODES = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO, errno.EMFILE, errno.ENFILE, errno.EFBIG)


def exhausted(error: BaseException) -> OSError | None:
    """Return what the system said if an error means that the machine has run out of something.

    Engines written in other languages raise errors of their own with the system's words in them.

    Examples
    --------
    >>> exhausted(OSError(errno.ENOSPC, "No space left on device")).errno == errno.ENOSPC
    True
    >>> exhausted(RuntimeError('IO Error: Cannot open file "x": Too many open files')).errno == errno.EMFILE
    True
    >>> exhausted(FileNotFoundError(errno.ENOENT, "No such file")) is None
    True
    """
    if isinstance(error, OSError) and error.errno in _CODES:
        return error
    words = str(error)
    return next((OSError(code, os.strerror(code)) for code in _CODES if os.strerror(code) in words), None)
