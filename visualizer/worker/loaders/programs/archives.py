"""Looking into a zip archive that somebody else made, without being flooded by it."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from visualizer.worker.loaders.base import LoadError, one_line

_MOST_EXPANSION = 20
_ALWAYS_ALLOWED = 64 << 20
_MOST_MEMBERS = 200_000
_DAMAGES = (
    zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, NotImplementedError,
    RuntimeError, KeyError,
)  # fmt: skip


class Archive:
    """The members of an archive by their path below its one folder."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._members = {_within(info.filename): info for info in archive.infolist()}

    @property
    def names(self) -> list[str]:
        return list(self._members)

    def __contains__(self, name: str) -> bool:
        return name in self._members

    def size(self, name: str) -> int:
        """Bytes of a member once read; raises KeyError."""
        return self._members[name].file_size

    def read(self, name: str) -> bytes:
        """The bytes of a member; raises KeyError, and LoadError when they are damaged."""
        return self._archive.read(self._members[name])


def _within(filename: str) -> str:
    return filename.partition("/")[2] or filename


@contextmanager
def opened(location: str) -> Iterator[Archive]:
    """The archive at `location`; raises LoadError when it is damaged or expands beyond reason.

    What is raised inside and comes from damaged bytes is a LoadError too.
    """
    path = Path(location).expanduser()
    try:
        with zipfile.ZipFile(path) as archive:
            _check_expansion(archive, path.stat().st_size, location)
            yield Archive(archive)
    except LoadError:
        raise
    except _DAMAGES as error:
        raise damaged(location, error) from error


def damaged(location: str, error: BaseException) -> LoadError:
    """One line for a file whose bytes are not what they should be."""
    return LoadError(
        f"{location} is damaged or incomplete: copy or download it again",
        f"{type(error).__name__}: {one_line(error)}",
    )


def _check_expansion(archive: zipfile.ZipFile, size: int, location: str) -> None:
    members = archive.infolist()
    expanded = sum(info.file_size for info in members)
    if len(members) > _MOST_MEMBERS or expanded > _ALWAYS_ALLOWED + _MOST_EXPANSION * size:
        raise LoadError(
            f"{location} expands from {size:,} to {expanded:,} bytes: no network is saved like "
            "that, so it is not opened"
        )
