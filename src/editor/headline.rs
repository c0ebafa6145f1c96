//! The headline: what happens to the audio now.

use egui::{Color32, Rect, Role, Sense, Ui, WidgetInfo, pos2, vec2};
use patchveil_veil::Recipe;

use super::icons::{self, Icon};
use super::theme::{HEADLINE, INSET, Palette, SMALL, palette};
use super::widgets::{elided, sentence};
use crate::status::Status;

/// Which layers of the recipe change the audio.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Layers {
    pub(crate) mark: bool,
    /// The mark is louder than the preset's.
    pub(crate) louder: bool,
    pub(crate) veil: bool,
}

impl Layers {
    /// The layers of `recipe`; a veil of 0 % is none.
    pub(crate) fn of(recipe: &Recipe) -> Self {
        Self {
            mark: recipe.mark.is_some(),
            louder: recipe.mark.as_ref().is_some_and(|mark| mark.level_db > 0.0),
            veil: recipe.veil.as_ref().is_some_and(|veil| veil.amount > 0.0),
        }
    }

    /// What is done to the audio, and whether it can be heard.
    fn doing(self) -> &'static str {
        match self {
            Self { mark: true, veil: true, .. } => "Marked and veiled (audible)",
            Self { veil: true, .. } => "Veiled (audible)",
            Self { louder: true, .. } => "Marked (may be audible)",
            _ => "Marked (inaudible)",
        }
    }

    fn are_none(self) -> bool {
        !self.mark && !self.veil
    }
}

/// What besides the status decides about the output.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Conditions {
    /// The input passes unchanged.
    pub(crate) bypass: bool,
    /// Only the difference is output.
    pub(crate) delta: bool,
    /// What the recipe in force does.
    pub(crate) layers: Layers,
    /// Audio runs, but the host states no position.
    pub(crate) no_host_position: bool,
}

/// The headline as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Headline {
    pub(crate) icon: Icon,
    pub(crate) tone: Tone,
    /// What happens.
    pub(crate) title: String,
    /// Why, and what to do.
    pub(crate) detail: String,
}

/// How good or bad that is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    Good,
    Neutral,
    Warning,
    Error,
}

impl Tone {
    fn colour(self, palette: &Palette) -> Color32 {
        match self {
            Self::Good => palette.good,
            Self::Neutral => palette.weak,
            Self::Warning => palette.warn,
            Self::Error => palette.bad,
        }
    }
}

impl Headline {
    fn new(icon: Icon, tone: Tone, title: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { icon, tone, title: title.into(), detail: detail.into() }
    }

    /// A warning that the output is not protected.
    fn unprotected(title: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::new(Icon::Unprotected, Tone::Warning, title, detail)
    }
}

/// The most important thing to know now.
pub(crate) fn headline(status: &Status, conditions: Conditions) -> Headline {
    let restores = matches!(status, Status::Restoring { .. } | Status::NotRestoring { .. });
    // Bypass passes the input whatever the recipe would do.
    if conditions.bypass {
        let (doing, verb) =
            if restores { ("restoring", "restore") } else { ("protecting", "protect") };
        return Headline::unprotected(
            format!("Bypassed: not {doing}"),
            format!("The output is the input. Switch bypass off to {verb}."),
        );
    }
    match status {
        Status::Muted { reason } => Headline::new(
            Icon::Muted,
            Tone::Error,
            "Muted, so that nothing leaves unprotected",
            sentence(reason),
        ),
        Status::Idle => Headline::new(
            Icon::Waiting,
            Tone::Neutral,
            "Waiting for the host",
            "It has not started audio processing yet.",
        ),
        _ if conditions.delta && changes_nothing(status, conditions) => Headline::new(
            Icon::Muted,
            Tone::Warning,
            "Delta: silent, because nothing is changed",
            "Switch delta off to hear the input.",
        ),
        Status::NotProtecting | Status::Protecting { .. } => protecting(status, conditions),
        Status::Restoring { .. } | Status::NotRestoring { .. } => restoring(status, conditions),
    }
}

/// The headline while no sound goes through: nothing is protected that is not there.
pub(crate) fn without_sound(status: &Status, conditions: Conditions, reason: &str) -> Headline {
    let headline = headline(status, conditions);
    if headline.tone != Tone::Good {
        return headline;
    }
    let title = format!("{}, as soon as there is sound", headline.title);
    Headline::new(Icon::Waiting, Tone::Warning, title, sentence(reason))
}

fn changes_nothing(status: &Status, conditions: Conditions) -> bool {
    conditions.layers.are_none()
        || matches!(status, Status::NotProtecting | Status::NotRestoring { .. })
}

