//! What the standalone's bundle on a Mac has to say.

use std::fs;
use std::process::Command;

use crate::run::{run, target};

/// Without this key macOS ends a program that opens a microphone, and its text is what the user is asked.
const MICROPHONE: &str = "    <key>NSMicrophoneUsageDescription</key>
    <string>Patchveil protects what your microphone or another input hears, and sends it to the output that you choose.</string>
";
/// Its key stands before the end of the one dictionary.
const END: &str = "  </dict>";

/// Adds why the microphone is needed to the bundle that was made on a Mac, and signs it again.
pub(crate) fn add_microphone() -> Result<(), String> {
    if !cfg!(target_os = "macos") {
        return Ok(());
    }
    let app = target().join("bundled").join("Patchveil.app");
    let path = app.join("Contents").join("Info.plist");
    let failed = |error: std::io::Error| format!("{}: {error}", path.display());
    let text = fs::read_to_string(&path).map_err(failed)?;
    let text = with_microphone(&text).ok_or(format!("{}: no dictionary", path.display()))?;
    fs::write(&path, text).map_err(failed)?;
    run(Command::new("codesign").args(["-f", "-s", "-"]).arg(&app))
}

/// The list with the key, once; `None` if it is none.
fn with_microphone(list: &str) -> Option<String> {
    if list.contains("NSMicrophoneUsageDescription") {
        return Some(list.to_owned());
    }
    let (before, after) = list.rsplit_once(END)?;
    Some(format!("{before}{MICROPHONE}{END}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_microphone_is_explained_once() {
        let list = "<plist>\n  <dict>\n    <key>A</key>\n    <true/>\n  </dict>\n</plist>\n";
        let once = with_microphone(list).unwrap();
        assert_eq!(once.matches("NSMicrophoneUsageDescription").count(), 1);
        assert!(once.ends_with("</string>\n  </dict>\n</plist>\n"), "{once}");
        assert_eq!(with_microphone(&once), Some(once));
        assert_eq!(with_microphone("<plist/>"), None);
    }
}
