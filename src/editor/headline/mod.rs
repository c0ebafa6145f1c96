//! The headline: what happens to the audio now.

mod sound;
#[cfg(test)]
mod tests;

use egui::accesskit::Live;
use egui::{Color32, Rect, Role, Sense, Ui, WidgetInfo, pos2, vec2};
use patchveil_veil::Recipe;
use patchveil_words as words;

pub(crate) use self::sound::Sound;
use crate::editor::icons::{self, Icon};
use crate::editor::theme::{HEADLINE, INSET, Palette, SMALL, palette};
use crate::editor::widgets::{elided, sentence};
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
    fn doing(self, words: &words::Headline) -> &'static str {
        match self {
            Self { mark: true, veil: true, .. } => words.marked_and_veiled,
            Self { veil: true, .. } => words.veiled,
            Self { louder: true, .. } => words.marked_louder,
            _ => words.marked,
        }
    }

    /// What will be done to the audio as soon as there is some.
    fn ready(self, class: &str, words: &words::Headline) -> String {
        match self {
            Self { mark: true, veil: true, .. } => (words.ready_to_mark_and_veil)(class),
            Self { veil: true, .. } => (words.ready_to_veil)(class),
            _ => (words.ready_to_mark)(class),
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
pub(crate) fn headline(
    status: &Status,
    conditions: Conditions,
    all_words: &words::Words,
) -> Headline {
    let words = &all_words.headline;
    let restores = matches!(status, Status::Restoring { .. } | Status::NotRestoring { .. });
    // Bypass passes the input whatever the recipe would do.
    if conditions.bypass {
        let (title, detail) = match restores {
            true => (words.bypassed_not_restored, words.bypassed_not_restored_hint),
            false => (words.bypassed_not_protected, words.bypassed_not_protected_hint),
        };
        return Headline::unprotected(title, detail);
    }
    match status {
        Status::Muted { reason } => {
            let missing = reason.is_missing_key();
            let title = if missing { words.muted_key_missing } else { words.muted };
            Headline::new(Icon::Muted, Tone::Error, title, sentence(&reason.text(all_words)))
        }
        Status::Idle => {
            Headline::new(Icon::Waiting, Tone::Neutral, words.waiting, words.waiting_hint)
        }
        _ if conditions.delta && changes_nothing(status, conditions) => {
            let (title, detail) = (words.silent_delta, words.silent_delta_hint);
            Headline::new(Icon::Muted, Tone::Warning, title, detail)
        }
        Status::NotProtecting | Status::Protecting { .. } => {
            protecting(status, conditions, all_words)
        }
        Status::Restoring { .. } | Status::NotRestoring { .. } => {
            restoring(status, conditions, all_words)
        }
    }
}

fn changes_nothing(status: &Status, conditions: Conditions) -> bool {
    conditions.layers.are_none()
        || matches!(status, Status::NotProtecting | Status::NotRestoring { .. })
}

/// The headline in the mode Protect.
fn protecting(status: &Status, conditions: Conditions, all_words: &words::Words) -> Headline {
    let words = &all_words.headline;
    let doing = conditions.layers.doing(words);
    match status {
        Status::Protecting { .. } if conditions.layers.are_none() => {
            Headline::unprotected(words.nothing_to_protect, words.nothing_to_protect_hint)
        }
        Status::Protecting { .. } if conditions.delta => {
            Headline::unprotected(words.delta, words.delta_hint)
        }
        Status::Protecting { class, trouble: Some(trouble), .. } => {
            let detail = (words.class_with_earlier_key)(class, &sentence(&trouble.text(all_words)));
            Headline::new(Icon::Protecting, Tone::Warning, doing, detail)
        }
        Status::Protecting { class, fingerprint, trouble: None } => {
            let detail = (words.class_key)(class, &fingerprint.to_string());
            Headline::new(Icon::Protecting, Tone::Good, doing, detail)
        }
        _ => Headline::unprotected(words.no_class, words.no_class_hint),
    }
}

/// The headline in the mode Restore. It never reads as if the output were protected.
fn restoring(status: &Status, conditions: Conditions, all_words: &words::Words) -> Headline {
    let words = &all_words.headline;
    match status {
        Status::Restoring { .. } if conditions.layers.are_none() => {
            Headline::unprotected(words.nothing_to_restore, words.nothing_to_restore_hint)
        }
        Status::Restoring { .. } if conditions.delta => {
            Headline::unprotected(words.delta, words.delta_hint)
        }
        Status::Restoring { class, .. } if conditions.no_host_position => {
            let title = (words.restoring_by_count)(class);
            Headline::unprotected(title, words.restoring_by_count_hint)
        }
        Status::Restoring { class, trouble: Some(trouble), .. } => {
            let detail = (words.restoring_with_earlier_key)(&sentence(&trouble.text(all_words)));
            Headline::unprotected((words.restoring)(class), detail)
        }
        Status::Restoring { class, fingerprint, trouble: None } => {
            let detail = (words.restoring_key)(&fingerprint.to_string());
            let title = (words.restoring)(class);
            Headline::new(Icon::Unprotected, Tone::Neutral, title, detail)
        }
        Status::NotRestoring { reason } => {
            Headline::unprotected(words.not_restoring, sentence(&reason.text(all_words)))
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
    // Screen readers say it when it changes.
    ui.ctx().accesskit_node_builder(response.id, |node| node.set_live(Live::Polite));
    response.on_hover_text(&headline.detail);
}