/// The headline in the mode Protect.
fn protecting(status: &Status, conditions: Conditions) -> Headline {
    match status {
        Status::Protecting { .. } if conditions.layers.are_none() => Headline::unprotected(
            "Not protecting: the amount is 0 %",
            "Nothing is changed. Raise the amount to protect.",
        ),
        Status::Protecting { .. } if conditions.delta => Headline::unprotected(
            "Delta: only the changes are audible",
            "Switch delta off before you record or bounce.",
        ),
        Status::Protecting { class, trouble: Some(trouble), .. } => Headline::new(
            Icon::Protecting,
            Tone::Warning,
            conditions.layers.doing(),
            format!("“{class}”, with the key read earlier: {}", sentence(trouble)),
        ),
        Status::Protecting { class, fingerprint, trouble: None } => Headline::new(
            Icon::Protecting,
            Tone::Good,
            conditions.layers.doing(),
            format!("“{class}”, key {fingerprint}"),
        ),
        _ => Headline::unprotected(
            "Not protecting: no class is chosen",
            "Choose a class key, or create one.",
        ),
    }
}

/// The headline in the mode Restore. It never reads as if the output were protected.
fn restoring(status: &Status, conditions: Conditions) -> Headline {
    match status {
        Status::Restoring { .. } if conditions.layers.are_none() => Headline::unprotected(
            "Not restoring: the amount is 0 %",
            "Nothing is changed. Set the amount that was used to protect.",
        ),
        Status::Restoring { .. } if conditions.delta => Headline::unprotected(
            "Delta: only the changes are audible",
            "Switch delta off before you record or bounce.",
        ),
        Status::Restoring { class, .. } if conditions.no_host_position => Headline::unprotected(
            format!("Restoring “{class}” by sample count"),
            "The host states no position, so samples are counted. That is right only if the \
             recording starts where it started when it was protected.",
        ),
        Status::Restoring { class, trouble: Some(trouble), .. } => Headline::unprotected(
            format!("Restoring “{class}”"),
            format!("With the key read earlier: {}", sentence(trouble)),
        ),
        Status::Restoring { class, fingerprint, trouble: None } => Headline::new(
            Icon::Unprotected,
            Tone::Neutral,
            format!("Restoring “{class}”"),
            format!("Key {fingerprint}. The output is not protected."),
        ),
        Status::NotRestoring { reason } => {
            Headline::unprotected("Not restoring: audio passes unchanged", sentence(reason))
        }
        other => Headline::new(Icon::Unprotected, Tone::Neutral, other.to_string(), ""),
    }
}

/// Draws the headline into `rect`.
pub(crate) fn draw(ui: &mut Ui, rect: Rect, headline: &Headline) {
    let colours = palette(ui);
    let colour = headline.tone.colour(colours);
    let icon =
        Rect::from_center_size(pos2(rect.left() + INSET + 11.0, rect.center().y), vec2(22.0, 24.0));
    icons::paint(ui.painter(), icon, headline.icon, colour, colours.background);
    let left = icon.right() + INSET;
    let width = rect.right() - left;
    let title = elided(ui, &headline.title, HEADLINE, colour, width);
    let detail = elided(ui, &headline.detail, SMALL, colours.weak, width);
    let height = title.size().y + detail.size().y + 1.0;
    let top = (rect.center().y - height / 2.0).round();
    let below = top + title.size().y + 1.0;
    ui.painter().galley(pos2(left, top), title, colour);
    ui.painter().galley(pos2(left, below), detail, colours.weak);
    let response = ui.interact(rect, ui.scope_id().with("headline"), Sense::hover());
    let text = format!("{}. {}", headline.title, headline.detail);
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &text));
    response.on_hover_text(&headline.detail);
}

#[cfg(test)]
mod tests {
    use patchveil_veil::Preset;

    use super::*;

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

    #[test]
    fn restoring_never_reads_as_protecting() {
        let fingerprint = patchveil_veil::ClassKey::from_bytes([1; 32]).fingerprint();
        let on = Status::Restoring { class: "Night Show".to_owned(), fingerprint, trouble: None };
        let plain = headline(&on, PLAIN);
        assert_eq!((plain.tone, plain.title.as_str()), (Tone::Neutral, "Restoring “Night Show”"));
        let off = Status::NotRestoring { reason: "the key is missing".to_owned() };
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
        assert_eq!(shown(&recipe), "Not protecting: the amount is 0 %");
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
            (&Status::NotRestoring { reason: "the key is missing".to_owned() }, delta),
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
        let muted = Status::Muted { reason: "the key is missing; import it".to_owned() };
        let shown = headline(&muted, PLAIN);
        assert_eq!(
            (shown.icon, shown.detail.as_str()),
            (Icon::Muted, "The key is missing; import it.")
        );
        let shown = headline(&muted, Conditions { bypass: true, ..PLAIN });
        assert_eq!(shown.icon, Icon::Unprotected, "bypass passes the input even then");
    }
}
