//! The headline depends on sound: what does not go through is neither marked nor restored.

use patchveil_words as words;

use super::{Conditions, Headline, Tone};
use crate::analyzer::View;
use crate::editor::icons::Icon;
use crate::editor::widgets::sentence;
use crate::route::Route;
use crate::status::Status;

/// Whether there is sound to do anything to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sound {
    /// It goes through, from input to output.
    Flows,
    /// Blocks come, and are silent.
    Silent,
    /// No blocks come any more.
    Stopped,
    /// None has come yet.
    Awaited,
}

impl Sound {
    /// As `view` states it.
    pub(crate) fn of(view: &View) -> Self {
        match (view.sound, view.running, view.started) {
            (true, ..) => Self::Flows,
            (_, true, _) => Self::Silent,
            (.., true) => Self::Stopped,
            _ => Self::Awaited,
        }
    }
}

impl Headline {
    /// The headline where something is being done, if there is sound to do it to. What does not go
    /// through is neither marked nor restored, and the headline says so.
    pub(crate) fn with_sound(
        self,
        status: &Status,
        conditions: Conditions,
        sound: Sound,
        route: &Route,
        words: &words::Headline,
    ) -> Self {
        let (class, is_fine) = match status {
            Status::Protecting { class, trouble, .. } => (class, trouble.is_none()),
            Status::Restoring { class, trouble, .. } => (class, trouble.is_none()),
            Status::Idle => {
                return match route {
                    Route::Nowhere(why) => Self::unprotected(words.no_sound, sentence(why)),
                    _ => self,
                };
            }
            _ => return self,
        };
        let acts = matches!(self.tone, Tone::Good | Tone::Neutral);
        if !is_fine || !acts {
            return self;
        }
        let ready = match status {
            Status::Restoring { .. } => (words.ready_to_restore)(class),
            _ => conditions.layers.ready(class, words),
        };
        let waiting = |title: &str, detail| Self::new(Icon::Waiting, Tone::Neutral, title, detail);
        match (route, sound) {
            (Route::Nowhere(why), _) => Self::unprotected(words.no_sound, sentence(why)),
            (Route::Host, Sound::Flows) => self,
            (Route::Host, Sound::Silent) => waiting(words.silence, ready),
            (Route::Host, _) => waiting(words.no_host_audio, ready),
            (Route::Devices(way), Sound::Flows) => self.along(way),
            (Route::Devices(way), Sound::Silent) => {
                waiting(words.silence_comes_in, ready).along(way)
            }
            (Route::Devices(_), _) => {
                Self::unprotected(words.no_sound, words.device_delivers_nothing)
            }
        }
    }

    /// The same, with where sound comes from and goes to.
    fn along(mut self, way: &str) -> Self {
        self.detail = format!("{}. {}", self.detail.trim_end_matches('.'), sentence(way));
        self
    }
}
