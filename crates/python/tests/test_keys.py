"""Keys: where they come from, and where they must not go."""

import copy
import multiprocessing
import os
import pickle
import stat
import traceback

import pytest
from conftest import RATE, music

import patchveil
from patchveil import ClassKey


def test_a_key_is_the_same_from_text_file_and_keyring(tmp_path, keyring, key, command):
    assert ClassKey.from_text(key.to_text()) == key
    exported = tmp_path / "show.pvkey"
    command("key", "export", "show", "-o", exported)
    assert ClassKey.from_file(exported) == key
    key.write(tmp_path / "written")
    assert ClassKey.from_file(tmp_path / "written") == key
    assert ClassKey.from_keyring(keyring=keyring) == key, "the default class"
    assert ClassKey.generate() != key and key != "key"
    assert len({key, ClassKey.from_text(key.to_text())}) == 1


def test_the_environment_names_the_keyring(monkeypatch, keyring, key):
    monkeypatch.setenv("PATCHVEIL_KEYRING", str(keyring))
    assert ClassKey.from_keyring("show") == key


def test_a_locked_keyring_opens_with_the_passphrase_in_a_file(tmp_path, key, command):
    locked, passphrase, exported = tmp_path / "locked", tmp_path / "passphrase", tmp_path / "exported"
    passphrase.write_text("correct horse\n")
    key.write(exported)
    command("--keyring", locked, "key", "import", exported, "--name", "a")
    command("--keyring", locked, "key", "passphrase", "--new-passphrase-file", passphrase)
    assert ClassKey.from_keyring("a", keyring=locked, passphrase_file=passphrase) == key
    with pytest.raises(ValueError, match="is locked"):
        ClassKey.from_keyring("a", keyring=locked)
    with pytest.raises(ValueError, match="passphrase file .*missing"):
        ClassKey.from_keyring("a", keyring=locked, passphrase_file=tmp_path / "missing")


@pytest.mark.skipif(os.name != "posix", reason="permissions")
def test_a_written_key_is_its_owners_alone_and_replaces_nothing(tmp_path, key):
    path = tmp_path / "key"
    key.write(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(OSError, match="exists"):
        key.write(path)


def test_what_is_missing_or_wrong_is_a_python_exception_of_one_line(tmp_path, keyring):
    (tmp_path / "text").write_text("not a key\n")
    for call, kind, message in [
        (lambda: ClassKey.from_text("pvkey1qqq"), ValueError, "not a Patchveil key"),
        (lambda: ClassKey.from_file(tmp_path / "none"), FileNotFoundError, "none"),
        (lambda: ClassKey.from_file(tmp_path / "text"), ValueError, "no key to import"),
        (lambda: ClassKey.from_keyring("nobody", keyring=keyring), LookupError, "no class named"),
        (lambda: ClassKey.from_keyring(keyring=tmp_path / "empty"), LookupError, "the keyring is empty"),
    ]:
        with pytest.raises(kind, match=message) as caught:
            call()
        assert "\n" not in str(caught.value)


def failure_with_locals(key):
    """A traceback with all that its frame holds."""
    try:
        patchveil.protect(music(0.1), 1, key)
    except ValueError as error:
        shown = traceback.TracebackException.from_exception(error, capture_locals=True)
        return "".join(shown.format())


def test_a_key_is_in_no_repr_pickle_or_traceback(key):
    secret = key.to_text()
    assert repr(key) == str(key) == f"{key:}" == f"ClassKey({key.fingerprint})"
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        with pytest.raises(TypeError, match="cannot be pickled"):
            pickle.dumps({"key": key}, protocol)
    for argument in (secret.replace("pvkey1", "pvkey2"), secret[:-1]):
        try:
            ClassKey.from_text(argument)
        except ValueError as error:
            shown = "".join(traceback.TracebackException.from_exception(error).format())
            assert argument[6:20] not in shown
    assert secret[6:20] not in failure_with_locals(key)
    assert not [name for name in dir(key) if secret[6:20] in repr(getattr(key, name))]


def test_copies_of_a_key_are_the_key(key):
    assert copy.copy(key) is key and copy.deepcopy([key])[0] is key


def test_recipes_are_pickled_and_shown(key):
    for recipe in (patchveil.Recipe(), patchveil.Recipe("balanced@1")):
        assert pickle.loads(pickle.dumps(recipe)) == recipe
        assert eval(repr(recipe), {"Recipe": patchveil.Recipe}) == recipe
    assert patchveil.Recipe("mark").is_restorable and not patchveil.Recipe("cuda").is_restorable


def _detected(marked):
    return patchveil.detect(marked, RATE, _detected.key).found


@pytest.mark.skipif(os.name != "posix", reason="fork")
def test_a_key_reaches_forked_workers_without_being_pickled(key):
    _detected.key = key
    with multiprocessing.get_context("fork").Pool(2) as pool:
        assert all(pool.map(_detected, [patchveil.protect(music(6), RATE, key)] * 2))
