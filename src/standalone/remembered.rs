//! Size, scale and colours of the window, in a file of the user: the standalone has no session.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use directories::ProjectDirs;
use nice_plug::prelude::nice_warn;

use crate::editor_state::EditorState;

/// Where it is kept: `window.json` in the user's configuration, on Linux in `~/.config/patchveil`.
fn path() -> Option<PathBuf> {
    let folders = ProjectDirs::from("org", "Patchveil", "Patchveil")?;
    Some(folders.config_dir().join("window.json"))
}

/// What was remembered last; `None` at the first start.
pub(crate) fn remembered() -> Option<EditorState> {
    read(&path()?)
}

/// Remembers `state` for the next start. Where that fails the log says so.
pub(crate) fn remember(state: &EditorState) {
    let Some(path) = path() else { return };
    if let Err(error) = write(&path, state) {
        nice_warn!("The window's look is not remembered: {}: {error}", path.display());
    }
}

fn read(path: &Path) -> Option<EditorState> {
    serde_json::from_slice(&fs::read(path).ok()?).ok()
}

/// Writes beside the file and renames, so that it is never half written.
fn write(path: &Path, state: &EditorState) -> io::Result<()> {
    let folder = path.parent().ok_or(io::ErrorKind::InvalidInput)?;
    fs::create_dir_all(folder)?;
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(serde_json::to_string(state)?.as_bytes())?;
    file.persist(path)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::editor_state::EditorStateField;

    #[test]
    fn the_look_of_the_window_comes_back_at_the_next_start() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new").join("window.json");
        assert_eq!(read(&path), None);
        let field = EditorStateField::default();
        field.set_theme(egui::Theme::Light);
        field.set_scale(150);
        write(&path, &field.get()).unwrap();
        assert_eq!(read(&path), Some(field.get()));
        fs::write(&path, "no JSON").unwrap();
        assert_eq!(read(&path), None);
    }
}
