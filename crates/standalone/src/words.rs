//! What happens to the sound, in words.

use patchveil_plugin::Route;
use patchveil_words::{Live, Words as Table};

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

    /// As a screen reader says it.
    pub(crate) fn spoken(&self) -> String {
        format!("{} {}", self.title, self.detail).trim_end().to_owned()
    }
}

/// What becomes of the sound. `dropouts` is how often some was lost.
pub(crate) fn sound(state: &State, dropouts: u64, words: &Table) -> Words {
    let live = &words.live;
    match state {
        State::Starting => Words::new(Tone::Warning, live.connecting, ""),
        State::Waiting { reason, lost } => {
            let title = if *lost { live.lost_device } else { live.no_device };
            Words::new(Tone::Error, title, reason.text(words))
        }
        State::Running(connection) => running(connection, dropouts, words),
    }
}

fn running(connection: &Connection, dropouts: u64, words: &Table) -> Words {
    let live = &words.live;
    let route = route(connection, live);
    match connection {
        Connection { backend: BackendKind::Dummy, .. } => {
            Words::new(Tone::Warning, live.no_sound, live.no_sound_hint)
        }
        Connection { missing: Some(name), .. } => {
            let detail = format!("{} {route}", live.not_there_hint);
            Words::new(Tone::Warning, &(live.not_there)(name), detail)
        }
        Connection { from: None, to: None, .. } => {
            Words::new(Tone::Warning, live.nothing_connected, live.nothing_connected_hint)
        }
        Connection { from: None, .. } => {
            let detail = format!("{} {route}", live.choose_one);
            Words::new(Tone::Warning, live.no_input, detail)
        }
        Connection { to: None, .. } => {
            let detail = format!("{} {route}", live.choose_one);
            Words::new(Tone::Warning, live.no_output, detail)
        }
        Connection { quiet: true, .. } => {
            let detail = format!("{} {route}", live.quiet_input_hint);
            Words::new(Tone::Warning, live.quiet_input, detail)
        }
        _ if dropouts > 0 => {
            let two = connection.backend == BackendKind::System && connection.from != connection.to;
            let lost = if two { live.dropouts_of_two } else { live.dropouts };
            let detail = format!("{}. {}", figures(connection, words), lost(dropouts));
            Words::new(Tone::Good, &route, detail)
        }
        _ => Words::new(Tone::Good, &route, figures(connection, words)),
    }
}

/// From where to where.
fn route(connection: &Connection, live: &Live) -> String {
    let name = |name: &Option<String>| name.clone().unwrap_or_else(|| live.nothing.to_owned());
    (live.route)(&name(&connection.from), &name(&connection.to))
}

/// Backend, rate, block and channels.
fn figures(connection: &Connection, words: &Table) -> String {
    let format = connection.format;
    let rate = f64::from(format.sample_rate);
    let block = match connection.block {
        0 => String::new(),
        block => format!(", {}", (words.live.block)(block, f64::from(block) / rate * 1e3)),
    };
    let channels = match format.channels {
        1 => words.devices.mono.to_lowercase(),
        2 => words.devices.stereo.to_lowercase(),
        count => (words.devices.channel_count)(count),
    };
    let backend = backend_name(connection.backend, words);
    format!("{backend}, {} kHz{block}, {channels}", rate / 1e3)
}

/// The name of a backend on screen.
pub(crate) fn backend_name(kind: BackendKind, words: &Table) -> &'static str {
    match kind {
        BackendKind::Auto => words.devices.automatic,
        BackendKind::Dummy => words.devices.silence,
        // Names.
        BackendKind::Jack | BackendKind::System => kind.name(),
    }
}

/// Where sound comes from and goes to, for the headline. `monitor` says whether any goes to the output.
pub(crate) fn whole_route(state: &State, monitor: bool, words: &Table) -> Route {
    let said = sound(state, 0, words);
    match said.tone {
        Tone::Good if !monitor => Route::Nowhere(words.live.muted_route.to_owned()),
        Tone::Good => Route::Devices(said.title),
        _ => Route::Nowhere(said.spoken()),
    }
}

#[cfg(test)]
mod tests {
    use patchveil_words::Language;

    use super::*;
    use crate::audio::Format;
    use crate::audio::Reason;

    fn sound(state: &State, dropouts: u64) -> Words {
        super::sound(state, dropouts, Language::English.words())
    }

    fn whole_route(state: &State, monitor: bool) -> Route {
        super::whole_route(state, monitor, Language::English.words())
    }

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
    fn where_sound_is_lost_between_two_devices_their_clocks_are_named() {
        for (backend, to, clocks) in [
            (BackendKind::System, "b", true),
            (BackendKind::System, "a", false),
            (BackendKind::Jack, "b", false),
        ] {
            let mut state = connection(Some("a"), Some(to));
            if let State::Running(connection) = &mut state {
                connection.backend = backend;
            }
            let detail = sound(&state, 3).detail;
            assert!(detail.contains("lost 3 times") && detail.contains("buffer"), "{detail}");
            assert_eq!(detail.contains("two clocks"), clocks, "{detail}");
        }
    }

    #[test]
    fn an_input_that_has_gone_quiet_is_said_and_not_green() {
        let mut state = connection(Some("a"), Some("b"));
        if let State::Running(connection) = &mut state {
            connection.quiet = true;
        }
        let words = sound(&state, 0);
        assert_eq!(
            (words.tone, words.title.as_str()),
            (Tone::Warning, "The input gives nothing but silence.")
        );
        assert!(words.detail.ends_with("from: a – to: b"), "{}", words.detail);
        assert!(matches!(whole_route(&state, true), Route::Nowhere(_)));
    }

    #[test]
    fn nothing_is_green_without_an_input_and_an_output() {
        for (from, to) in [(None, None), (Some("a"), None), (None, Some("b"))] {
            assert_ne!(sound(&connection(from, to), 0).tone, Tone::Good);
            assert!(matches!(whole_route(&connection(from, to), true), Route::Nowhere(_)));
        }
        let reason = Reason::Said("Plug one in.".to_owned());
        let waiting = State::Waiting { reason, lost: false };
        let why = "No audio device. Plug one in.".to_owned();
        assert_eq!(whole_route(&waiting, true), Route::Nowhere(why));
        let way = "from: a – to: b".to_owned();
        let whole = connection(Some("a"), Some("b"));
        assert_eq!(whole_route(&whole, true), Route::Devices(way));
        assert!(matches!(whole_route(&whole, false), Route::Nowhere(why) if why.contains("muted")));
    }
}
