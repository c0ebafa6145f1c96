//! Every text of every language is drawn whole, in the smallest window too.

use egui::{Event, FontId, Key, Pos2};
use egui_kittest::Harness;
use egui_kittest::kittest::{By, NodeT, Queryable};
use patchveil_words::Language;

use super::fixture::{Fixture, key};
use super::seen::{drawn, faults};
use super::steps_and_presets::with_presets;
use crate::analyzer::{Found, Heard, HeardKey};
use crate::editor::theme::{BODY, CODE};
use crate::editor::words::set_language;
use crate::params::PresetChoice;
use crate::route::Route;
use crate::status::Status;
use crate::trouble::{KeyringTrouble, NoProtection};

type Window = Harness<'static, Fixture>;

const SMALL: (f32, f32) = (640.0, 400.0);
const DEFAULT: (f32, f32) = (1_000.0, 640.0);

/// Shows `fixture` in all languages, after `prepare`, and collects what is wrong.
fn check(name: &str, size: (f32, f32), fixture: Fixture, prepare: impl Fn(&mut Window)) {
    // The line below the headline, and names that the user gave, end in … where they are too long: the tip
    // has the rest. Everything else fits.
    let detail = |text: &str| text.contains("Night") || text.contains('.');
    let mut window = fixture.unpainted(size);
    let mut faults_of_all = Vec::new();
    for language in Language::ALL {
        set_language(&window.ctx, language);
        window.run();
        prepare(&mut window);
        window.run();
        let code = language.code();
        faults_of_all
            .extend(faults(&window, &detail).into_iter().map(|f| format!("{name} {code}: {f}")));
    }
    assert!(faults_of_all.is_empty(), "{}", faults_of_all.join("\n"));
}

fn nothing(_: &mut Window) {}

fn status(fixture: Fixture, status: Status) -> Fixture {
    Fixture { status, ..fixture }
}

#[test]
fn all_controls_fit_small_and_wide() {
    for size in [SMALL, (700.0, 400.0), (879.0, 560.0), (900.0, 640.0), DEFAULT] {
        check("marked", size, Fixture::marked().unfolded(), nothing);
        check("busy", size, Fixture::busy().unfolded(), nothing);
        check("folded", size, Fixture::busy(), nothing);
        check("cuda", size, Fixture::busy().with(PresetChoice::Cuda).unfolded(), nothing);
        check("new", size, Fixture::empty(), nothing);
    }
    let limited = Fixture::busy().unfolded();
    for param in [&limited.params.patches.patch, &limited.params.patches.period] {
        use crate::editor::param_gesture::ParamGesture as _;
        limited.gesture.set(param, 0.9);
    }
    check("limited", SMALL, limited, nothing);
}

#[test]
fn all_headlines_fit() {
    let fingerprint = key(1).fingerprint();
    let class = || "Night Show".to_owned();
    let trouble = || Some(KeyringTrouble::NotWatched);
    let reason = || NoProtection::NotInKeyring { class: class(), fingerprint };
    let nowhere = Route::Nowhere("The audio device is lost.".to_owned());
    for status_now in [
        Status::Idle,
        Status::NotProtecting,
        Status::Muted { reason: reason() },
        Status::Muted { reason: NoProtection::DesignFailed },
        Status::Muted { reason: NoProtection::NewerSession },
        Status::Muted { reason: NoProtection::DamagedSession },
        Status::NotRestoring { reason: NoProtection::NoClass },
        Status::NotRestoring { reason: reason() },
        Status::Protecting { class: class(), fingerprint, trouble: trouble() },
        Status::Restoring { class: class(), fingerprint, trouble: None },
        Status::Restoring { class: class(), fingerprint, trouble: trouble() },
    ] {
        check("headline", SMALL, status(Fixture::marked(), status_now), nothing);
    }
    for (sound, running, started) in
        [(false, true, true), (false, false, true), (false, false, false)]
    {
        for route in [Route::Host, Route::Devices("from: a – to: b.".to_owned()), nowhere.clone()]
        {
            let mut fixture = Fixture { route, ..Fixture::busy() };
            let view = &mut fixture.view;
            (view.sound, view.running, view.started) = (sound, running, started);
            view.effect = None;
            check("silence", SMALL, fixture, nothing);
        }
    }
    let counted = Fixture::busy();
    let status_now = Status::Restoring { class: class(), fingerprint, trouble: None };
    let mut counted = status(counted, status_now);
    counted.view.host_timeline = false;
    check("counted", SMALL, counted, nothing);
}

