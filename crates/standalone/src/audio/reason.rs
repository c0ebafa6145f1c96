//! Why no stream is open.

use cpal::ErrorKind;
use patchveil_words::Words;

/// Why, as the window says it in its language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Reason {
    /// JACK is not installed.
    NoJack,
    /// No JACK server runs.
    NoServer,
    /// The JACK server refuses: what it says.
    Refused(String),
    NoOutput,
    /// The input that is wanted is not there.
    InputMissing(String),
    /// The output that is wanted is not there.
    OutputMissing(String),
    /// The system lists no devices: what it says.
    NotListed(String),
    /// A device was unplugged.
    Gone(String),
    /// A device has stopped: its name, what the system says.
    Stopped(String, String),
    NotOpened {
        device: String,
        /// What the system says.
        said: String,
        hint: Hint,
    },
    /// The device has no format that is known here.
    NoFormat(String),
    /// The device does not run at so many Hz.
    OtherRate(String, u32),
    /// Another output may do, where this was the default.
    OtherOutput(Box<Reason>),
    /// Why none of several backends can be used.
    Each(Vec<Reason>),
    /// The system gives no thread, and the like: a sentence in English.
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

/// What would help a device that does not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hint {
    None,
    /// Another program uses it.
    Busy,
    /// The system forbids it.
    Forbidden,
}

impl Reason {
    /// A device did not open.
    pub(super) fn not_opened(device: String, error: &cpal::Error) -> Self {
        let hint = match error.kind() {
            ErrorKind::DeviceBusy => Hint::Busy,
            ErrorKind::PermissionDenied => Hint::Forbidden,
            _ => Hint::None,
        };
        Self::NotOpened { device, said: said(error), hint }
    }

    /// Both, where each is of a backend.
    pub(crate) fn and(self, other: Self) -> Self {
        match (self, other) {
            (one, Self::AudioDied) => one,
            (Self::Each(mut each), other) => {
                each.push(other);
                Self::Each(each)
            }
            (Self::AudioDied, _) => Self::AudioDied,
            (one, other) => Self::Each(vec![one, other]),
        }
    }

    /// One or two sentences for each.
    pub(crate) fn text(&self, words: &Words) -> String {
        let (device, trouble) = (&words.device_trouble, &words.trouble);
        let text = match self {
            Self::Refused(said) => return (device.refused)(said),
            Self::InputMissing(name) => return (device.input_missing)(name),
            Self::OutputMissing(name) => return (device.output_missing)(name),
            Self::NotListed(said) => return (device.not_listed)(said),
            Self::Gone(name) => return (device.gone)(name),
            Self::Stopped(name, said) => return (device.stopped)(name, said),
            Self::NotOpened { device: name, said, hint } => {
                let text = (device.not_opened)(name, said);
                return match hint {
                    Hint::None => text,
                    Hint::Busy => format!("{text} {}", device.is_busy),
                    Hint::Forbidden => format!("{text} {}", device.is_forbidden),
                };
            }
            Self::NoFormat(name) => return (device.no_format)(name),
            Self::OtherRate(name, hz) => return (device.other_rate)(name, *hz),
            Self::OtherOutput(why) => {
                return format!("{} {}", why.text(words), device.other_output);
            }
            Self::Each(reasons) => {
                let each: Vec<String> = reasons.iter().map(|reason| reason.text(words)).collect();
                return each.join(" ");
            }
            Self::RateChanged(hz) => return (trouble.rate_changed)(*hz),
            Self::Said(said) => said,
            Self::NoJack => device.no_jack,
            Self::NoServer => device.no_server,
            Self::NoOutput => device.no_output,
            Self::ServerStopped => trouble.server_stopped,
            Self::OutputStalled => trouble.output_stalled,
            Self::InputStalled => trouble.input_stalled,
            Self::InputReopened => trouble.input_reopened,
            Self::AudioDied => trouble.audio_died,
        };
        text.to_owned()
    }
}

/// What the system says, without its full stop.
pub(super) fn said(error: &cpal::Error) -> String {
    error.to_string().trim_end_matches('.').to_owned()
}
