//! The texts of what goes wrong below the windows.
#![expect(missing_docs, reason = "the English texts say what they are")]

use super::{Text, With, WithTwo};

/// Files and folders: whole sentences, each with the path.
pub struct Files {
    pub disk_full: With,
    pub not_writable: With,
    pub not_readable: With,
    pub no_folder: With,
    pub no_file: With,
    pub too_large: With,
    pub exists: With,
    /// Path, what the system says.
    pub failed: WithTwo,
}

/// The keyring, and keys to import: a sentence that may follow a colon, without its full stop.
pub struct KeyringTrouble {
    /// Path.
    pub locked: With,
    pub import_locked: Text,
    /// Path.
    pub wrong_passphrase: With,
    pub import_wrong_passphrase: Text,
    pub bad_passphrase: Text,
    /// Path, permission bits.
    pub too_open: WithTwo,
    /// Path.
    pub read_only: With,
    /// Path, what was found.
    pub damaged: WithTwo,
    /// What was found.
    pub import_damaged: With,
    /// Path.
    pub newer: With,
    /// Path.
    pub busy: With,
    /// Name, quoted.
    pub duplicate_name: With,
    /// Name, quoted.
    pub duplicate_key: With,
    /// What is wrong with it.
    pub bad_name: With,
    /// What was found.
    pub not_a_key: With,
    pub no_name: Text,
    /// Name of an environment variable.
    pub no_folder: With,
    pub not_watched: Text,
    /// Anything else.
    pub other: With,
}

/// Why nothing is protected or restored: as those of the keyring.
pub struct NoProtection {
    pub newer_session: Text,
    pub damaged_session: Text,
    pub no_class: Text,
    /// Why the keyring cannot be read.
    pub default_unknown: With,
    /// Class, fingerprint.
    pub not_in_keyring: WithTwo,
    /// Class, fingerprint, why the keyring cannot be read.
    pub unreadable: fn(&str, &str, &str) -> String,
    pub design_failed: Text,
}

/// The user's own presets: whole sentences.
pub struct PresetTrouble {
    /// Name, quoted; what is wrong with it.
    pub bad_name: WithTwo,
    /// Name, quoted.
    pub unknown: With,
    /// Name, quoted.
    pub exists: With,
    /// Path, what is wrong.
    pub not_a_recipe: WithTwo,
    /// Path, why.
    pub unusable: WithTwo,
}

/// Sound devices: whole sentences.
pub struct DeviceTrouble {
    pub no_jack: Text,
    pub no_server: Text,
    /// What the server says.
    pub refused: With,
    pub no_output: Text,
    /// Name.
    pub input_missing: With,
    pub output_missing: With,
    /// What the system says.
    pub not_listed: With,
    /// Name.
    pub gone: With,
    /// Name, what the system says.
    pub stopped: WithTwo,
    pub not_opened: WithTwo,
    /// What follows it, after a space: another program has it, or the system forbids it.
    pub is_busy: Text,
    pub is_forbidden: Text,
    /// Name.
    pub no_format: With,
    /// Name, Hz.
    pub other_rate: fn(&str, u32) -> String,
    /// What follows where the default output cannot be used, after a space.
    pub other_output: Text,
}

/// The standalone's settings: whole sentences with a path and what the system says.
pub struct SettingsTrouble {
    pub unreadable: WithTwo,
    pub not_set_aside: WithTwo,
}
