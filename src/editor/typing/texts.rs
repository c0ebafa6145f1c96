//! Replacing what the framework says that keys typed.

use egui::{Event, Key};

use super::presses::Presses;
use crate::editor::watch::WindowId;

/// Starts it for `window`, whose events come to `context`. Where the system's own library for keyboards is
/// missing, what the framework says stands.
pub(in crate::editor) fn start(context: &egui::Context, window: Option<WindowId>) {
    if let Some(presses) = window.and_then(|window| Presses::of(window).ok()) {
        context.add_plugin(Typing { presses });
    }
}

struct Typing {
    presses: Presses,
}

impl egui::Plugin for Typing {
    fn debug_name(&self) -> &'static str {
        "typing"
    }

    fn input_hook(&mut self, _: &egui::Context, input: &mut egui::RawInput) {
        let places = typed(&input.events);
        let texts = self.presses.next(places.len());
        replace(&mut input.events, &places, texts);
    }
}

/// Which of the events say what a key typed, and not what was pasted.
fn typed(events: &[Event]) -> Vec<usize> {
    let pastes = |event: &Event| match event {
        Event::Key { key: Key::V, pressed: true, modifiers, .. } => modifiers.command,
        _ => false,
    };
    let is_typed = |at: &usize| {
        matches!(events[*at], Event::Text(_)) && !(*at > 0 && pastes(&events[*at - 1]))
    };
    (0..events.len()).filter(is_typed).collect()
}

/// Replaces what is at `places` by `texts`, one after the other, as far as they go. A dead key types nothing.
fn replace(events: &mut Vec<Event>, places: &[usize], texts: Vec<String>) {
    for (place, text) in places.iter().zip(texts) {
        events[*place] = Event::Text(text);
    }
    events.retain(|event| !matches!(event, Event::Text(text) if text.is_empty()));
}

#[cfg(test)]
mod tests {
    use egui::Modifiers;

    use super::*;

    fn key(key: Key, modifiers: Modifiers) -> Event {
        Event::Key { key, physical_key: None, pressed: true, repeat: false, modifiers }
    }

    fn text(text: &str) -> Event {
        Event::Text(text.to_owned())
    }

    #[test]
    fn every_key_types_what_the_layout_says_and_what_is_pasted_stays() {
        let none = Modifiers::NONE;
        let mut events = vec![
            text("["),
            key(Key::A, none),
            text("a"),
            key(Key::Backspace, none),
            key(Key::V, Modifiers::COMMAND),
            text("pasted"),
            text(""),
            key(Key::E, none),
            text("e"),
            text("["),
        ];
        let places = typed(&events);
        assert_eq!(places, [0, 2, 6, 8, 9]);
        replace(&mut events, &places, ["ü", "a", "", "é"].map(str::to_owned).into());
        let expected = [
            text("ü"),
            key(Key::A, none),
            text("a"),
            key(Key::Backspace, none),
            key(Key::V, Modifiers::COMMAND),
            text("pasted"),
            key(Key::E, none),
            text("é"),
            // Nothing is known of the last one.
            text("["),
        ];
        assert_eq!(events, expected);
    }
}
