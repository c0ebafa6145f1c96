//! The keyboard's layout and the compose sequences, by the system's library (libxkbcommon).
#![expect(unsafe_code, reason = "the library for keyboards is written in C")]

use std::ffi::{CString, c_char, c_int};
use std::ptr::NonNull;

use x11rb::protocol::xproto::{KeyButMask, KeyPressEvent};
use x11rb::xcb_ffi::XCBConnection;
use xkbcommon_dl::x11::{
    XKB_X11_MIN_MAJOR_XKB_VERSION, XKB_X11_MIN_MINOR_XKB_VERSION, XkbCommonX11,
    xkb_x11_setup_xkb_extension_flags, xkbcommon_x11_option,
};
use xkbcommon_dl::{
    XkbCommon, XkbCommonCompose, xkb_compose_compile_flags, xkb_compose_feed_result,
    xkb_compose_state, xkb_compose_state_flags, xkb_compose_status, xkb_context, xkb_context_flags,
    xkb_keymap_compile_flags, xkb_keysym_t, xkb_state, xkbcommon_compose_option, xkbcommon_option,
};

/// Room for what one key or sequence types: libxkbcommon has no longer text than this.
const TEXT_MAX: usize = 256;

/// The layout in force, and the compose sequence that has begun.
pub(super) struct Layout {
    xkb: &'static XkbCommon,
    x11: &'static XkbCommonX11,
    context: NonNull<xkb_context>,
    state: NonNull<xkb_state>,
    compose: Option<Compose>,
}

/// The compose sequences of the user's language.
struct Compose {
    xkb: &'static XkbCommonCompose,
    state: NonNull<xkb_compose_state>,
}

// SAFETY: the library's objects belong to nobody else and are used by one thread at a time, as all methods
// take `&mut self`; the library has no thread-local state.
unsafe impl Send for Layout {}
// SAFETY: as above; a shared reference can do nothing.
unsafe impl Sync for Layout {}

impl Layout {
    /// The layout of the keyboard of `connection`, if the library is there.
    pub(super) fn of(connection: &XCBConnection) -> Option<Self> {
        let (xkb, x11) = (xkbcommon_option()?, xkbcommon_x11_option()?);
        // SAFETY: no pointers are passed.
        let context = unsafe { (xkb.xkb_context_new)(xkb_context_flags::XKB_CONTEXT_NO_FLAGS) };
        let context = NonNull::new(context)?;
        let state = set_up(x11, connection).and_then(|()| new_state(xkb, x11, context, connection));
        let Some(state) = state else {
            // SAFETY: it was made above and is used no more.
            unsafe { (xkb.xkb_context_unref)(context.as_ptr()) };
            return None;
        };
        let compose = Compose::new(context);
        Some(Self { xkb, x11, context, state, compose })
    }

    /// To be called when the keyboard has another layout.
    pub(super) fn renew(&mut self, connection: &XCBConnection) {
        if let Some(state) = new_state(self.xkb, self.x11, self.context, connection) {
            // SAFETY: the former state is used no more.
            unsafe { (self.xkb.xkb_state_unref)(self.state.as_ptr()) };
            self.state = state;
        }
    }

    /// What this key types: nothing if it is dead, and in the midst of a sequence.
    pub(super) fn press(&mut self, press: &KeyPressEvent) -> String {
        let state = u32::from(u16::from(press.state));
        // The modifiers, and in bits 13 and 14 which of several layouts is chosen.
        let (modifiers, group) = (state & 0xff, (state >> 13) & 3);
        let code = u32::from(press.detail);
        // SAFETY: the state is valid as long as `self` is.
        let symbol = unsafe {
            (self.xkb.xkb_state_update_mask)(self.state.as_ptr(), modifiers, 0, 0, 0, 0, group);
            (self.xkb.xkb_state_key_get_one_sym)(self.state.as_ptr(), code)
        };
        if !press.state.contains(KeyButMask::CONTROL)
            && let Some(compose) = &mut self.compose
            && let Some(composed) = compose.feed(symbol)
        {
            return composed;
        }
        // SAFETY: the state is valid, and the buffer as long as is said.
        text(|buffer, len| unsafe {
            (self.xkb.xkb_state_key_get_utf8)(self.state.as_ptr(), code, buffer, len)
        })
    }
}

impl Drop for Layout {
    fn drop(&mut self) {
        // SAFETY: both were made by `of` or `renew` and are used no more.
        unsafe {
            (self.xkb.xkb_state_unref)(self.state.as_ptr());
            (self.xkb.xkb_context_unref)(self.context.as_ptr());
        }
    }
}

