"""Protects data sets on a cluster, with Ray Data: ``pip install 'patchveil[ray]'``.

Every file is protected by the code of the ``patchveil`` command, so the outputs are the same byte for byte. The folder
of the outputs has to be one that all nodes can write, and so has to be that of the inputs.

**Keys.** A worker reads the key from a keyring file on its node, readable only by its owner, whose path is in the environment
variable PATCHVEIL_KEYRING. Task arguments, logs and the dashboard show that path, the class's name and the paths of files, and never the key.

**Interruptions.** Each task protects some files, one after the other, in a folder of its own below ``.patchveil-parts``, with a
manifest of its own, and gives each file its name once it is on record there. A task that is run again after its worker was
killed goes on where that one stopped; so does a whole run. The manifests of the parts are merged once, at the end.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import shutil
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from ._patchveil import ClassKey, FileProtector, Recipe, is_unfinished, merge_manifests, plan_files

__all__ = ["Summary", "protect_dataset"]

_log = logging.getLogger(__name__)

_PARTS = ".patchveil-parts"
_NOTES = ".notes"
_MANIFEST = "patchveil.jsonl"
_KEYRING = "PATCHVEIL_KEYRING"
_PASSPHRASE_FILE = "PATCHVEIL_PASSPHRASE_FILE"
# How often Ray may run a task again because its worker or node died.
_RETRIES = 20


@dataclass
class Summary:
    """What a run came to."""

    protected: int = 0
    """Files protected by this run."""
    already: int = 0
    """Files that were protected and on record before."""
    failed: list[tuple[str, str]] = field(default_factory=list)
    """Files that could not be protected, and why."""
    left_out: list[tuple[str, str]] = field(default_factory=list)
    """Files found in a folder that may be recordings and were not taken for such, and why."""
    notes: list[tuple[str, str]] = field(default_factory=list)
    """Files that were protected, and what there is to know of the outputs: what was not carried over, what is out of date.
    Also warnings of the logger ``patchveil.ray``, one line each."""
    tasks: int = 0
    """Tasks that the files were shared out to."""


def protect_dataset(
    paths: str | os.PathLike[str] | Iterable[str | os.PathLike[str]],
    out: str | os.PathLike[str],
    key: str | None = None,
    *,
    recipe: Recipe | str = "mark",
    root: str | os.PathLike[str] | None = None,
    keyring: str | os.PathLike[str] | None = None,
    passphrase_file: str | os.PathLike[str] | None = None,
    files_per_task: int = 64,
    num_cpus: float = 1,
) -> Summary:
    """Protects recordings into the folder ``out``, on the cluster that Ray is connected to.

    ``paths`` are files, and folders to search, in all formats that the command reads. What is found in a folder keeps its
    path below it, a file its name; with ``root``, all keep their path below that. As with the command, what is lossy becomes
    FLAC, ``x.mp3`` thus ``x.flac``; all else keeps its format.

    ``key`` is the name of a class in the keyring, without one its default class.
    ``keyring`` and ``passphrase_file`` are paths on every node [default: what PATCHVEIL_KEYRING and PATCHVEIL_PASSPHRASE_FILE
    say here, else where the command keeps its keyring]. A task has ``files_per_task`` files and ``num_cpus`` cores.

    Files that are in ``out`` and on record there, with the same key and recipe, are not protected again, so a run that
    was interrupted is completed by the same call. Nothing is ever overwritten. Raises ValueError if two inputs would get the same
    name; files that fail by themselves are in ``Summary.failed``.
    """
    if isinstance(key, ClassKey):
        raise TypeError(
            "key: give the name of a class in the keyring, not the key itself, which would get into task arguments"
        )
    ray = _ray()
    recipe = recipe if isinstance(recipe, Recipe) else Recipe(recipe)
    environment = _environment(keyring, passphrase_file)
    protector = _protector(key, recipe.to_json(), *environment)
    out = Path(os.path.abspath(out))
    summary = Summary()
    jobs = _jobs(paths, out, root, summary)
    out.mkdir(parents=True, exist_ok=True)
    with _alone(out):
        _gather_notes(out, summary)
        _merge(out)
        waiting = _waiting(jobs, out, protector, summary)
        parts = _parts(waiting, max(1, files_per_task))
        summary.tasks = len(parts)
        if parts:
            for result in _run(ray, parts, out, key, recipe.to_json(), environment, num_cpus):
                summary.protected += result["protected"]
                summary.already += result["already"]
                summary.failed += map(tuple, result["failed"])
        _gather_notes(out, summary)
        _merge(out)
    return summary


def _ray():
    try:
        import ray
        import ray.data
    except ImportError as error:
        raise ImportError("this needs Ray: pip install 'patchveil[ray]'") from error
    return ray


def _environment(keyring, passphrase_file) -> tuple[str | None, str | None]:
    """The paths of keyring and passphrase file: paths, and no secrets."""
    keyring = keyring or os.environ.get(_KEYRING) or None
    passphrase_file = passphrase_file or os.environ.get(_PASSPHRASE_FILE) or None
    return (
        os.path.abspath(keyring) if keyring else None,
        os.path.abspath(passphrase_file) if passphrase_file else None,
    )


@lru_cache(maxsize=4)
def _protector(key, recipe: str, keyring, passphrase_file) -> FileProtector:
    own = ClassKey.from_keyring(key, keyring=keyring, passphrase_file=passphrase_file)
    return FileProtector(own, Recipe.from_json(recipe))


class _Job(NamedTuple):
    """A file to protect."""

    output: str
    """What it is called below the folder of the outputs."""
    recording: str
    format: str | None
    """None for that of the recording."""


def _jobs(paths, out: Path, root, summary: Summary) -> list[_Job]:
    """What the command would do; what it would not is told in the summary."""
    if isinstance(paths, (str, os.PathLike)):
        paths = [paths]
    paths = [os.path.abspath(path) for path in paths]
    files, summary.failed, summary.left_out = plan_files(paths, out, os.path.abspath(root) if root else None)
    return [_Job(output, recording, format) for recording, output, format in files]


def _waiting(jobs: list[_Job], out: Path, protector: FileProtector, summary: Summary) -> list[_Job]:
    """What is still to do; what is not is counted."""
    by_folder = defaultdict(list)
    for job in jobs:
        by_folder[os.path.dirname(job.output)].append(job)
    waiting = []
    for folder, files in sorted(by_folder.items()):
        ours, _ = protector.recorded(out / folder)
        ours = set(ours)
        for job in files:
            recording, output = job.recording, out / job.output
            if not os.path.lexists(output):
                waiting.append(job)
            elif output.name not in ours:
                summary.failed.append((recording, f"{output} exists and is not its protected version; move it away"))
            elif not os.path.exists(recording):
                summary.already += 1
            elif os.stat(recording).st_mtime_ns > os.stat(output).st_mtime_ns:
                summary.failed.append(
                    (recording, f"is newer than its protected version {output}; move that away to protect it again")
                )
            else:
                summary.already += 1
    return waiting


def _parts(waiting: list[_Job], files: int) -> list[dict]:
    """The tasks. A part is named after its files, so one that is run again finds what it did before."""
    parts = []
    for begin in range(0, len(waiting), files):
        jobs = waiting[begin : begin + files]
        name = hashlib.blake2b(json.dumps(jobs).encode(), digest_size=12).hexdigest()
        parts.append({"name": name, "jobs": jobs})
    return parts


def _run(ray, parts: list[dict], out: Path, key, recipe: str, environment, num_cpus: float) -> Iterator[dict]:
    """Runs the tasks on the cluster; gives the result of each."""
    keyring, passphrase_file = environment
    variables = {"RAYON_NUM_THREADS": str(max(1, int(num_cpus)))}
    if keyring:
        variables[_KEYRING] = keyring
    if passphrase_file:
        variables[_PASSPHRASE_FILE] = passphrase_file
    # As text: names of files need not be Unicode, which Arrow's strings are.
    items = [{"part": json.dumps(part)} for part in parts]
    dataset = ray.data.from_items(items, override_num_blocks=len(items)).map(
        _protect_part,
        fn_kwargs={"out": str(out), "key": key, "recipe": recipe},
        num_cpus=num_cpus,
        runtime_env={"env_vars": variables},
        ray_remote_args_fn=lambda: {"max_retries": _RETRIES},
    )
    for row in dataset.iter_rows():
        yield json.loads(row["result"])


def _protect_part(row: dict, out: str, key, recipe: str) -> dict:
    """A task: protects the files of one part, in order."""
    part = json.loads(row["part"])
    protector = _protector(key, recipe, os.environ.get(_KEYRING), os.environ.get(_PASSPHRASE_FILE))
    own = Path(out, _PARTS, part["name"])
    result: dict = {"protected": 0, "already": 0, "failed": []}
    for relative, recording, format in part["jobs"]:
        staged, output = own / relative, Path(out, relative)
        staged.parent.mkdir(parents=True, exist_ok=True)
        _remove_unfinished(staged.parent, protector)
        try:
            if _is_recorded(staged, protector) and output.exists():
                staged.unlink(missing_ok=True)
                result["already"] += 1
                continue
            _, note = protector.protect(recording, staged, format)
            if note:
                # In a file, so that it outlives a worker that is killed before the end of its task.
                with own.with_suffix(_NOTES).open("a") as notes:
                    notes.write(json.dumps([recording, note]) + "\n")
            _give_name(staged, output)
            result["protected"] += 1
        except OSError as error:
            result["failed"].append([recording, str(error)])
    return {"result": json.dumps(result)}


def _is_recorded(staged: Path, protector: FileProtector) -> bool:
    return staged.name in protector.recorded(staged.parent)[0]


def _remove_unfinished(folder: Path, protector: FileProtector) -> None:
    """Removes what a killed worker left: half of a file, or one that it did not come to record."""
    recorded = None
    for name in os.listdir(folder):
        path = folder / name
        if name == _MANIFEST or path.is_dir():
            continue
        if recorded is None:
            recorded = set(protector.recorded(folder)[0])
        if is_unfinished(name) or name not in recorded:
            path.unlink()


def _give_name(staged: Path, output: Path) -> None:
    """Moves a finished file to its place, where none may be."""
    output.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(staged, output)
    except FileExistsError:
        raise FileExistsError(f"{output} exists and is not on record; it was left as it is") from None
    except OSError:
        # A file system without hard links.
        if output.exists():
            raise FileExistsError(f"{output} exists and is not on record; it was left as it is") from None
        staged.rename(output)
        return
    staged.unlink()


def _gather_notes(out: Path, summary: Summary) -> None:
    """Takes over what the tasks noted, also those of a run that was interrupted."""
    for file in sorted((out / _PARTS).glob("*" + _NOTES)):
        for line in file.read_text().splitlines():
            try:
                recording, note = json.loads(line)
            except ValueError:
                # Its worker was killed while it wrote it.
                continue
            summary.notes.append((recording, note))
            _log.warning("%s: %s", recording, note)


def _merge(out: Path) -> None:
    """Merges the manifests of all parts, also of those that an interrupted run left, and removes these."""
    parts = out / _PARTS
    folders = defaultdict(list)
    for part in sorted(parts.iterdir()) if parts.is_dir() else []:
        for here, _, files in os.walk(part):
            if _MANIFEST in files:
                folders[os.path.relpath(here, part)].append(Path(here))
    for relative, sources in sorted(folders.items()):
        target = out / relative
        target.mkdir(parents=True, exist_ok=True)
        recorded = set(merge_manifests(sources, target))
        for source in sources:
            for name in os.listdir(source):
                # On record, and killed before it got its name.
                if name in recorded and not (target / name).exists():
                    _give_name(source / name, target / name)
    if parts.is_dir():
        shutil.rmtree(parts)


@contextmanager
def _alone(out: Path) -> Iterator[None]:
    """Sees to it that no second run writes into the same folder."""
    try:
        import fcntl
    except ImportError:
        yield
        return
    # The folder itself is locked, so that no lock file is left in what will be published.
    folder = os.open(out, os.O_RDONLY)
    try:
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise RuntimeError(f"{out}: another run of protect_dataset is writing into it; wait for it") from None
        yield
    finally:
        os.close(folder)
