//! What the headline says, and never says.

use patchveil_veil::Preset;

use super::*;
use crate::trouble::NoProtection;

fn headline(status: &Status, conditions: Conditions) -> Headline {
    super::headline(status, conditions, words::Language::English.words())
}

/// Marked, and nothing else.
const PLAIN: Conditions = Conditions {
    bypass: false,
    delta: false,
    layers: Layers { mark: true, louder: false, veil: false },
    no_host_position: false,
};
/// Without any layer.
const NOTHING: Conditions =
    Conditions { layers: Layers { mark: false, louder: false, veil: false }, ..PLAIN };

fn protecting() -> Status {
    let fingerprint = patchveil_veil::ClassKey::from_bytes([1; 32]).fingerprint();
    Status::Protecting { class: "Night Show".to_owned(), fingerprint, trouble: None }
}

fn missing() -> NoProtection {
    let fingerprint = patchveil_veil::ClassKey::from_bytes([9; 32]).fingerprint();
    NoProtection::NotInKeyring { class: "Night Show".to_owned(), fingerprint }
}

#[test]
fn restoring_never_reads_as_protecting() {
    let fingerprint = patchveil_veil::ClassKey::from_bytes([1; 32]).fingerprint();
    let on = Status::Restoring { class: "Night Show".to_owned(), fingerprint, trouble: None };
    let plain = headline(&on, PLAIN);
    assert_eq!((plain.tone, plain.title.as_str()), (Tone::Neutral, "Restoring “Night Show”"));
    let off = Status::NotRestoring { reason: missing() };
    for (status, conditions) in [
        (&on, PLAIN),
        (&on, Conditions { bypass: true, ..PLAIN }),
        (&on, Conditions { delta: true, ..PLAIN }),
        (&on, NOTHING),
        (&on, Conditions { no_host_position: true, ..PLAIN }),
        (&off, PLAIN),
        (&off, Conditions { no_host_position: true, ..PLAIN }),
        (&off, Conditions { bypass: true, ..PLAIN }),
    ] {
        let shown = headline(status, conditions);
        assert_eq!(shown.icon, Icon::Unprotected, "{shown:?}");
        assert!(!shown.title.contains("rotecting"), "{shown:?}");
        assert!(shown.tone == Tone::Warning || shown == plain, "{shown:?}");
    }
}

#[test]
fn it_says_what_is_done_and_whether_it_can_be_heard() {
    let shown = |recipe: &Recipe| {
        headline(&protecting(), Conditions { layers: Layers::of(recipe), ..PLAIN }).title
    };
    assert_eq!(shown(&Preset::Mark.recipe()), "Marked (inaudible)");
    for preset in [Preset::Light, Preset::Balanced, Preset::Strong] {
        assert_eq!(shown(&preset.recipe()), "Marked and veiled (audible)");
        let former = preset.recipe_of_version(1).unwrap();
        assert_eq!(shown(&former), "Veiled (audible)");
    }
    assert_eq!(shown(&Preset::Cuda.recipe()), "Veiled (audible)");
    let mut recipe = Preset::Strong.recipe();
    recipe.veil.as_mut().unwrap().amount = 0.0;
    assert_eq!(shown(&recipe), "Marked (inaudible)");
    recipe.mark.as_mut().unwrap().level_db = 0.1;
    assert_eq!(shown(&recipe), "Marked (may be audible)");
    recipe = Preset::Strong.recipe_of_version(1).unwrap();
    recipe.veil.as_mut().unwrap().amount = 0.0;
    assert_eq!(shown(&recipe), "Not protected: the amount is 0 %");
    let detail = headline(&protecting(), PLAIN).detail;
    assert!(detail.starts_with("“Night Show”, key "), "{detail}");
}

#[test]
fn a_silent_delta_says_so() {
    let class = "Night Show".to_owned();
    let fingerprint = patchveil_veil::ClassKey::from_bytes([1; 32]).fingerprint();
    let delta = Conditions { delta: true, ..PLAIN };
    let silent = Conditions { delta: true, ..NOTHING };
    let on = protecting();
    let off = Status::Restoring { class, fingerprint, trouble: None };
    for (status, conditions) in [
        (&Status::NotProtecting, delta),
        (&Status::NotRestoring { reason: missing() }, delta),
        (&on, silent),
        (&off, silent),
    ] {
        let shown = headline(status, conditions);
        assert!(shown.title.starts_with("Delta: silent"), "{shown:?}");
        let bypassed = headline(status, Conditions { bypass: true, ..conditions });
        assert!(bypassed.title.starts_with("Bypassed"), "{bypassed:?}");
    }
    assert!(headline(&on, delta).title.starts_with("Delta: only"));
}

#[test]
fn unprotected_never_reads_as_protected() {
    let on = protecting();
    assert_eq!(headline(&on, PLAIN).tone, Tone::Good);
    for conditions in
        [Conditions { bypass: true, ..PLAIN }, Conditions { delta: true, ..PLAIN }, NOTHING]
    {
        let shown = headline(&on, conditions);
        assert_eq!((shown.icon, shown.tone), (Icon::Unprotected, Tone::Warning), "{shown:?}");
    }
    let muted = Status::Muted { reason: missing() };
    let shown = headline(&muted, PLAIN);
    assert_eq!((shown.icon, shown.title.as_str()), (Icon::Muted, "Muted: key missing"));
    let detail = shown.detail;
    assert!(
        detail.starts_with("The key of “Night Show” (") && detail.ends_with("class."),
        "{detail}"
    );
    let german = super::headline(&muted, PLAIN, words::Language::German.words());
    assert!(german.detail.starts_with("Der Schlüssel von „Night Show“ ("), "{german:?}");
    let shown = headline(&muted, Conditions { bypass: true, ..PLAIN });
    assert_eq!(shown.icon, Icon::Unprotected, "bypass passes the input even then");
}
