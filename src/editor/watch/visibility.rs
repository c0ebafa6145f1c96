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
}

#[cfg(target_os = "linux")]
mod x11 {
    use std::error::Error;

    use x11rb::connection::Connection as _;
    use x11rb::protocol::Event;
    use x11rb::protocol::xproto::{
        Atom, AtomEnum, ChangeWindowAttributesAux, ConnectionExt as _, EventMask, MapState,
        Visibility as Covered, Window,
    };
    use x11rb::rust_connection::RustConnection;

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
