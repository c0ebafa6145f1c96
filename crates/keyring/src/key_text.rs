//! Keys in texts that are not meant to have any: names, paths, messages, files that are handed on.

use std::borrow::Cow;
use std::ops::Range;

/// How secret keys begin as text, in lower or upper case: class keys, echo keys, and secret keys of age.
const BEGINNINGS: [&str; 3] = ["pvkey1", "pvecho1", "age-secret-key-1"];
/// Least letters that follow. Fewer give too little of a key away to help anybody, and may be part of a name.
const LETTERS: usize = 16;

/// Whether a text or a file holds a secret key, or a good part of one: a class key, an echo key, or a secret key of
/// age, in lower or upper case.
#[must_use]
pub fn holds_key(text: impl AsRef<[u8]>) -> bool {
    first(text.as_ref()).is_some()
}

/// The text for a message, with “…” for the letters of every key that [`holds_key`] finds in it.
#[must_use]
pub fn without_keys(text: &str) -> Cow<'_, str> {
    let mut clean = String::new();
    let mut rest = text;
    while let Some(letters) = first(rest.as_bytes()) {
        // What is cut out is ASCII, so its ends are ends of characters.
        clean.push_str(rest.get(..letters.start).unwrap_or_default());
        clean.push('…');
        rest = rest.get(letters.end..).unwrap_or_default();
    }
    if clean.is_empty() {
        return Cow::Borrowed(text);
    }
    clean.push_str(rest);
    Cow::Owned(clean)
}

/// Where the letters of the first key are that follow its beginning.
fn first(text: &[u8]) -> Option<Range<usize>> {
    let letters = |at: usize| {
        BEGINNINGS.iter().find_map(|beginning| {
            let (own, rest) = text[at..].split_at_checked(beginning.len())?;
            let count = rest.iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
            let is_key = own.eq_ignore_ascii_case(beginning.as_bytes()) && count >= LETTERS;
            let start = at + beginning.len();
            is_key.then_some(start..start + count)
        })
    };
    let mut starts = text.iter().enumerate().filter(|(_, byte)| b"pPaA".contains(byte));
    starts.find_map(|(at, _)| letters(at))
}

#[cfg(test)]
mod tests {
    use patchveil_veil::ClassKey;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn keys_of_all_kinds_are_found_in_either_case_and_never_repeated() {
        let class = ClassKey::from_bytes([5; 32]);
        let age = format!("AGE-SECRET-KEY-1{}", "Q".repeat(58));
        for key in [&**class.to_text(), &**class.echo_key().to_text(), &age] {
            for key in [key.to_ascii_lowercase(), key.to_ascii_uppercase()] {
                let text = format!("ä/{key}.txt: not found; {key}");
                assert!(holds_key(&text) && !holds_key(text.replace(&key, "")));
                let clean = without_keys(&text);
                assert!(!clean.contains(&key[key.len() - 40..]), "{clean}");
                assert!(clean.starts_with("ä/") && clean.contains("….txt: not found; "), "{clean}");
                // Cut off, it is most of a key still.
                assert!(holds_key(&key[..40]));
            }
        }
    }

    #[test]
    fn what_only_mentions_keys_stays_as_it_is() {
        for text in ["", "pvkey1…", "pvecho1 is how it begins", "/home/me/pvkey1.txt", "pvkey1abcd"]
        {
            assert!(!holds_key(text), "{text}");
            assert_eq!(without_keys(text), text);
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "(pvkey1|PVECHO1|age-secret-key-1|[a-zé]{0,20}| ){0,9}") {
            prop_assert!(!holds_key(&*without_keys(&text)));
        }
    }
}
