//! An X display for this test process, with a simulated user.

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use x11rb::connection::Connection;
use x11rb::protocol::xproto::{
    AtomEnum, ClientMessageEvent, ConfigureWindowAux, ConnectionExt, CreateWindowAux, EventMask,
    ImageFormat, InputFocus, KEY_PRESS_EVENT, KEY_RELEASE_EVENT, MapState, PropMode, Window,
    WindowClass,
};
use x11rb::protocol::xtest::ConnectionExt as _;
use x11rb::rust_connection::RustConnection;
use x11rb::wrapper::ConnectionExt as _;
use x11rb::{COPY_DEPTH_FROM_PARENT, COPY_FROM_PARENT, CURRENT_TIME};

/// Longest wait for anything to appear.
pub const TIMEOUT: Duration = Duration::from_secs(30);

/// The left shift key.
const SHIFT: u8 = 50;

/// Xvfb and a connection to it. Xvfb ends with its last client, and so with this process.
pub struct Display {
    connection: RustConnection,
    root: Window,
    _server: Child,
}

/// A picture of a window: rows from the top, three bytes a pixel, red first.
#[derive(Clone, PartialEq, Eq)]
pub struct Picture {
    pub width: usize,
    pub height: usize,
    pub rgb: Vec<u8>,
}

impl Picture {
    /// The colour of a pixel: red, green, blue.
    #[must_use]
    pub fn at(&self, x: usize, y: usize) -> [u8; 3] {
        let start = 3 * (y * self.width + x);
        [self.rgb[start], self.rgb[start + 1], self.rgb[start + 2]]
    }

    /// Writes the picture as PNG.
    pub fn save(&self, path: &Path) {
        let file = BufWriter::new(File::create(path).unwrap());
        let mut encoder = png::Encoder::new(file, self.width as u32, self.height as u32);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_compression(png::Compression::High);
        let mut writer = encoder.write_header().unwrap();
        writer.write_image_data(&self.rgb).unwrap();
        writer.finish().unwrap();
    }

    /// Number of different colours; an empty window has one or two.
    #[must_use]
    pub fn colours(&self) -> usize {
        self.rgb.chunks(3).collect::<std::collections::HashSet<_>>().len()
    }
}

