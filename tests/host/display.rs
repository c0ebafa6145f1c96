//! A display of the test's own, and a user in front of it.

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use x11rb::connection::Connection;
use x11rb::protocol::xproto::{
    AtomEnum, ClientMessageEvent, ConfigureWindowAux, ConnectionExt, CreateWindowAux, EventMask,
    ImageFormat, InputFocus, MapState, Window, WindowClass,
};
use x11rb::rust_connection::RustConnection;
use x11rb::{COPY_DEPTH_FROM_PARENT, COPY_FROM_PARENT, CURRENT_TIME};

/// Longest wait for anything to show.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// Xvfb, and a connection to it. It ends with this process: it is told to end with its last client.
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
    /// One pixel.
    #[must_use]
    pub fn at(&self, x: usize, y: usize) -> [u8; 3] {
        let start = 3 * (y * self.width + x);
        [self.rgb[start], self.rgb[start + 1], self.rgb[start + 2]]
    }

    /// Writes it as PNG.
    pub fn save(&self, path: &Path) {
        let file = BufWriter::new(File::create(path).unwrap());
        let mut encoder = png::Encoder::new(file, self.width as u32, self.height as u32);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_compression(png::Compression::High);
        let mut writer = encoder.write_header().unwrap();
        writer.write_image_data(&self.rgb).unwrap();
        writer.finish().unwrap();
    }

    /// How many different colours there are: an empty window has one or two.
    #[must_use]
    pub fn colours(&self) -> usize {
        self.rgb.chunks(3).collect::<std::collections::HashSet<_>>().len()
    }
}

/// The display of this process; started when first asked for, and named to everything in this
/// process and to its children by the environment.
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
        // SAFETY: no other thread of the test reads the environment yet: tests call this first.
        unsafe { std::env::set_var("DISPLAY", &name) };
        let (connection, screen) = x11rb::connect(Some(&name)).unwrap();
        let root = connection.setup().roots[screen].root;
        Display { connection, root, _server: server }
    })
}

impl Display {
    /// A bare window, as a host has one around an editor.
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

    /// Gives a window the keyboard, as a window manager does.
    pub fn focus(&self, window: Window) {
        self.connection.set_input_focus(InputFocus::PARENT, window, CURRENT_TIME).unwrap();
        self.connection.sync_now();
    }

    /// Gives a window another size.
    pub fn resize(&self, window: Window, width: u16, height: u16) {
        let size = ConfigureWindowAux::new().width(u32::from(width)).height(u32::from(height));
        self.connection.configure_window(window, &size).unwrap();
        self.connection.sync_now();
    }

    /// Asks a window to close, as a click on its cross does.
    pub fn close(&self, window: Window) {
        let atom = |name: &str| {
            self.connection.intern_atom(false, name.as_bytes()).unwrap().reply().unwrap().atom
        };
        let data = [atom("WM_DELETE_WINDOW"), CURRENT_TIME, 0, 0, 0];
        let event = ClientMessageEvent::new(32, window, atom("WM_PROTOCOLS"), data);
        self.connection.send_event(false, window, EventMask::NO_EVENT, event).unwrap();
        self.connection.sync_now();
    }

    /// Takes a window away.
    pub fn destroy(&self, window: Window) {
        self.connection.destroy_window(window).unwrap();
        self.connection.sync_now();
    }

    /// Width and height.
    #[must_use]
    pub fn size(&self, window: Window) -> (u16, u16) {
        let geometry = self.connection.get_geometry(window).unwrap().reply().unwrap();
        (geometry.width, geometry.height)
    }

    /// The windows within another one, or all on the screen.
    #[must_use]
    pub fn children(&self, window: Option<Window>) -> Vec<Window> {
        let tree = self.connection.query_tree(window.unwrap_or(self.root)).unwrap();
        tree.reply().unwrap().children
    }

    /// The visible window on the screen with this title, once it is there.
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

    /// What a window shows.
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

    /// Does with mouse and keyboard what `xdotool ARGS` says.
    pub fn user(&self, args: &[&str]) {
        let done = Command::new("xdotool")
            .args(args)
            .stdout(Stdio::null())
            .status()
            .expect("xdotool does not start: apt-get install xdotool");
        assert!(done.success(), "xdotool {args:?}");
    }

    /// Clicks at a place within a window.
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
    /// Waits until the display has done all it was asked to.
    fn sync_now(&self) {
        self.get_input_focus().unwrap().reply().unwrap();
    }
}

/// Waits until there is something.
pub fn wait_for<T>(what: &str, mut find: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = find() {
            return found;
        }
        assert!(start.elapsed() < PATIENCE, "there is no {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}
