//! Which class a recording belongs to, by its path.

use std::io::Read;
use std::path::Path;

use crate::{open, shown};
use csv::{ReaderBuilder, StringRecord, Trim};
use globset::{GlobBuilder, GlobMatcher};

use super::exit::Failure;

/// Longest map in bytes: some million lines.
const LONGEST: u64 = 1 << 28;

/// Patterns and the classes of what they match, in order: the first that matches counts.
pub(super) struct KeyMap {
    lines: Vec<(GlobMatcher, String)>,
}

impl KeyMap {
    /// Reads a CSV file with a pattern and a class in each line; a first line “pattern,class” is a heading,
    /// and lines that begin with # are comments.
    pub(super) fn read(file: &Path) -> Result<Self, Failure> {
        let refused = |reason: String| Failure::usage(format!("key map {}: {reason}", shown(file)));
        let mut text = String::new();
        let read = open::short(file).and_then(|file| file.take(LONGEST).read_to_string(&mut text));
        read.map_err(|error| refused(format!("cannot be read: {error}")))?;
        let mut rows = ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .comment(Some(b'#'))
            .trim(Trim::All)
            .from_reader(text.as_bytes());
        let mut lines = Vec::new();
        let mut row = StringRecord::new();
        while rows.read_record(&mut row).map_err(|error| refused(error.to_string()))? {
            let end = rows.position().byte() as usize;
            let line = || text.get(..end).unwrap_or(&text).trim_end().lines().count();
            let (pattern, class) = match (row.get(0), row.get(1), row.len()) {
                (Some(pattern), Some(class), 2) if !pattern.is_empty() && !class.is_empty() => {
                    (pattern, class)
                }
                _ => {
                    let wanted = "give a pattern and a class, such as: alice/*.wav,Alice";
                    return Err(refused(format!(
                        "line {} is not a pattern and a class; {wanted}",
                        line()
                    )));
                }
            };
            if lines.is_empty() && (pattern, class) == ("pattern", "class") {
                continue;
            }
            let glob = matcher(pattern);
            let glob = glob.map_err(|error| refused(format!("line {}: {error}", line())))?;
            lines.push((glob, class.to_owned()));
        }
        if lines.is_empty() {
            return Err(refused("has no line with a pattern and a class".to_owned()));
        }
        Ok(Self { lines })
    }

    /// The classes, in the order of the lines.
    pub(super) fn classes(&self) -> impl Iterator<Item = &str> {
        self.lines.iter().map(|(_, class)| class.as_str())
    }

    /// The class of the recording at `path`.
    pub(super) fn class_of(&self, path: &Path) -> Option<&str> {
        let path = path.strip_prefix(".").unwrap_or(path);
        let line = self.lines.iter().find(|(pattern, _)| pattern.is_match(path));
        line.map(|(_, class)| class.as_str())
    }
}

/// A pattern matches the end of a path: `*.wav` any file of that ending, `alice/*` what is in a folder of
/// that name. One that begins with a slash matches the whole path. `**` is any number of folders.
fn matcher(pattern: &str) -> Result<GlobMatcher, globset::Error> {
    let anywhere = match pattern.starts_with('/') {
        true => pattern.to_owned(),
        false => format!("**/{pattern}"),
    };
    let glob = GlobBuilder::new(&anywhere).literal_separator(true).build()?;
    Ok(glob.compile_matcher())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_pattern_that_matches_the_end_of_a_path_counts() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("map.csv");
        let text = "pattern,class\n# speakers\nalice/*,Alice\n\"b, c/**/*.wav\",Bob\n/show/*.wav,Show\n\
                    x.wav , Somebody else\n";
        std::fs::write(&file, text).unwrap();
        let map = KeyMap::read(&file).unwrap();
        for (path, class) in [
            ("alice/1.wav", Some("Alice")),
            ("./in/alice/1.wav", Some("Alice")),
            ("alice/deep/1.wav", None),
            ("malice/1.wav", None),
            ("b, c/1.wav", Some("Bob")),
            ("b, c/d/e/1.wav", Some("Bob")),
            ("/show/1.wav", Some("Show")),
            ("show/1.wav", None),
            ("show/x.wav", Some("Somebody else")),
        ] {
            assert_eq!(map.class_of(Path::new(path)), class, "{path}");
        }
        assert_eq!(map.classes().count(), 4);
    }

    #[test]
    fn a_wrong_map_is_refused_with_its_line() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("map.csv");
        for (text, part) in [
            ("a.wav", "line 1 is not a pattern and a class"),
            ("a.wav,A\nb.wav,", "line 2 is not"),
            ("# a\n\nb.wav,B,C\nc.wav,C\n", "line 3 is not"),
            ("[a.wav,A", "line 1: "),
            ("pattern,class", "has no line"),
            ("", "has no line"),
        ] {
            std::fs::write(&file, text).unwrap();
            let message = KeyMap::read(&file).err().unwrap().message;
            assert!(message.contains(part) && !message.contains('\n'), "{message}");
        }
    }
}
