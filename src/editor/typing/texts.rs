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
        let typed = self.presses.next(typing_keys(&input.events));
        replace(&mut input.events, typed.into_iter());
    }
}

/// Whether the second of two events that follow each other is what a key typed, and not what was pasted.
fn is_typed(before: Option<&Event>, event: &Event) -> bool {
    let pastes = |event: &Event| matches!(event, Event::Key { key: Key::V, pressed: true, modifiers, .. } if modifiers.command);
    matches!(event, Event::Text(_)) && !before.is_some_and(pastes)
}

/// How many of the events are what a key typed.
fn typing_keys(events: &[Event]) -> usize {
    let before = std::iter::once(None).chain(events.iter().map(Some));
    before.zip(events).filter(|(before, event)| is_typed(*before, event)).count()
}

/// Replaces what keys typed by `typed`, one after the other, as far as it goes. A dead key types nothing.
fn replace(events: &mut Vec<Event>, mut typed: impl Iterator<Item = String>) {
    let before = std::iter::once(None).chain(events.iter().map(Some));
    let places: Vec<bool> =
        before.zip(events.iter()).map(|(before, event)| is_typed(before, event)).collect();
    for (event, is_typed) in events.iter_mut().zip(places) {
        if is_typed && let Some(typed) = typed.next() {
            *event = Event::Text(typed);
        }
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
        assert_eq!(typing_keys(&events), 5);
        let typed = ["ü", "a", "", "é"].map(str::to_owned);
        replace(&mut events, typed.into_iter());
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
