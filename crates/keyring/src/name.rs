//! Class names: which are allowed, and when two are the same.

use crate::error::KeyringError;
use crate::key_text::holds_key;

/// Longest class name in characters (Unicode scalar values).
pub(crate) const MAX_NAME_CHARS: usize = 64;

/// The name to store for what a user typed: without spaces around it, and one that prints as itself on
/// one line.
///
/// Names are not normalised. Keyboards produce the composed form everywhere, and fingerprints tell names
/// apart that only look the same.
pub(crate) fn clean(typed: &str) -> Result<&str, KeyringError> {
    let bad = |reason: String| Err(KeyringError::BadName { reason });
    let name = typed.trim();
    if name.is_empty() {
        return bad("it is empty; give it at least one character".to_owned());
    }
    // A class key has 64 letters and would pass as a name, and then be shown on screens and in logs.
    if holds_key(name) {
        return bad("it looks like a key; import the key under a name of its own".to_owned());
    }
    if let Some(found) = name.chars().find(|&c| is_unprintable(c)) {
        let code = u32::from(found);
        return bad(format!("it holds the invisible character U+{code:04X}; leave that out"));
    }
    let chars = name.chars().count();
    if chars > MAX_NAME_CHARS {
        return bad(format!("it has {chars} characters; at most {MAX_NAME_CHARS} are allowed"));
    }
    Ok(name)
}

/// A name for comparison. Case is ignored, because nobody means two shows by "Night Show" and
/// "night show".
pub(crate) fn fold(name: &str) -> String {
    // Upper case first, so that letters with several lower-case forms (σ and ς) become one.
    name.trim().chars().flat_map(char::to_uppercase).flat_map(char::to_lowercase).collect()
}

/// A name for an error message: quoted, on one line, short, and never a key that was typed by mistake.
pub(crate) fn shown(name: &str) -> String {
    if holds_key(name) {
        return "(a key's text, not shown)".to_owned();
    }
    let name = name.trim();
    let mut short = String::new();
    for c in name.chars().take(MAX_NAME_CHARS) {
        if is_unprintable(c) {
            short.extend(c.escape_unicode());
        } else {
            short.push(c);
        }
    }
    if name.chars().count() > MAX_NAME_CHARS {
        short.push('…');
    }
    format!("“{short}”")
}

/// Control characters, line and paragraph separators, and the characters that reverse the order of
/// the text after them: a name with one of these would not print as itself.
fn is_unprintable(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_names_of_any_script_are_kept_as_typed() {
        for name in
            ["a", "Night Show", "Ночь", "夜の番組", "👩‍👩‍👧 family", "a/b\\c: \"d\"", &"é".repeat(64)]
        {
            assert_eq!(clean(name).unwrap(), name);
        }
        assert_eq!(clean("  Night Show\n").unwrap(), "Night Show");
    }

    #[test]
    fn unusable_names_are_refused_with_the_reason() {
        let long = "é".repeat(65);
        for (name, reason) in [
            ("", "empty"),
            (" \t ", "empty"),
            ("a\nb", "U+000A"),
            ("a\u{1b}[31mb", "U+001B"),
            ("a\u{2028}b", "U+2028"),
            ("a\u{202e}b", "U+202E"),
            (long.as_str(), "65 characters"),
        ] {
            let said = clean(name).unwrap_err().to_string();
            assert!(said.contains(reason), "{said}");
            assert_eq!(said.lines().count(), 1, "{said}");
        }
    }

    #[test]
    fn a_key_is_refused_as_a_name_and_not_repeated() {
        let class = patchveil_veil::ClassKey::from_bytes([5; 32]);
        for key in [class.to_text(), class.echo_key().to_text()] {
            for typed in [key.to_string(), key.to_uppercase(), format!("x {}", *key)] {
                let said = clean(&typed).unwrap_err().to_string();
                assert!(said.contains("looks like a key"), "{said}");
                for said in [said, shown(&typed)] {
                    assert!(!said.contains(&typed[typed.len() - 30..]), "{said}");
                    assert!(!said.contains(&typed[..30]), "{said}");
                }
            }
        }
    }

    #[test]
    fn names_that_differ_in_case_are_the_same() {
        assert_eq!(fold("Night Show"), fold("NIGHT show"));
        assert_eq!(fold("ΟΔΟΣ"), fold("οδος"));
        assert_eq!(fold("Straße"), fold("STRASSE"));
        assert_ne!(fold("Night Show"), fold("Night  Show"));
    }

    #[test]
    fn shown_names_stay_on_one_short_line() {
        assert_eq!(shown("Night Show"), "“Night Show”");
        assert_eq!(shown("a\nb"), "“a\\u{a}b”");
        assert!(shown(&"x".repeat(500)).chars().count() < 70);
    }
}
