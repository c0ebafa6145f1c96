//! Why no stream is open.

use patchveil_words::Trouble;

/// Why, as the window says it in its language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Reason {
    /// What a backend says: sentences, in English.
    Said(String),
    ServerStopped,
    /// To so many Hz.
    RateChanged(u32),
    OutputStalled,
    InputStalled,
    /// The input gave only zeros.
    InputReopened,
    AudioDied,
}

impl Reason {
    /// Both, where backends say them.
    pub(super) fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Said(one), Self::Said(two)) => Self::Said(format!("{one} {two}")),
            (one, _) => one,
        }
    }

    /// One or two sentences.
    pub(crate) fn text(&self, words: &Trouble) -> String {
        let text = match self {
            Self::Said(said) => said,
            Self::RateChanged(hz) => return (words.rate_changed)(*hz),
            Self::ServerStopped => words.server_stopped,
            Self::OutputStalled => words.output_stalled,
            Self::InputStalled => words.input_stalled,
            Self::InputReopened => words.input_reopened,
            Self::AudioDied => words.audio_died,
        };
        text.to_owned()
    }
}