impl Compose {
    fn new(context: NonNull<xkb_context>) -> Option<Self> {
        let xkb = xkbcommon_compose_option()?;
        let named = ["LC_ALL", "LC_CTYPE", "LANG"].map(|name| std::env::var(name).ok());
        let locale = named.into_iter().flatten().find(|locale| !locale.is_empty());
        // Without a language, or with one that has no sequences, those of the keyboards of most.
        let locales = locale.into_iter().chain([String::from("en_US.UTF-8")]);
        locales.filter_map(|locale| CString::new(locale).ok()).find_map(|locale| {
            // SAFETY: context and locale are valid; the table is given up once the state has it.
            let state = unsafe {
                let flags = xkb_compose_compile_flags::XKB_COMPOSE_COMPILE_NO_FLAGS;
                let table = (xkb.xkb_compose_table_new_from_locale)(
                    context.as_ptr(),
                    locale.as_ptr(),
                    flags,
                );
                let table = NonNull::new(table)?;
                let flags = xkb_compose_state_flags::XKB_COMPOSE_STATE_NO_FLAGS;
                let state = (xkb.xkb_compose_state_new)(table.as_ptr(), flags);
                (xkb.xkb_compose_table_unref)(table.as_ptr());
                state
            };
            Some(Self { xkb, state: NonNull::new(state)? })
        })
    }

    /// What is typed with this key as part of a sequence; `None` if it is none.
    fn feed(&mut self, symbol: xkb_keysym_t) -> Option<String> {
        // SAFETY: the state is valid as long as `self` is.
        let fed = unsafe { (self.xkb.xkb_compose_state_feed)(self.state.as_ptr(), symbol) };
        if fed == xkb_compose_feed_result::XKB_COMPOSE_FEED_IGNORED {
            return None;
        }
        // SAFETY: as above.
        let status = unsafe { (self.xkb.xkb_compose_state_get_status)(self.state.as_ptr()) };
        let typed = match status {
            xkb_compose_status::XKB_COMPOSE_NOTHING => return None,
            xkb_compose_status::XKB_COMPOSE_COMPOSING => return Some(String::new()),
            // SAFETY: the state is valid, and the buffer as long as is said.
            xkb_compose_status::XKB_COMPOSE_COMPOSED => Some(text(|buffer, len| unsafe {
                (self.xkb.xkb_compose_state_get_utf8)(self.state.as_ptr(), buffer, len)
            })),
            // The key that ends a sequence which does not exist types what it types alone.
            xkb_compose_status::XKB_COMPOSE_CANCELLED => None,
        };
        // SAFETY: as above.
        unsafe { (self.xkb.xkb_compose_state_reset)(self.state.as_ptr()) };
        typed
    }
}

impl Drop for Compose {
    fn drop(&mut self) {
        // SAFETY: it was made by `new` and is used no more.
        unsafe { (self.xkb.xkb_compose_state_unref)(self.state.as_ptr()) };
    }
}

/// Prepares a connection for [`new_state`].
fn set_up(x11: &XkbCommonX11, connection: &XCBConnection) -> Option<()> {
    let mut version = [0_u16; 2];
    let mut base = [0_u8; 2];
    let [major, minor] = &mut version;
    let [event, error] = &mut base;
    // SAFETY: the connection is open, and the rest outlives the call.
    let is_there = unsafe {
        (x11.xkb_x11_setup_xkb_extension)(
            connection.get_raw_xcb_connection(),
            XKB_X11_MIN_MAJOR_XKB_VERSION,
            XKB_X11_MIN_MINOR_XKB_VERSION,
            xkb_x11_setup_xkb_extension_flags::XKB_X11_SETUP_XKB_EXTENSION_NO_FLAGS,
            major,
            minor,
            event,
            error,
        )
    };
    (is_there == 1).then_some(())
}

/// The state of the keyboard of `connection`, with its present layout.
fn new_state(
    xkb: &XkbCommon,
    x11: &XkbCommonX11,
    context: NonNull<xkb_context>,
    connection: &XCBConnection,
) -> Option<NonNull<xkb_state>> {
    let connection = connection.get_raw_xcb_connection();
    // SAFETY: context and connection are valid; the keymap is given up once the state has it.
    unsafe {
        let device = (x11.xkb_x11_get_core_keyboard_device_id)(connection);
        if device < 0 {
            return None;
        }
        let flags = xkb_keymap_compile_flags::XKB_KEYMAP_COMPILE_NO_FLAGS;
        let keymap =
            (x11.xkb_x11_keymap_new_from_device)(context.as_ptr(), connection, device, flags);
        let keymap = NonNull::new(keymap)?;
        let state = (x11.xkb_x11_state_new_from_device)(keymap.as_ptr(), connection, device);
        (xkb.xkb_keymap_unref)(keymap.as_ptr());
        NonNull::new(state)
    }
}

/// What `write` writes into a buffer of this length as UTF-8, ended by a zero.
fn text(write: impl FnOnce(*mut c_char, usize) -> c_int) -> String {
    let mut buffer = [0_u8; TEXT_MAX];
    let len = write(buffer.as_mut_ptr().cast(), buffer.len());
    let len = usize::try_from(len).unwrap_or(0).min(buffer.len());
    let text = buffer.get(..len).and_then(|bytes| std::str::from_utf8(bytes).ok());
    text.filter(|text| !text.contains(char::is_control)).unwrap_or_default().to_owned()
}
