//! A screen reader, in a session of its own: what it announces, sees and asks for by AT-SPI.

use std::path::Path;
use std::process::{Child, Command, Stdio};

use zbus::blocking::connection::Builder;
use zbus::blocking::{Connection, Proxy};
use zbus::zvariant::OwnedObjectPath;

use crate::display::wait_for;

/// A session's bus. Dropping it ends the session, and with it what the bus has started.
pub struct Session {
    daemon: Child,
    address: String,
}

impl Session {
    /// The address of a bus whose socket is at `path`, started or not.
    #[must_use]
    pub fn address(path: &Path) -> String {
        format!("unix:path={}", path.display())
    }

    /// Starts a bus with its socket at `path`.
    #[must_use]
    pub fn start(path: &Path) -> Self {
        let address = Self::address(path);
        let daemon = Command::new("dbus-daemon")
            .args(["--session", "--nofork", "--nopidfile", "--address", &address])
            .env("XDG_RUNTIME_DIR", path.parent().unwrap())
            // What a reader announces is kept as a setting of the desktop.
            .env("GSETTINGS_BACKEND", "memory")
            .stderr(Stdio::null())
            .spawn()
            .expect("dbus-daemon does not start: apt-get install dbus");
        wait_for("bus", || path.exists().then_some(()));
        Self { daemon, address }
    }

    /// A screen reader that has announced itself.
    #[must_use]
    pub fn reader(&self) -> Reader {
        let session = Builder::address(self.address.as_str()).unwrap().build().unwrap();
        let bus = "org.a11y.Bus";
        let status = Proxy::new(&session, bus, "/org/a11y/bus", "org.a11y.Status").unwrap();
        status
            .set_property("ScreenReaderEnabled", true)
            .expect("nobody answers for AT-SPI: apt-get install at-spi2-core");
        status.set_property("IsEnabled", true).unwrap();
        let address = Proxy::new(&session, bus, "/org/a11y/bus", bus).unwrap();
        let address: String = address.call("GetAddress", &()).unwrap();
        let accessible = Builder::address(address.as_str()).unwrap().build().unwrap();
        Reader { session, accessible }
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let _ = self.daemon.kill();
        let _ = self.daemon.wait();
    }
}

/// A screen reader.
pub struct Reader {
    session: Connection,
    accessible: Connection,
}

/// What a reader sees of a window or of something in it.
#[derive(Debug, Clone)]
pub struct Seen {
    place: (String, OwnedObjectPath),
    pub name: String,
    pub role: u32,
    pub description: String,
    /// Whether it can be pressed, or its value be changed.
    pub is_control: bool,
}

const PREFIX: &str = "org.a11y.atspi.";

impl Reader {
    fn proxy(&self, place: &(String, OwnedObjectPath), interface: &str) -> zbus::Result<Proxy<'_>> {
        let (bus, path) = place.clone();
        Proxy::new(&self.accessible, bus, path, format!("{PREFIX}{interface}"))
    }

    fn see(&self, place: (String, OwnedObjectPath)) -> zbus::Result<Seen> {
        let this = self.proxy(&place, "Accessible")?;
        let interfaces: Vec<String> = this.call("GetInterfaces", &())?;
        let has = |name: &str| interfaces.iter().any(|i| i.strip_prefix(PREFIX) == Some(name));
        Ok(Seen {
            name: this.get_property("Name")?,
            role: this.call("GetRole", &())?,
            description: this.get_property("Description")?,
            is_control: has("Action") || has("Value"),
            place,
        })
    }

    fn children(&self, place: &(String, OwnedObjectPath)) -> Vec<(String, OwnedObjectPath)> {
        let children = self.proxy(place, "Accessible").and_then(|p| p.call("GetChildren", &()));
        // It may have gone meanwhile.
        children.unwrap_or_default()
    }

    /// All windows of programs that tell what is in them.
    #[must_use]
    pub fn windows(&self) -> Vec<Seen> {
        let path = OwnedObjectPath::try_from("/org/a11y/atspi/accessible/root").unwrap();
        let programs = self.children(&(format!("{PREFIX}Registry"), path));
        let windows = programs.iter().flat_map(|program| self.children(program));
        windows.filter_map(|window| self.see(window).ok()).collect()
    }

    /// Everything in a window.
    #[must_use]
    pub fn inside(&self, window: &Seen) -> Vec<Seen> {
        let mut found = Vec::new();
        let mut left = self.children(&window.place);
        while let Some(place) = left.pop() {
            left.extend(self.children(&place));
            found.extend(self.see(place).ok());
        }
        found
    }

    /// Presses a button.
    pub fn press(&self, what: &Seen) {
        let pressed: bool =
            self.proxy(&what.place, "Action").unwrap().call("DoAction", &(0i32)).unwrap();
        assert!(pressed, "{what:?}");
    }

    /// Gives something the focus.
    pub fn focus(&self, what: &Seen) {
        let got: bool =
            self.proxy(&what.place, "Component").unwrap().call("GrabFocus", &()).unwrap();
        assert!(got, "{what:?}");
    }

    /// Left, top, width and height on the screen.
    #[must_use]
    pub fn place(&self, what: &Seen) -> (i32, i32, i32, i32) {
        self.proxy(&what.place, "Component").unwrap().call("GetExtents", &(0u32)).unwrap()
    }

    /// The value, as a number.
    #[must_use]
    pub fn value(&self, what: &Seen) -> f64 {
        self.proxy(&what.place, "Value").unwrap().get_property("CurrentValue").unwrap()
    }

    /// Changes the value.
    pub fn set_value(&self, what: &Seen, value: f64) {
        self.proxy(&what.place, "Value").unwrap().set_property("CurrentValue", value).unwrap();
    }

    /// Says that it has ended.
    pub fn leave(&self) {
        let bus = "org.a11y.Bus";
        let status = Proxy::new(&self.session, bus, "/org/a11y/bus", "org.a11y.Status").unwrap();
        status.set_property("ScreenReaderEnabled", false).unwrap();
        status.set_property("IsEnabled", false).unwrap();
    }
}