#[test]
fn what_is_said_of_the_sound_fits() {
    for size in [SMALL, DEFAULT] {
        for found in [
            Found::Searching { seconds: 0.0, expected: None },
            Found::Searching { seconds: 13.0, expected: None },
            Found::Searching { seconds: 3.0, expected: Some(114.0) },
            Found::No { seconds: 20.0 },
        ] {
            let mut fixture = Fixture::marked();
            fixture.view.found = found;
            check("found", size, fixture, nothing);
        }
        let mut late = Fixture::marked();
        late.view.late = 13;
        check("late", size, late, nothing);
        for (bypass, delta) in [(true, false), (false, true)] {
            use crate::editor::param_gesture::ParamGesture as _;
            let fixture = Fixture::busy();
            fixture.gesture.set(&fixture.params.bypass, f32::from(u8::from(bypass)));
            fixture.gesture.set(&fixture.params.output.delta, f32::from(u8::from(delta)));
            check("switches", size, fixture, nothing);
        }
    }
}

#[test]
fn the_original_against_the_output_fits() {
    for size in [SMALL, (700.0, 400.0), (879.0, 560.0), (900.0, 640.0), DEFAULT] {
        for fold in [Fixture::unfolded as fn(_) -> _, |fixture: Fixture| fixture] {
            let mut heard = fold(Fixture::busy());
            heard.view.original = Some(-10.4);
            check("original", size, heard, nothing);
            let mut waiting = fold(Fixture::busy());
            waiting.view.match_db = None;
            check("original waits", size, waiting, nothing);
        }
    }
}

/// Cut-off texts of what opens over the rest of a window.
fn faults_above(window: &Window, name: &str, code: &str) -> Vec<String> {
    let mut faults = faults(window, &|text| text.contains('.') || text.contains("Night"));
    faults.retain(|fault| !fault.starts_with("over") && !fault.starts_with("wider"));
    faults.into_iter().map(|fault| format!("{name} {code}: {fault}")).collect()
}

