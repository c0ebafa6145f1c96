//! `cargo xtask listen`: a page for every preset on every kind of sound, to hear what it does.
//!
//! The pages are large, so they are in no repository: they are made in `target/listen`, and linked
//! into the built docs.

mod index;
mod pieces;
mod sounds;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use walkdir::WalkDir;

use self::sounds::{SOUNDS, Sound};
use crate::python::executable;
use crate::run::{cargo, output, run, target};

/// The class whose key protects the sounds.
const CLASS: &str = "Listening";
/// What a page plays, in seconds.
const SECONDS: &str = "10";
/// What the built docs show where there are no pages.
const NO_PAGES: &str = "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
    <meta name=\"color-scheme\" content=\"light dark\">\n<title>Not made yet</title>\n\
    <p>These pages have not been made. Type <code>cargo xtask listen</code> in a copy of the repository.</p>\n\
    </html>\n";

/// Makes the pages and adds them to the docs if these are built. No presets means all.
pub(crate) fn listen(presets: &[String]) -> Result<(), String> {
    sounds::install()?;
    // As in development: quick to build, and what filters is optimised there too.
    run(&mut cargo(&["build", "--package", "patchveil"]))?;
    let maker = Maker::new(target().join("debug").join(executable("patchveil")))?;
    let presets = if presets.is_empty() { maker.presets()? } else { presets.to_vec() };
    for sound in &SOUNDS {
        eprintln!("synthesising {}", sound.name);
        sound.make(&maker.recordings)?;
    }
    maker.new_key()?;
    for preset in &presets {
        for sound in &SOUNDS {
            eprintln!("{preset}: {}", sound.name);
            maker.page(preset, sound)?;
        }
    }
    let index = maker.site.join("index.html");
    fs::write(&index, index::page(&presets)).map_err(|e| failed(&index, &e))?;
    println!("open {}", index.display());
    let book = book();
    if book.is_dir() {
        add_to(&book, &maker.site)?;
        println!("the docs have it too: {}", book.join("listen").join("index.html").display());
    }
    Ok(())
}

/// Where `cargo xtask docs` builds the docs.
fn book() -> PathBuf {
    crate::run::root().join("target").join("book")
}

/// Where the pages are.
fn site() -> PathBuf {
    target().join("listen").join("site")
}

/// Puts the pages beside the built docs, or a page that says how to make them.
pub(crate) fn add_to_docs() -> Result<(), String> {
    add_to(&book(), &site())
}

fn add_to(book: &Path, site: &Path) -> Result<(), String> {
    let to = book.join("listen");
    clear(&to)?;
    if !site.join("index.html").is_file() {
        let page = to.join("index.html");
        return fs::write(&page, NO_PAGES).map_err(|e| failed(&page, &e));
    }
    for entry in WalkDir::new(site) {
        let entry = entry.map_err(|e| e.to_string())?;
        let place = to.join(entry.path().strip_prefix(site).map_err(|e| e.to_string())?);
        if entry.file_type().is_dir() {
            fs::create_dir_all(&place).map_err(|e| failed(&place, &e))?;
        } else {
            // A link takes no space; between two file systems there is none.
            fs::hard_link(entry.path(), &place)
                .or_else(|_| fs::copy(entry.path(), &place).map(drop))
                .map_err(|e| failed(&place, &e))?;
        }
    }
    Ok(())
}

/// What makes pages.
struct Maker {
    patchveil: PathBuf,
    keyring: PathBuf,
    /// Where the sounds are, and their protected versions.
    recordings: PathBuf,
    site: PathBuf,
}

impl Maker {
    /// Removes what an earlier run made.
    fn new(patchveil: PathBuf) -> Result<Self, String> {
        let folder = target().join("listen");
        let (recordings, site) = (folder.join("recordings"), site());
        clear(&recordings)?;
        clear(&site)?;
        let keyring = recordings.join("keyring");
        Ok(Self { patchveil, keyring, recordings, site })
    }

    /// All presets that the command knows.
    fn presets(&self) -> Result<Vec<String>, String> {
        // It lists them where it knows none of that name.
        let asked = self.patchveil().args(["recipe", "--preset", "?"]).output();
        let asked = asked.map_err(|e| format!("{}: {e}", self.patchveil.display()))?;
        let said = String::from_utf8_lossy(&asked.stderr);
        presets_in(&said).ok_or_else(|| format!("patchveil does not list its presets: {said}"))
    }

    fn new_key(&self) -> Result<(), String> {
        output(self.patchveil().args(["key", "new", CLASS])).map(drop)
    }

    fn page(&self, preset: &str, sound: &Sound) -> Result<(), String> {
        let before = sound.path(&self.recordings);
        let after = self.recordings.join(format!("{}.{preset}.wav", sound.name));
        let protect = ["protect", "--key", CLASS, "--no-manifest", "--preset", preset, "--output"];
        output(self.patchveil().args(protect).args([&after, &before]))?;
        let folder = self.site.join(preset).join(sound.name);
        let inspect = ["inspect", "--from", "0", "--seconds", SECONDS, "--html"];
        output(self.patchveil().args(inspect).args([&folder, &before, &after])).map(drop)
    }

    fn patchveil(&self) -> Command {
        let mut command = Command::new(&self.patchveil);
        command.env("PATCHVEIL_KEYRING", &self.keyring);
        command
    }
}

/// The names in “the presets are a, b and c”.
fn presets_in(said: &str) -> Option<Vec<String>> {
    let (_, list) = said.split_once("the presets are ")?;
    let list = list.lines().next()?.replace(" and ", ", ");
    Some(list.split(", ").map(|name| name.trim().to_owned()).collect())
}

/// Makes an empty folder.
fn clear(folder: &Path) -> Result<(), String> {
    if folder.exists() {
        fs::remove_dir_all(folder).map_err(|e| failed(folder, &e))?;
    }
    fs::create_dir_all(folder).map_err(|e| failed(folder, &e))
}

fn failed(path: &Path, error: &std::io::Error) -> String {
    format!("{}: {error}", path.display())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_docs_have_the_pages_or_say_how_to_make_them() {
        let folder = tempfile::tempdir().unwrap();
        let (book, site) = (folder.path().join("book"), folder.path().join("site"));
        let index = || fs::read_to_string(book.join("listen").join("index.html")).unwrap();
        add_to(&book, &site).unwrap();
        assert!(index().contains("cargo xtask listen"));
        fs::create_dir_all(site.join("mark").join("organ")).unwrap();
        fs::write(site.join("index.html"), "all of them").unwrap();
        fs::write(site.join("mark").join("organ").join("index.html"), "one").unwrap();
        for _ in 0..2 {
            add_to(&book, &site).unwrap();
            assert_eq!(index(), "all of them");
            let page = book.join("listen").join("mark").join("organ").join("index.html");
            assert_eq!(fs::read_to_string(page).unwrap(), "one");
        }
    }

    #[test]
    fn the_presets_are_read_from_what_the_command_says_of_an_unknown_one() {
        let said =
            "error: no preset is called “?”; the presets are light, strong and cuda\n\nFor more";
        assert_eq!(presets_in(said).unwrap(), ["light", "strong", "cuda"]);
        assert_eq!(presets_in("error: something else"), None);
    }
}
