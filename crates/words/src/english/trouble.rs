//! What goes wrong below the windows.

use crate::texts::{
    DeviceTrouble, Files, KeyringTrouble, NoProtection, PresetTrouble, SettingsTrouble,
};

pub(super) const FILES: Files = Files {
    disk_full: |path| {
        format!("“{path}”: the disk is full. Free some space, or choose another disk.")
    },
    not_writable: |path| format!("“{path}”: you may not write there. Choose another folder."),
    not_readable: |path| format!("“{path}”: you may not read this file. Choose another one."),
    no_folder: |path| format!("“{path}”: the folder is not there. Choose another one."),
    no_file: |path| format!("“{path}”: there is no such file. Choose another one."),
    too_large: |path| format!("“{path}”: files there must not be larger."),
    exists: |path| {
        format!("“{path}” already exists and is not overwritten. Choose another file name.")
    },
    failed: |path, said| format!("“{path}”: {said}."),
};

pub(super) const KEYRING: KeyringTrouble = KeyringTrouble {
    locked: |path| {
        format!("keyring {path} is locked: its passphrase is needed; type it in Patchveil's window")
    },
    import_locked: "the key to import is locked: its passphrase is needed",
    wrong_passphrase: |path| {
        format!(
            "wrong passphrase for keyring {path}: try again (mind caps lock and keyboard layout)"
        )
    },
    import_wrong_passphrase: "wrong passphrase for the key to import: try again (mind caps lock and \
        keyboard layout)",
    bad_passphrase: "unusable passphrase: type one or more words on a single line",
    too_open: |path, mode| {
        format!(
            "keyring {path} can be read or written by others (mode {mode}): run `chmod 600 {path}`"
        )
    },
    read_only: |path| {
        format!(
            "keyring {path} is read-only; make the file and its folder writable, or name another keyring"
        )
    },
    damaged: |path, found| {
        format!(
            "keyring {path} is damaged: {found}; it was left as it is: restore it from a backup, or \
             move it away to start a new one"
        )
    },
    import_damaged: |found| {
        format!("the key to import is damaged: {found}; get a fresh copy of the export")
    },
    newer: |path| {
        format!(
            "keyring {path} was made by a newer Patchveil: update Patchveil; the file was left as it is"
        )
    },
    busy: |path| {
        format!("keyring {path} is in use by another program: close that program, then try again")
    },
    duplicate_name: |name| {
        format!("there is already a class named {name}: choose another name, or rename that one")
    },
    duplicate_key: |name| {
        format!("this key is already in the keyring as {name}: use or rename that one")
    },
    bad_name: |found| format!("unusable class name: {found}"),
    not_a_key: |found| {
        format!(
            "no key to import: {found}; expected one line pvkey1…, or a file exported by Patchveil"
        )
    },
    no_name: "this key comes without a name: type one for its class",
    no_folder: |variable| {
        format!("this system has no data folder for you: say where the keyring is with {variable}")
    },
    not_watched: "the keyring is no longer watched; close this window and open it again",
    other: |said| format!("the keyring cannot be used: {said}"),
};

pub(super) const NO_PROTECTION: NoProtection = NoProtection {
    newer_session: "the session was saved by a newer Patchveil; update Patchveil to read it",
    damaged_session: "the session is damaged, and which class it meant cannot be read; choose the class",
    no_class: "no class was chosen",
    default_unknown: |why| format!("whether there is a default class cannot be read: {why}"),
    not_in_keyring: |class, key| {
        format!(
            "the key of “{class}” ({key}) is not in the keyring; import it, or choose another class"
        )
    },
    unreadable: |class, key, why| format!("the key of “{class}” ({key}) cannot be read: {why}"),
    design_failed: "the design thread has failed; restart the plug-in",
};

pub(super) const PRESET: PresetTrouble = PresetTrouble {
    bad_name: |name, found| format!("A preset cannot be called {name}: {found}."),
    unknown: |name| format!("No preset of yours is called {name}."),
    exists: |name| {
        format!("There is a preset {name} already: choose another name, or remove that one first.")
    },
    not_a_recipe: |path, found| format!("“{path}” is not a recipe: {found}."),
    unusable: |path, why| format!("“{path}” cannot be used: {why}."),
};

pub(super) const DEVICE: DeviceTrouble = DeviceTrouble {
    no_jack: "JACK is not installed here. Install JACK or PipeWire, or choose another backend.",
    no_server: "No JACK server runs. Start JACK or PipeWire; it is connected as soon as it is there.",
    refused: |said| format!("The JACK server refused: {said}."),
    no_output: "This machine has no sound output. Plug one in, or start a sound server.",
    input_missing: |name| {
        format!(
            "The input “{name}” is not there. Plug it in, or choose another one; it is connected as \
             soon as it is back."
        )
    },
    output_missing: |name| {
        format!(
            "The output “{name}” is not there. Plug it in, or choose another one; it is connected as \
             soon as it is back."
        )
    },
    not_listed: |said| format!("The system lists no sound devices: {said}."),
    gone: |name| {
        format!("“{name}” is gone. Plug it in again; it is connected as soon as it is back.")
    },
    stopped: |name, said| format!("“{name}” has stopped: {said}."),
    not_opened: |name, said| format!("“{name}” does not open: {said}."),
    is_busy: "Close the program that uses it, or choose another one.",
    is_forbidden: "Allow Patchveil to use it in the system's privacy settings.",
    no_format: |name| format!("“{name}” cannot be used: it offers no format that Patchveil knows."),
    other_rate: |name, hz| {
        format!(
            "“{name}” cannot be used: it does not run at the {hz} Hz of the output. Choose another \
             rate, or input and output of one device."
        )
    },
    other_output: "Plug a sound device in, start a sound server, or choose another output.",
};

pub(super) const SETTINGS: SettingsTrouble = SettingsTrouble {
    unreadable: |path, said| {
        format!(
            "“{path}” cannot be read, so the output is silent until you choose a class, or repair or \
             remove the file: {said}"
        )
    },
    not_set_aside: |path, said| format!("“{path}” cannot be renamed, so nothing is saved: {said}"),
};