#[test]
fn the_menu_of_presets_and_the_form_of_receipts_fit() {
    let mut wrong = Vec::new();
    for language in Language::ALL {
        let (words, code) = (language.words(), language.code());
        for size in [SMALL, DEFAULT] {
            let mut window = with_presets(language).unpainted(size);
            window.run();
            window.get_by_label(words.user_presets.title).click();
            window.run();
            wrong.extend(faults_above(&window, "presets", code));
            let save = window.get_by_label(words.user_presets.save).rect();
            let remove = (words.user_presets.remove)("Night Show");
            let remove = window.get_by_label(&remove).rect();
            assert!(!save.intersects(remove) && window.ctx.content_rect().contains_rect(remove));

            let mut window = Fixture::busy().in_language(language).unpainted(size);
            window.run();
            for (label, text) in [
                (words.window.view, None),
                (words.receipts.option, None),
                (words.receipts.folder, Some("no/such/folder")),
                (words.receipts.save, None),
            ] {
                let node = window.get_by_label(label);
                match text {
                    Some(text) => {
                        node.focus();
                        window.run();
                        window.get_by_label(label).type_text(text);
                    }
                    None => node.click(),
                }
                window.run();
                wrong.extend(faults_above(&window, "receipts", code));
            }
            assert!(window.query_by_label(words.receipts.no_such_folder).is_some());
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_class_keys_fit() {
    let heard = |unreadable, seconds, keys| Heard { seconds, keys, unreadable };
    let found =
        HeardKey { name: "Night Brief".to_owned(), fingerprint: key(2).fingerprint(), p: 3e-14 };
    // High enough that nothing lies below the edge of the list.
    for size in [(640.0, 900.0), (1_000.0, 900.0)] {
        let keys = || {
            let mut fixture = Fixture::busy();
            fixture.panels.show_keys = true;
            fixture
        };
        let mut empty = Fixture::empty();
        empty.panels.show_keys = true;
        check("no keys", size, empty, nothing);
        let mut open = keys();
        open.panels.keys.open_row(key(2).fingerprint());
        check("row", size, open, nothing);
        let mut open = keys();
        open.panels.keys.open_row(key(1).fingerprint());
        open.keyring.has_passphrase = true;
        check("locked", size, open, nothing);
        for heard in [
            heard(true, 0.0, Vec::new()),
            heard(false, 0.0, Vec::new()),
            heard(false, 12.0, Vec::new()),
            heard(false, 5.0, vec![found.clone()]),
        ] {
            let mut listening = keys();
            listening.panels.keys.listening = true;
            listening.view.heard = Some(heard);
            check("heard", size, listening, nothing);
        }
        for form in 0..5 {
            let mut fixture = keys();
            fixture.panels.keys.open_form(form, &fixture.keyring.classes[1]);
            check(&format!("form {form}"), size, fixture, nothing);
        }
    }
}

#[test]
fn no_language_leaves_out_what_another_shows() {
    // What is optional is left out where there is no room: the legend, the summary, the figures.
    for size in [SMALL, DEFAULT] {
        for fixture in [Fixture::marked, Fixture::busy] {
            let mut window = fixture().unpainted(size);
            let counts = Language::ALL.map(|language| {
                set_language(&window.ctx, language);
                window.run();
                drawn(&window).len()
            });
            assert!(counts.iter().all(|count| *count == counts[0]), "{size:?} {counts:?}");
        }
    }
}

#[test]
fn lists_and_tips_stay_within_a_small_window() {
    let mut window = Fixture::marked().unfolded().unpainted(SMALL);
    for language in Language::ALL {
        set_language(&window.ctx, language);
        let words = language.words();
        for name in [words.window.view, words.window.mode, words.presets.preset] {
            window.run();
            window.get_by_label(name).click();
            window.run();
            let screen = window.ctx.content_rect();
            let options = By::new()
                .recursive(true)
                .predicate(|node| node.role() == egui::accesskit::Role::MenuItemRadio);
            let mut count = 0;
            for option in window.query_all(options) {
                count += 1;
                let rect = option.rect();
                let name = option.accesskit_node().label();
                // A list that is too high scrolls.
                assert!(screen.x_range().contains(rect.left()), "{name:?} {rect:?}");
                assert!(screen.x_range().contains(rect.right()), "{name:?} {rect:?}");
            }
            assert!(count >= 2, "{name}: {count}");
            window.event(Event::PointerMoved(Pos2::new(5.0, 5.0)));
            window.key_press(Key::Escape);
            window.run();
        }
    }
}

#[test]
fn the_fonts_have_every_letter() {
    let window = Fixture::empty().unpainted(SMALL);
    let sources = [
        include_str!("../../../crates/words/src/english/editor.rs"),
        include_str!("../../../crates/words/src/english/keys.rs"),
        include_str!("../../../crates/words/src/english/live.rs"),
        include_str!("../../../crates/words/src/german/editor.rs"),
        include_str!("../../../crates/words/src/german/keys.rs"),
        include_str!("../../../crates/words/src/german/live.rs"),
        include_str!("../../../crates/words/src/french/editor.rs"),
        include_str!("../../../crates/words/src/french/keys.rs"),
        include_str!("../../../crates/words/src/french/live.rs"),
        include_str!("../../../crates/words/src/spanish/editor.rs"),
        include_str!("../../../crates/words/src/spanish/keys.rs"),
        include_str!("../../../crates/words/src/spanish/live.rs"),
        // Of names and of readouts.
        "ÄÖÜÀÂÇÉÈÊËÎÏÔŒÙÛÜŸÆÁÍÓÚÑ¿¡äöüßàâçéèêëîïôœùûüÿæáíóúñ−∞±≤–’“”„«»…",
    ];
    let has = |font: &FontId, c: char| window.ctx.fonts_mut(|fonts| fonts.has_glyph(font, c));
    for c in sources.iter().flat_map(|source| source.chars()).filter(|c| !c.is_ascii()) {
        assert!(has(&BODY, c), "“{c}” (U+{:04X})", u32::from(c));
        // Paths and fingerprints are written in it.
        assert!(has(&CODE, c), "“{c}” (U+{:04X}) in {CODE:?}", u32::from(c));
    }
}
