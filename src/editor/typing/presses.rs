//! The key presses in a window, heard beside the framework.

use std::collections::VecDeque;
use std::error::Error;

use x11rb::connection::Connection as _;
use x11rb::protocol::Event;
use x11rb::protocol::xkb::{ConnectionExt as _, EventType, ID, MapPart, SelectEventsAux};
use x11rb::protocol::xproto::{
    ChangeWindowAttributesAux, ConnectionExt as _, EventMask, KeyButMask, KeyPressEvent, Window,
};
use x11rb::xcb_ffi::XCBConnection;

use super::layout::Layout;

/// Hears the keys of one window and says what they type.
pub(super) struct Presses {
    connection: XCBConnection,
    layout: Layout,
    /// What the keys typed that the framework has not told of yet.
    typed: VecDeque<String>,
}

impl Presses {
    pub(super) fn of(window: Window) -> Result<Self, Box<dyn Error>> {
        // A connection of its own: the framework's cannot be shared.
        let (connection, _) = XCBConnection::connect(None)?;
        let layout = Layout::of(&connection).ok_or("no library for keyboards")?;
        let events = ChangeWindowAttributesAux::new().event_mask(EventMask::KEY_PRESS);
        connection.change_window_attributes(window, &events)?.check()?;
        let changes = EventType::NEW_KEYBOARD_NOTIFY | EventType::MAP_NOTIFY;
        let parts = MapPart::KEY_TYPES
            | MapPart::KEY_SYMS
            | MapPart::MODIFIER_MAP
            | MapPart::EXPLICIT_COMPONENTS
            | MapPart::KEY_ACTIONS
            | MapPart::VIRTUAL_MODS
            | MapPart::VIRTUAL_MOD_MAP;
        let keyboard = ID::USE_CORE_KBD.into();
        let details = SelectEventsAux::new();
        connection
            .xkb_select_events(keyboard, EventType::from(0_u16), changes, parts, parts, &details)?
            .check()?;
        Ok(Self { connection, layout, typed: VecDeque::new() })
    }

    /// What the next `count` keys typed of which the framework says that they type something. It may be
    /// fewer, if the window or the display has gone.
    pub(super) fn next(&mut self, count: usize) -> Vec<String> {
        let known = self.typed.len();
        let heard = self.hear();
        if self.typed.len() < count && heard.is_ok() {
            // What the framework has been sent was sent here too, but may still be under way.
            let asked = self.connection.get_input_focus().map(|cookie| cookie.reply());
            if matches!(asked, Ok(Ok(_))) {
                _ = self.hear();
            }
        }
        let next = self.typed.drain(..count.min(self.typed.len())).collect();
        // What was known the last time and has not been told of now never will be.
        self.typed.drain(..known.saturating_sub(count).min(self.typed.len()));
        next
    }

    /// Takes in what has happened since the last time.
    fn hear(&mut self) -> Result<(), Box<dyn Error>> {
        while let Some(event) = self.connection.poll_for_event()? {
            match event {
                Event::KeyPress(press) => {
                    let typed = self.layout.press(&press);
                    if framework_types(&press) {
                        self.typed.push_back(typed);
                    }
                }
                Event::XkbNewKeyboardNotify(_) | Event::XkbMapNotify(_) => {
                    self.layout.renew(&self.connection);
                }
                _ => {}
            }
        }
        Ok(())
    }
}

/// Whether the framework says that this key types something, be it nothing: the places of the keys that
/// do so on most keyboards (baseview 0.4.2, `code_to_key`; X11's key codes are those of evdev and 8).
fn framework_types(press: &KeyPressEvent) -> bool {
    let held = |modifier: KeyButMask| press.state.contains(modifier);
    let digits = held(KeyButMask::MOD2) != held(KeyButMask::SHIFT);
    let types = match press.detail {
        // The four rows, and the space bar.
        10..=21 | 24..=35 | 38..=49 | 51..=61 | 65 => true,
        // The keypad: multiply, minus, plus, divide, equals, comma; digits and point with Num Lock.
        63 | 82 | 86 | 106 | 125 | 129 => true,
        79..=81 | 83..=85 | 87..=91 => digits,
        // Keys that only some keyboards have.
        94 | 97 | 132 => true,
        _ => false,
    };
    types && !held(KeyButMask::CONTROL)
}
