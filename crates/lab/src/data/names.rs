//! What a file's path says about it.

use std::path::Path;

use super::error::DataError;
use super::label::Label;

/// What the path of a recording says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Parts {
    /// The class.
    pub(super) class: String,
    /// Who or what was recorded, empty if unknown.
    pub(super) group: String,
    /// Index within label and speaker, if the name has one.
    pub(super) index: Option<u64>,
    /// Unique name: the path below the data folder without extension, with `-` for `/`.
    pub(super) name: String,
}

impl Parts {
    /// Parses the path of `file`, which lies below `folder`.
    pub(super) fn of(folder: &Path, file: &Path, label: Label) -> Result<Self, DataError> {
        let below = file.strip_prefix(folder).unwrap_or(file).with_extension("");
        let steps: Vec<String> =
            below.iter().map(|step| step.to_string_lossy().into_owned()).collect();
        let name = steps.join("-");
        match steps.as_slice() {
            [stem] => pattern(stem, label, name).ok_or_else(|| DataError::Name(file.to_owned())),
            [class, .., stem] => {
                let (group, index) = by_folder(stem);
                match label {
                    Label::Digit => Ok(Self { class: class.clone(), group, index, name }),
                    Label::Speaker if group.is_empty() => {
                        Err(DataError::NoSpeaker(file.to_owned()))
                    }
                    Label::Speaker => Ok(Self { class: group, group: class.clone(), index, name }),
                }
            }
            [] => Err(DataError::Name(file.to_owned())),
        }
    }
}

/// `{label}_{speaker}_{index}`.
fn pattern(stem: &str, label: Label, name: String) -> Option<Parts> {
    let (rest, index) = stem.rsplit_once('_')?;
    let (word, speaker) = rest.split_once('_')?;
    let index = Some(index.parse().ok()?);
    if word.is_empty() || speaker.is_empty() {
        return None;
    }
    let (class, group) = match label {
        Label::Digit => (word, speaker),
        // With speakers as classes, the groups are the words.
        Label::Speaker => (speaker, word),
    };
    Some(Parts { class: class.to_owned(), group: group.to_owned(), index, name })
}

/// `{speaker}_{index}`, as far as the name has them.
fn by_folder(stem: &str) -> (String, Option<u64>) {
    match stem.rsplit_once('_') {
        Some((speaker, index)) => match index.parse() {
            Ok(index) => (speaker.to_owned(), Some(index)),
            Err(_) => (String::new(), None),
        },
        None => (String::new(), None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(file: &str, label: Label) -> Parts {
        Parts::of(Path::new("data"), &Path::new("data").join(file), label).unwrap()
    }

    #[test]
    fn a_file_name_gives_label_speaker_and_index() {
        let found = parts("7_jackson_32.wav", Label::Digit);
        assert_eq!(found.class, "7");
        assert_eq!(found.group, "jackson");
        assert_eq!(found.index, Some(32));
        assert_eq!(found.name, "7_jackson_32");
    }

    #[test]
    fn the_speaker_can_be_the_class() {
        assert_eq!(parts("7_jackson_32.wav", Label::Speaker).class, "jackson");
        assert_eq!(parts("7_mary_ann_3.wav", Label::Speaker).class, "mary_ann");
    }

    #[test]
    fn a_folder_is_a_class() {
        let found = parts("oboe/bright_12.wav", Label::Digit);
        assert_eq!((found.class.as_str(), found.group.as_str()), ("oboe", "bright"));
        assert_eq!(found.index, Some(12));
        let found = parts("oboe/take four.wav", Label::Digit);
        assert_eq!((found.class.as_str(), found.index), ("oboe", None));
        assert_eq!(found.name, "oboe-take four");
    }

    #[test]
    fn a_malformed_file_name_is_rejected_and_named() {
        for file in ["hello.wav", "7_32.wav", "7_jackson_x.wav", "_jackson_3.wav", "7__3.wav"] {
            let file = Path::new("data").join(file);
            let error = Parts::of(Path::new("data"), &file, Label::Digit).unwrap_err();
            assert!(error.to_string().contains(&file.display().to_string()), "{error}");
        }
    }
}
