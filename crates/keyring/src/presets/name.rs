//! Which names a preset may have: they are names of files on every system, and none is a built-in's.

use patchveil_veil::PresetVersion;

/// Longest name in bytes, so that file names stay below every system's limit.
const BYTES_MAX: usize = 100;
/// What some system does not have in a file name; `@` is for versions of built-in presets.
const REFUSED: &str = "/\\:*?\"<>|@";
/// Names that Windows keeps for devices, whatever their ending.
const DEVICES: [&str; 6] = ["con", "prn", "aux", "nul", "com", "lpt"];

/// The name to store for what a user typed, without spaces around it.
///
/// # Errors
/// Why it cannot be used, and what can.
pub(super) fn clean(typed: &str) -> Result<&str, String> {
    let name = crate::name::clean(typed).map_err(|error| match error {
        crate::KeyringError::BadName { reason } => reason,
        other => other.to_string(),
    })?;
    if name.len() > BYTES_MAX {
        return Err(format!("it is longer than {BYTES_MAX} bytes"));
    }
    if let Some(found) = name.chars().find(|&c| REFUSED.contains(c)) {
        return Err(format!("not every system has “{found}” in the names of files"));
    }
    if name.starts_with(['.', '-']) || name.ends_with('.') {
        return Err("it begins with a dot or hyphen, or ends with a dot".to_owned());
    }
    let folded = crate::name::fold(name);
    let word = folded.trim_end_matches(|c: char| c.is_ascii_digit());
    if DEVICES.contains(&word) {
        return Err("Windows keeps that name for a device".to_owned());
    }
    if folded.parse::<PresetVersion>().is_ok() {
        return Err("that is a built-in preset's name".to_owned());
    }
    Ok(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_are_files_everywhere_are_kept_and_others_are_refused() {
        for name in ["Night Show", "Ночь", "quiet mark −3 dB", "a.b", "con artist"] {
            assert_eq!(clean(name), Ok(name));
        }
        assert_eq!(clean("  Night "), Ok("Night"));
        for (name, part) in [
            ("", "empty"),
            ("a/b", "“/”"),
            ("..\\x", "“\\”"),
            ("light@1", "“@”"),
            (".hidden", "begins"),
            ("-o", "begins"),
            ("end.", "ends"),
            ("COM1", "device"),
            ("Strong", "built-in"),
            ("transparent", "built-in"),
            (&"é".repeat(60), "100 bytes"),
        ] {
            let reason = clean(name).unwrap_err();
            assert!(reason.contains(part), "{name}: {reason}");
        }
    }
}
