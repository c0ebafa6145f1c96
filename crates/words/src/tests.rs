//! What holds for every language.

use std::collections::BTreeSet;

use super::*;

#[test]
fn a_language_is_known_by_the_tags_that_systems_use() {
    for (tag, language) in [
        ("de", Some(Language::German)),
        ("de-AT", Some(Language::German)),
        ("de_CH.UTF-8", Some(Language::German)),
        ("FR", Some(Language::French)),
        ("es-419", Some(Language::Spanish)),
        ("en_GB@euro", Some(Language::English)),
        ("nl-BE", None),
        ("den", None),
        ("C", None),
        ("", None),
    ] {
        assert_eq!(Language::from_tag(tag), language, "{tag}");
    }
    for language in Language::ALL {
        assert_eq!(Language::from_tag(language.code()), Some(language));
    }
}

#[test]
fn languages_have_names_of_their_own() {
    let names: BTreeSet<&str> = Language::ALL.into_iter().map(Language::name).collect();
    assert_eq!(names.len(), Language::ALL.len());
}

#[test]
fn one_and_many_are_told_apart() {
    for language in Language::ALL {
        let words = language.words();
        for (one, many) in [
            ((words.figures.late_times)(1), (words.figures.late_times)(3)),
            ((words.live.dropouts)(1), (words.live.dropouts)(3)),
        ] {
            assert!(many.contains('3') && !one.contains('3'), "{one} {many}");
        }
    }
    let english = &Language::English.words().figures;
    assert_eq!((english.late_times)(1), "Late once");
    assert_eq!((Language::Spanish.words().figures.late_times)(1), "Tarde 1 vez");
}

#[test]
fn numbers_keep_the_decimal_point_and_levels_the_minus_sign() {
    for language in Language::ALL {
        let words = language.words();
        assert!((words.strength.levels)(3.234, 7.92).contains("3.23 dB"));
        assert!(
            (words.live.block)(441, 10.0).contains("441")
                && (words.live.block)(1, 9.96).contains("10.0 ms")
        );
        assert!(words.live.test_tone_tip.contains("−20 dBFS"));
    }
}

#[test]
fn a_name_keeps_its_spelling() {
    for language in Language::ALL {
        let words = language.words();
        for text in [
            (words.headline.restoring)("Ada’s voice"),
            (words.headline.class_key)("Ada’s voice", "qsf5"),
            (words.keys.remove_confirm)("Ada’s voice"),
            (words.keys.nothing_removed)("Ada’s voice"),
            (words.welcome.backup_text)("Ada’s voice"),
        ] {
            assert!(text.contains("Ada’s voice"), "{text}");
        }
    }
}

#[test]
fn french_punctuation_does_not_begin_a_line() {
    for source in [
        include_str!("french/editor.rs"),
        include_str!("french/keys.rs"),
        include_str!("french/live.rs"),
        include_str!("french/trouble.rs"),
    ] {
        for line in source.lines().filter(|line| !line.starts_with("//")) {
            for wrong in [" : ", " :\"", " ; ", " ?", " »", "« ", " %"] {
                assert!(!line.contains(wrong), "“{wrong}” in {line}");
            }
        }
    }
}
