//! The class keys.

use crate::texts::Keys;

pub(super) const KEYS: Keys = Keys {
    title: "Class keys",
    listen: "Listen",
    listen_tip: "Tells which of these keys the sound that comes in carries already, so that \
        nothing is marked twice and a bounce can be checked.",
    new: "New",
    new_tip: "Creates a class with a new secret key.",
    import: "Import",
    import_tip: "Imports a key that was exported here or elsewhere.",
    reading: "Reading the keyring …",
    working: "Working …",
    ok: "OK",
    search: "Search",
    search_classes: |count| format!("Search {count} classes"),
    nothing_found: |wanted| format!("No class has “{wanted}” in its name or fingerprint."),

    heard: |keys, seconds| {
        format!(
            "What comes in is marked already: {keys}, in {seconds:.0} s. Marked again it carries \
             both marks."
        )
    },
    heard_key: |name, p| format!("“{name}” ({p})"),
    heard_nothing_yet: "Listening to what comes in: this takes three seconds of sound.",
    heard_none: |seconds| {
        format!("In {seconds:.0} s of what came in, none of these keys was found.")
    },
    heard_unreadable: "The keyring cannot be read.",

    none_yet: "No class keys yet",
    none_yet_hint: "A class is what you protect as one: a show, a voice, an artist. Each has its \
        own secret key, which never leaves this computer unless you export it. The first is used \
        here at once, and by new instances.",
    first_new: "New class key",
    first_import: "Import a key",

    in_use: "In use",
    is_default: "Default",
    key: |fingerprint| format!("Key {fingerprint}"),
    since: |date| format!("In this keyring since {date}"),
    uses_this: "This instance uses this class.",
    use_here: "Use here",
    use_here_tip: "Uses this class from the next patch on.",
    rename: "Rename",
    export: "Export",
    make_default: "Default",
    make_default_tip: "New instances use the default class.",
    remove: "Remove",

    class_name: "Name of the class",
    class_name_hint: "A show, a voice, an artist",
    create: "Create the key",
    new_name: "New name",
    rename_note: "The key stays the same, and so does everything it protects.",
    use_name: "Use this name",
    remove_warning: |class| {
        format!(
            "Removes “{class}” and its key for good. Without a copy of the key, nothing it \
             protected can be restored or recognised."
        )
    },
    remove_confirm: |class| format!("To confirm, type the name: {class}"),
    remove_for_good: "Remove for good",
    nothing_removed: |class| format!("Nothing was removed: type “{class}” to confirm."),
    import_source: "Key, or file",
    import_source_hint: "Paste pvkey1…, or the path of an exported file",
    import_name_hint: "Empty: the name in the key file",
    import_passphrase: "Passphrase of the key",
    import_now: "Import",
    export_note: "Whoever has the key can remove the protection. Keep the copy as you would a password.",
    export_passphrase: "Passphrase of the copy",
    export_passphrase_hint: "Empty: no passphrase",
    file: "File",
    save: "Save to this file",
    show_key: "Show the key",
    show_key_tip: "Shows the secret key on the screen. Make sure nobody is watching.",
    secret_note: "This is the secret key. Copy it to a safe place, then hide it.",
    copy: "Copy",
    copy_tip: "Puts the key on the clipboard, where other programs can read it.",
    hide: "Hide",

    passphrase: "Passphrase",
    unlock: "Unlock",
    unlock_note: "This unlocks the keyring in all instances of this program. It is forgotten when \
        the last of them closes.",
    copy_path: "Copy the keyring's path",
    comes_back: "The list comes back by itself when the file has changed.",
    lock: "Lock the keyring",
    lock_tip: "Forgets the passphrase in all instances of this program. Instances that are \
        protecting go on protecting.",
    set_passphrase: "Set a passphrase",
    set_passphrase_tip: "Encrypts the keyring file. Each program that uses the keyring asks for \
        the passphrase once.",
    passphrase_note: "A forgotten passphrase cannot be recovered. Export a copy of each key first.",
    new_passphrase: "New passphrase",
    repeat: "Repeat it",
    set_this: "Set this passphrase",
    remove_passphrase: "Remove it",
    remove_passphrase_tip: "The file then has no passphrase. Only your user account can read it.",
    passphrases_differ: "Nothing was changed: the two passphrases differ.",

    first_used: |class| format!("“{class}” is used here and by new instances."),
    added: |class| format!("“{class}” is in the keyring."),
    back_up: "Export its key and keep the copy elsewhere.",
    removed: |class| format!("“{class}” and its key are gone."),
    saved: |path| format!("The key was saved to {path}. Only you can read the file."),
    unlocked: "The keyring is unlocked in all instances here.",
    locked: "The keyring is locked. Instances that are protecting go on protecting.",
    passphrase_set: "The keyring is now locked with the new passphrase.",
    passphrase_removed: "The keyring no longer has a passphrase.",
};
