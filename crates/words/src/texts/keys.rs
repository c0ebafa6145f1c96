//! The texts of the class keys.
#![expect(missing_docs, reason = "the English texts say what they are")]

use super::{Text, With, WithTwo};

/// The class keys.
pub struct Keys {
    pub title: Text,
    pub listen: Text,
    pub listen_tip: Text,
    pub new: Text,
    pub new_tip: Text,
    pub import: Text,
    pub import_tip: Text,
    pub reading: Text,
    pub working: Text,
    pub ok: Text,
    pub search: Text,
    /// How many classes there are.
    pub search_classes: fn(usize) -> String,
    pub nothing_found: With,

    /// Keys with their p, seconds.
    pub heard: fn(&str, f32) -> String,
    /// Name, bound for p.
    pub heard_key: WithTwo,
    pub heard_nothing_yet: Text,
    /// Seconds.
    pub heard_none: fn(f32) -> String,
    pub heard_unreadable: Text,

    pub none_yet: Text,
    pub none_yet_hint: Text,
    pub first_new: Text,
    pub first_import: Text,

    pub in_use: Text,
    pub is_default: Text,
    /// Fingerprint.
    pub key: With,
    /// Date.
    pub since: With,
    pub uses_this: Text,
    pub use_here: Text,
    pub use_here_tip: Text,
    pub rename: Text,
    pub export: Text,
    pub make_default: Text,
    pub make_default_tip: Text,
    pub remove: Text,

    pub class_name: Text,
    pub class_name_hint: Text,
    pub create: Text,
    pub new_name: Text,
    pub rename_note: Text,
    pub use_name: Text,
    /// Class.
    pub remove_warning: With,
    pub remove_confirm: With,
    pub remove_for_good: Text,
    pub nothing_removed: With,
    pub import_source: Text,
    pub import_source_hint: Text,
    pub import_name_hint: Text,
    pub import_passphrase: Text,
    pub import_now: Text,
    pub export_note: Text,
    pub export_passphrase: Text,
    pub export_passphrase_hint: Text,
    pub file: Text,
    pub save: Text,
    pub show_key: Text,
    pub show_key_tip: Text,
    pub secret_note: Text,
    pub copy: Text,
    pub copy_tip: Text,
    pub hide: Text,

    pub passphrase: Text,
    pub unlock: Text,
    pub unlock_note: Text,
    pub copy_path: Text,
    pub comes_back: Text,
    pub lock: Text,
    pub lock_tip: Text,
    pub set_passphrase: Text,
    pub set_passphrase_tip: Text,
    pub passphrase_note: Text,
    pub new_passphrase: Text,
    pub repeat: Text,
    pub set_this: Text,
    pub remove_passphrase: Text,
    pub remove_passphrase_tip: Text,
    pub passphrases_differ: Text,

    /// Class.
    pub first_used: With,
    pub added: With,
    /// What follows both.
    pub back_up: Text,
    pub removed: With,
    /// Path.
    pub saved: With,
    pub unlocked: Text,
    pub locked: Text,
    pub passphrase_set: Text,
    pub passphrase_removed: Text,
}
