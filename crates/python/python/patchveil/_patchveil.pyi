from collections.abc import Iterable, Sequence
from os import PathLike
from typing import Any, TypeVar, final, overload

import numpy as np
from numpy.typing import NDArray

_Path = str | PathLike[str]
_Samples = TypeVar("_Samples", NDArray[np.float32], NDArray[np.float64])

__all__ = [
    "ClassKey",
    "Detection",
    "FileProtector",
    "Protector",
    "Recipe",
    "Trace",
    "__version__",
    "detect",
    "is_unfinished",
    "merge_manifests",
    "plan_files",
    "protect",
    "restore",
    "run_command",
    "trace",
]
__version__: str

@final
class ClassKey:
    @staticmethod
    def generate() -> ClassKey: ...
    @staticmethod
    def from_text(text: str) -> ClassKey: ...
    @staticmethod
    def from_file(path: _Path, *, passphrase_file: _Path | None = None) -> ClassKey: ...
    @staticmethod
    def from_keyring(
        name: str | None = None,
        *,
        keyring: _Path | None = None,
        passphrase_file: _Path | None = None,
    ) -> ClassKey: ...
    @property
    def fingerprint(self) -> str: ...
    def to_text(self) -> str: ...
    def write(self, path: _Path) -> None: ...
    def __hash__(self) -> int: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __copy__(self) -> ClassKey: ...
    def __deepcopy__(self, _memo: Any) -> ClassKey: ...

@final
class Recipe:
    def __new__(cls, preset: str = "mark") -> Recipe: ...
    @staticmethod
    def from_json(text: str) -> Recipe: ...
    @staticmethod
    def from_file(path: _Path) -> Recipe: ...
    def to_json(self) -> str: ...
    @property
    def version(self) -> int: ...
    @property
    def is_restorable(self) -> bool: ...
    def __eq__(self, other: object, /) -> bool: ...

def protect(
    samples: _Samples,
    rate: int,
    key: ClassKey,
    recipe: Recipe | str = "mark",
    *,
    offset: int = 0,
    channel_axis: int | None = None,
) -> _Samples: ...
@final
class Protector:
    def __new__(
        cls,
        rate: int,
        key: ClassKey,
        recipe: Recipe | str = "mark",
        *,
        channels: int = 1,
        channel_axis: int | None = None,
        offset: int = 0,
    ) -> Protector: ...
    def process(self, block: _Samples) -> _Samples: ...
    @property
    def position(self) -> int: ...
    @property
    def rate(self) -> int: ...
    @property
    def channels(self) -> int: ...

def restore(
    samples: _Samples,
    rate: int,
    key: ClassKey,
    recipe: Recipe | str = "mark",
    *,
    offset: int = 0,
    channel_axis: int | None = None,
) -> _Samples: ...
@final
class Detection:
    @property
    def fingerprint(self) -> str: ...
    @property
    def found(self) -> bool: ...
    @property
    def p_value(self) -> float: ...
    @property
    def sigmas(self) -> float: ...
    @property
    def whole_sigmas(self) -> float: ...
    @property
    def offset(self) -> float | None: ...
    @property
    def period(self) -> float: ...
    @property
    def speed(self) -> float: ...
    @property
    def pitch_moved(self) -> bool: ...
    @property
    def spans(self) -> list[tuple[float, float]]: ...
    @property
    def seconds(self) -> float: ...
    @property
    def active_s(self) -> float: ...
    @property
    def has_signal(self) -> bool: ...

@overload
def detect(
    samples: NDArray[np.float32] | NDArray[np.float64],
    rate: int,
    keys: ClassKey,
    recipe: Recipe | str = "mark",
    *,
    files: int = 1,
    channel_axis: int | None = None,
) -> Detection: ...
@overload
def detect(
    samples: NDArray[np.float32] | NDArray[np.float64],
    rate: int,
    keys: Iterable[ClassKey],
    recipe: Recipe | str = "mark",
    *,
    files: int = 1,
    channel_axis: int | None = None,
) -> list[Detection]: ...
@final
class Trace:
    @property
    def found(self) -> bool: ...
    @property
    def p_value(self) -> float: ...
    @property
    def sigmas(self) -> float: ...
    @property
    def seconds(self) -> float: ...
    @property
    def active_s(self) -> float: ...
    @property
    def has_signal(self) -> bool: ...
    @property
    def copies(self) -> list[str]: ...
    @property
    def without_copies(self) -> tuple[float, float] | None: ...
    def to_json(self) -> str: ...

def trace(
    recordings: Iterable[NDArray[np.float32] | NDArray[np.float64]],
    rate: int,
    key: ClassKey,
    recipe: Recipe | str = "mark",
    *,
    unmarked: Iterable[NDArray[np.float32] | NDArray[np.float64]] = (),
    channel_axis: int | None = None,
) -> Trace: ...
def run_command(args: Sequence[str]) -> int: ...
def is_unfinished(name: _Path) -> bool: ...
@final
class FileProtector:
    def __new__(cls, key: ClassKey, recipe: Recipe | str | None = None) -> FileProtector: ...
    def protect(self, input: _Path, output: _Path, format: str | None = None) -> tuple[bool, str | None]: ...
    def recorded(self, folder: _Path) -> tuple[list[str], list[str]]: ...

def merge_manifests(folders: Sequence[_Path], into: _Path) -> list[str]: ...
def plan_files(
    paths: Sequence[_Path], out: _Path, root: _Path | None
) -> tuple[list[tuple[str, str, str | None]], list[tuple[str, str]], list[tuple[str, str]]]: ...