/// The display of this process, started by the first call. This process and its children find it
/// in the environment.
pub fn display() -> &'static Display {
    static DISPLAY: OnceLock<Display> = OnceLock::new();
    DISPLAY.get_or_init(|| {
        let mut server = Command::new("Xvfb")
            .args(["-displayfd", "1", "-terminate", "-nolisten", "tcp"])
            .args(["-screen", "0", "2600x1700x24"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("Xvfb does not start: apt-get install xvfb");
        let mut number = String::new();
        let stdout = server.stdout.take().unwrap();
        BufReader::new(stdout).read_line(&mut number).unwrap();
        let name = format!(":{}", number.trim());
        // SAFETY: tests call this first, so no other thread reads the environment yet.
        unsafe { std::env::set_var("DISPLAY", &name) };
        let (connection, screen) = x11rb::connect(Some(&name)).unwrap();
        let root = connection.setup().roots[screen].root;
        Display { connection, root, _server: server }
    })
}

impl Display {
    /// Opens an empty window, as a host does for an editor.
    #[must_use]
    pub fn window(&self, x: i16, y: i16, width: u16, height: u16) -> Window {
        let window = self.connection.generate_id().unwrap();
        self.connection
            .create_window(
                COPY_DEPTH_FROM_PARENT,
                window,
                self.root,
                x,
                y,
                width,
                height,
                0,
                WindowClass::INPUT_OUTPUT,
                COPY_FROM_PARENT,
                &CreateWindowAux::new(),
            )
            .unwrap();
        self.connection.map_window(window).unwrap();
        self.connection.sync_now();
        window
    }

    /// Gives a window the keyboard focus, as a window manager does.
    pub fn focus(&self, window: Window) {
        self.connection.set_input_focus(InputFocus::PARENT, window, CURRENT_TIME).unwrap();
        self.connection.sync_now();
    }

    /// Whether a window, or one inside it, has the keyboard focus.
    #[must_use]
    pub fn has_focus_inside(&self, window: Window) -> bool {
        let focus = self.connection.get_input_focus().unwrap().reply().unwrap().focus;
        focus == window || self.children(Some(window)).contains(&focus)
    }

    /// Resizes a window.
    pub fn resize(&self, window: Window, width: u16, height: u16) {
        let size = ConfigureWindowAux::new().width(u32::from(width)).height(u32::from(height));
        self.connection.configure_window(window, &size).unwrap();
        self.connection.sync_now();
    }

    /// Asks a window to close, as a click on its close button does.
    pub fn close(&self, window: Window) {
        let atom = |name: &str| {
            self.connection.intern_atom(false, name.as_bytes()).unwrap().reply().unwrap().atom
        };
        let data = [atom("WM_DELETE_WINDOW"), CURRENT_TIME, 0, 0, 0];
        let event = ClientMessageEvent::new(32, window, atom("WM_PROTOCOLS"), data);
        self.connection.send_event(false, window, EventMask::NO_EVENT, event).unwrap();
        self.connection.sync_now();
    }

    /// Hides a window as a window manager does when it is minimised: says so on it, and unmaps it.
    pub fn hide(&self, window: Window) {
        let connection = &self.connection;
        let [state, hidden] = [b"_NET_WM_STATE".as_slice(), b"_NET_WM_STATE_HIDDEN"]
            .map(|name| connection.intern_atom(false, name).unwrap().reply().unwrap().atom);
        connection
            .change_property32(PropMode::REPLACE, window, state, AtomEnum::ATOM, &[hidden])
            .unwrap();
        connection.unmap_window(window).unwrap();
        self.connection.sync_now();
    }

    /// Destroys a window.
    pub fn destroy(&self, window: Window) {
        self.connection.destroy_window(window).unwrap();
        self.connection.sync_now();
    }

    /// Width and height of a window.
    #[must_use]
    pub fn size(&self, window: Window) -> (u16, u16) {
        let geometry = self.connection.get_geometry(window).unwrap().reply().unwrap();
        (geometry.width, geometry.height)
    }

    /// The windows inside another one, or all on the screen.
    #[must_use]
    pub fn children(&self, window: Option<Window>) -> Vec<Window> {
        let tree = self.connection.query_tree(window.unwrap_or(self.root)).unwrap();
        tree.reply().unwrap().children
    }

    /// Waits for a visible window with this title.
    #[must_use]
    pub fn titled(&self, title: &str) -> Window {
        let named = |window: &Window| {
            let name = self.connection.get_property(
                false,
                *window,
                AtomEnum::WM_NAME,
                AtomEnum::ANY,
                0,
                100,
            );
            let visible = self.connection.get_window_attributes(*window).unwrap().reply();
            visible.is_ok_and(|a| a.map_state == MapState::VIEWABLE)
                && name.unwrap().reply().is_ok_and(|name| name.value == title.as_bytes())
        };
        wait_for(title, || self.children(None).into_iter().find(named))
    }

    /// A picture of a window.
    #[must_use]
    pub fn picture(&self, window: Window) -> Picture {
        let (width, height) = self.size(window);
        let image = self
            .connection
            .get_image(ImageFormat::Z_PIXMAP, window, 0, 0, width, height, u32::MAX)
            .unwrap()
            .reply()
            .unwrap();
        let rgb = image.data.chunks(4).flat_map(|bgrx| [bgrx[2], bgrx[1], bgrx[0]]).collect();
        Picture { width: width.into(), height: height.into(), rgb }
    }

    /// Runs `xdotool` with these arguments, to use mouse and keyboard.
    pub fn user(&self, args: &[&str]) {
        let done = Command::new("xdotool")
            .args(args)
            .stdout(Stdio::null())
            .status()
            .expect("xdotool does not start: apt-get install xdotool");
        assert!(done.success(), "xdotool {args:?}");
    }

    /// Sets the layouts of the keyboard, by the names of their countries; the menu key (135) chooses the
    /// next one.
    pub fn set_keyboard(&self, layouts: &str) {
        let args = ["-option", "", "-option", "grp:menu_toggle", "-layout", layouts];
        let done = Command::new("setxkbmap").args(args).status();
        let done = done.expect("setxkbmap does not start: apt-get install x11-xkb-utils");
        assert!(done.success(), "setxkbmap {layouts}");
    }

    /// Presses a key and releases it, by where it is on the keyboard (X11's key code): what it types is up
    /// to the layout.
    pub fn press_place(&self, code: u8) {
        for event in [KEY_PRESS_EVENT, KEY_RELEASE_EVENT] {
            self.hold(event, code);
        }
        std::thread::sleep(Duration::from_millis(40));
    }

    /// The same with a shift key held.
    pub fn press_place_with_shift(&self, code: u8) {
        self.hold(KEY_PRESS_EVENT, SHIFT);
        self.press_place(code);
        self.hold(KEY_RELEASE_EVENT, SHIFT);
    }

    fn hold(&self, event: u8, code: u8) {
        self.connection.xtest_fake_input(event, code, CURRENT_TIME, self.root, 0, 0, 0).unwrap();
        self.connection.sync_now();
    }

    /// Clicks at a position within a window.
    pub fn click(&self, window: Window, x: i32, y: i32) {
        let (window, x, y) = (window.to_string(), x.to_string(), y.to_string());
        self.user(&["mousemove", "--window", &window, &x, &y]);
        std::thread::sleep(Duration::from_millis(100));
        self.user(&["click", "1"]);
    }
}

trait SyncNow {
    fn sync_now(&self);
}

impl SyncNow for RustConnection {
    /// Waits until the display has carried out all requests.
    fn sync_now(&self) {
        self.get_input_focus().unwrap().reply().unwrap();
    }
}

/// Waits until `find` returns a value; `what` names it in the failure.
pub fn wait_for<T>(what: &str, mut find: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = find() {
            return found;
        }
        assert!(start.elapsed() < TIMEOUT, "there is no {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}
