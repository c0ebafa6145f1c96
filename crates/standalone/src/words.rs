//! What happens to the sound, in words.

use patchveil_plugin::Route;

use crate::audio::{BackendKind, Connection};
use crate::supervisor::State;

/// How good or bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    Good,
    Warning,
    Error,
}

/// One thing to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Words {
    pub(crate) tone: Tone,
    /// What happens.
    pub(crate) title: String,
    /// Why, and what to do.
    pub(crate) detail: String,
}

impl Words {
    fn new(tone: Tone, title: &str, detail: impl Into<String>) -> Self {
        Self { tone, title: title.to_owned(), detail: detail.into() }
    }
}

/// What becomes of the sound. `dropouts` is how often some was lost.
pub(crate) fn sound(state: &State, dropouts: u64) -> Words {
    match state {
        State::Starting => Words::new(Tone::Warning, "Connecting …", ""),
        State::Waiting { reason, lost: false } => {
            Words::new(Tone::Error, "No audio device.", reason.clone())
        }
        State::Waiting { reason, lost: true } => {
            Words::new(Tone::Error, "The audio device is lost.", reason.clone())
        }
        State::Running(connection) => running(connection, dropouts),
    }
}

fn running(connection: &Connection, dropouts: u64) -> Words {
    let route = route(connection);
    match connection {
        Connection { backend: BackendKind::Dummy, .. } => Words::new(
            Tone::Warning,
            "No sound goes in or out.",
            "The backend is “None (silence)”. Choose another one in Devices.",
        ),
        Connection { missing: Some(name), .. } => Words::new(
            Tone::Warning,
            &format!("“{name}” is not there."),
            format!("It is connected as soon as it is back. {route}"),
        ),
        Connection { from: None, to: None, .. } => Words::new(
            Tone::Warning,
            "No input and no output is connected.",
            "Choose them in Devices.",
        ),
        Connection { from: None, .. } => Words::new(
            Tone::Warning,
            "No input is connected.",
            format!("Choose one in Devices. {route}"),
        ),
        Connection { to: None, .. } => Words::new(
            Tone::Warning,
            "No output is connected.",
            format!("Choose one in Devices. {route}"),
        ),
        Connection { quiet: true, .. } => Words::new(
            Tone::Warning,
            "The input gives nothing but silence.",
            format!("It may be muted, paused, or hang. {route}"),
        ),
        _ if dropouts > 0 => {
            let times = if dropouts == 1 { "once".to_owned() } else { format!("{dropouts} times") };
            let hint = format!("Sound was lost {times}: a larger buffer helps.");
            Words::new(Tone::Good, &route, format!("{}. {hint}", figures(connection)))
        }
        _ => Words::new(Tone::Good, &route, figures(connection)),
    }
}

/// From where to where.
fn route(connection: &Connection) -> String {
    let name = |name: &Option<String>| name.clone().unwrap_or_else(|| "nothing".to_owned());
    format!("from: {} – to: {}", name(&connection.from), name(&connection.to))
}

/// Backend, rate, block and channels.
fn figures(connection: &Connection) -> String {
    let format = connection.format;
    let rate = f64::from(format.sample_rate);
    let block = match connection.block {
        0 => String::new(),
        block => format!(", {block} frames ({:.1} ms)", f64::from(block) / rate * 1e3),
    };
    let channels = match format.channels {
        1 => "mono".to_owned(),
        2 => "stereo".to_owned(),
        count => format!("{count} channels"),
    };
    format!("{}, {} kHz{block}, {channels}", connection.backend.name(), rate / 1e3)
}

/// Where sound comes from and goes to, for the headline. `monitor` says whether any goes to the output.
pub(crate) fn whole_route(state: &State, monitor: bool) -> Route {
    let words = sound(state, 0);
    match words.tone {
        Tone::Good if !monitor => {
            Route::Nowhere("The output is muted. Switch Monitor on (Ctrl+M).".to_owned())
        }
        Tone::Good => Route::Devices(words.title),
        _ => Route::Nowhere(format!("{} {}", words.title, words.detail)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::Format;

    fn connection(from: Option<&str>, to: Option<&str>) -> State {
        State::Running(Connection {
            backend: BackendKind::Jack,
            from: from.map(str::to_owned),
            to: to.map(str::to_owned),
            missing: None,
            quiet: false,
            format: Format { channels: 2, sample_rate: 44_100 },
            block: 441,
        })
    }

    #[test]
    fn what_is_connected_is_said_with_its_names() {
        let words = sound(&connection(Some("Microphone"), Some("BlackHole")), 0);
        assert_eq!(words.title, "from: Microphone – to: BlackHole");
        assert_eq!(words.detail, "JACK / PipeWire, 44.1 kHz, 441 frames (10.0 ms), stereo");
        assert_eq!(words.tone, Tone::Good);
    }

    #[test]
    fn nothing_is_green_without_an_input_and_an_output() {
        for (from, to) in [(None, None), (Some("a"), None), (None, Some("b"))] {
            assert_ne!(sound(&connection(from, to), 0).tone, Tone::Good);
            assert!(matches!(whole_route(&connection(from, to), true), Route::Nowhere(_)));
        }
        let reason = "Plug one in.".to_owned();
        let waiting = State::Waiting { reason, lost: false };
        let why = "No audio device. Plug one in.".to_owned();
        assert_eq!(whole_route(&waiting, true), Route::Nowhere(why));
        let way = "from: a – to: b".to_owned();
        let whole = connection(Some("a"), Some("b"));
        assert_eq!(whole_route(&whole, true), Route::Devices(way));
        assert!(matches!(whole_route(&whole, false), Route::Nowhere(why) if why.contains("muted")));
    }
}
