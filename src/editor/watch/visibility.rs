//! Whether anyone can see a window.
//!
//! On Windows and macOS the system asks for no picture of a window that is minimised or covered. On X11
//! nobody says so: the framework hears when its own window is hidden, but not when the one around it is,
//! nor when another one covers it.

#[cfg(target_os = "linux")]
pub(super) use x11::Visibility;
#[cfg(target_os = "linux")]
pub(in crate::editor) use x11::WindowId;

#[cfg(not(target_os = "linux"))]
pub(in crate::editor) type WindowId = ();

/// Every window counts as visible here.
#[cfg(not(target_os = "linux"))]
pub(super) struct Visibility;

#[cfg(not(target_os = "linux"))]
impl Visibility {
    pub(super) fn of(_: Option<WindowId>) -> Self {
        Self
    }

    pub(super) fn is_visible(&mut self) -> bool {
        true
    }

    pub(super) fn serve(&self, _: &mut Lookout) {}
}

#[cfg(not(target_os = "linux"))]
use crate::editor::screen_reader::Lookout;

#[cfg(target_os = "linux")]
mod x11 {
    use std::error::Error;

    use x11rb::connection::Connection as _;
    use x11rb::protocol::Event;
    use x11rb::protocol::xproto::{
        Atom, AtomEnum, ChangeWindowAttributesAux, ConnectionExt as _, EventMask, InputFocus,
        MapState, Visibility as Covered, Window,
    };
    use x11rb::rust_connection::RustConnection;

    use crate::editor::screen_reader::Lookout;

    pub(in crate::editor) type WindowId = Window;

    /// A connection of its own to the display: the framework's cannot be shared.
    pub(in crate::editor::watch) struct Visibility(Option<Watched>);

    struct Watched {
        connection: RustConnection,
        window: Window,
        state: Atom,
        hidden: Atom,
        covered: bool,
    }

    impl Visibility {
        /// Of a window that is about to be shown. Where the display cannot be asked it counts as
        /// visible.
        pub(in crate::editor::watch) fn of(window: Option<WindowId>) -> Self {
            Self(window.and_then(|window| Watched::new(window).ok()))
        }

        pub(in crate::editor::watch) fn is_visible(&mut self) -> bool {
            let Some(watched) = &mut self.0 else { return true };
            match watched.is_visible() {
                Ok(visible) => visible,
                // The window or the display has gone; that is not for us to say.
                Err(_) => {
                    self.0 = None;
                    true
                }
            }
        }

        /// Tells a screen reader where the window is, and gives it the keyboard if the reader wants that.
        pub(in crate::editor::watch) fn serve(&self, lookout: &mut Lookout) {
            if !lookout.look() {
                return;
            }
            let Some(watched) = &self.0 else { return };
            // A window that cannot be asked, or cannot have the keyboard, has gone or is hidden.
            if let Ok(place) = watched.place() {
                lookout.tell_place(place);
            }
            if lookout.takes_focus() {
                let _ = watched.focus();
            }
        }
    }

    impl Watched {
        fn new(window: Window) -> Result<Self, Box<dyn Error>> {
            let (connection, _) = x11rb::connect(None)?;
            let events = ChangeWindowAttributesAux::new().event_mask(EventMask::VISIBILITY_CHANGE);
            connection.change_window_attributes(window, &events)?.check()?;
            let state = connection.intern_atom(false, b"_NET_WM_STATE")?.reply()?.atom;
            let hidden = connection.intern_atom(false, b"_NET_WM_STATE_HIDDEN")?.reply()?.atom;
            Ok(Self { connection, window, state, hidden, covered: false })
        }

        fn is_visible(&mut self) -> Result<bool, Box<dyn Error>> {
            while let Some(event) = self.connection.poll_for_event()? {
                if let Event::VisibilityNotify(event) = event {
                    self.covered = event.state == Covered::FULLY_OBSCURED;
                }
            }
            let attributes = self.connection.get_window_attributes(self.window)?.reply()?;
            // Not viewable either if a window around it is not shown.
            Ok(attributes.map_state == MapState::VIEWABLE
                && !self.covered
                && !self.is_minimised()?)
        }

        /// Left, top, width and height on the screen, in pixels.
        fn place(&self) -> Result<[f64; 4], Box<dyn Error>> {
            let size = self.connection.get_geometry(self.window)?.reply()?;
            let corner = self.connection.translate_coordinates(self.window, size.root, 0, 0)?;
            let corner = corner.reply()?;
            let (x, y) = (corner.dst_x.into(), corner.dst_y.into());
            Ok([x, y, size.width.into(), size.height.into()])
        }

        fn focus(&self) -> Result<(), Box<dyn Error>> {
            let (connection, window) = (&self.connection, self.window);
            connection.set_input_focus(InputFocus::PARENT, window, x11rb::CURRENT_TIME)?.check()?;
            Ok(())
        }

        /// Whether the window manager has minimised it, or a window around it, without hiding it.
        fn is_minimised(&self) -> Result<bool, Box<dyn Error>> {
            let mut window = self.window;
            loop {
                let states = self.connection.get_property(
                    false,
                    window,
                    self.state,
                    AtomEnum::ATOM,
                    0,
                    32,
                )?;
                let states = states.reply()?;
                let mut states = states.value32().into_iter().flatten();
                if states.any(|state| state == self.hidden) {
                    return Ok(true);
                }
                let tree = self.connection.query_tree(window)?.reply()?;
                if tree.parent == tree.root || tree.parent == x11rb::NONE {
                    return Ok(false);
                }
                window = tree.parent;
            }
        }
    }
}
