//! A screen reader, in a session of its own: what it announces, sees and asks for by AT-SPI.

use std::process::{Child, Command, Stdio};
use std::sync::{Once, OnceLock};
use std::time::Duration;

use zbus::blocking::connection::Builder;
use zbus::blocking::{Connection, Proxy, proxy};
use zbus::proxy::CacheProperties;
use zbus::zvariant::OwnedObjectPath;

use crate::display::wait_for;

/// Where the session's bus is. It ends when this process does.
struct Session {
    address: String,
    _daemon: Child,
}

static SESSION: OnceLock<Session> = OnceLock::new();

/// Starts a session for this process, in which plug-ins find its bus by the environment; call it before loading
/// one.
pub fn start_session() {
    SESSION.get_or_init(|| {
        let directory = tempfile::tempdir().unwrap().keep();
        let path = directory.join("bus");
        let address = format!("unix:path={}", path.display());
        // SAFETY: tests call this first, so no other thread reads the environment yet.
        unsafe { std::env::set_var("DBUS_SESSION_BUS_ADDRESS", &address) };
        let daemon = Command::new("sh")
            // What it reads ends with this process.
            .args([
                "-c",
                "dbus-daemon --session --nofork --nopidfile --address \"$0\" & cat; kill $!",
            ])
            .arg(&address)
            .stdin(Stdio::piped())
            .stderr(Stdio::null())
            .env("XDG_RUNTIME_DIR", &directory)
            // What a reader announces would be kept as a setting of the desktop.
            .env("GSETTINGS_BACKEND", "memory")
            .spawn()
            .unwrap();
        wait_for("bus (apt-get install dbus-daemon)", || path.exists().then_some(()));
        Session { address, _daemon: daemon }
    });
}

/// Has plug-ins find no session's bus; call it before loading one.
pub fn no_session() {
    static ONCE: Once = Once::new();
    // SAFETY: tests call this first, so no other thread reads the environment yet.
    ONCE.call_once(|| unsafe {
        std::env::set_var("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus");
    });
}

/// A screen reader comes to the session.
#[must_use]
pub fn announce() -> Reader {
    let session =
        Builder::address(SESSION.get().unwrap().address.as_str()).unwrap().build().unwrap();
    say(&session, true);
    let address = Proxy::new(&session, BUS, BUS_PATH, BUS).unwrap();
    let address: String = address.call("GetAddress", &()).unwrap();
    let accessible = Builder::address(address.as_str()).unwrap();
    // As readers do: a program that has just registered may leave a first call unanswered (zbus 5.19.0 drops
    // calls that come before its object server listens).
    let accessible = accessible.method_timeout(Duration::from_secs(1)).build().unwrap();
    Reader { session, accessible }
}

/// Says on the session's bus whether a screen reader is there.
fn say(session: &Connection, there: bool) {
    let status = Proxy::new(session, BUS, BUS_PATH, "org.a11y.Status").unwrap();
    for property in ["ScreenReaderEnabled", "IsEnabled"] {
        status
            .set_property(property, there)
            .expect("nobody answers for AT-SPI: apt-get install at-spi2-core");
    }
}

/// A screen reader. Dropping it says that it has gone.
pub struct Reader {
    session: Connection,
    accessible: Connection,
}

/// What a reader sees of a window or of something in it.
#[derive(Debug, Clone)]
pub struct Seen {
    place: (String, OwnedObjectPath),
    pub name: String,
    pub description: String,
    /// Whether it can be pressed, or its value be changed.
    pub is_control: bool,
}

const BUS: &str = "org.a11y.Bus";
const BUS_PATH: &str = "/org/a11y/bus";
/// Of the names of AT-SPI's interfaces.
const PREFIX: &str = "org.a11y.atspi.";

impl Reader {
    fn proxy(&self, place: &(String, OwnedObjectPath), interface: &str) -> zbus::Result<Proxy<'_>> {
        let (bus, path) = place.clone();
        proxy::Builder::new(&self.accessible)
            .destination(bus)?
            .path(path)?
            .interface(format!("{PREFIX}{interface}"))?
            .cache_properties(CacheProperties::No)
            .build()
    }

    fn see(&self, place: (String, OwnedObjectPath)) -> zbus::Result<Seen> {
        let this = self.proxy(&place, "Accessible")?;
        let interfaces: Vec<String> = this.call("GetInterfaces", &())?;
        let has = |name: &str| interfaces.iter().any(|i| i.strip_prefix(PREFIX) == Some(name));
        Ok(Seen {
            name: this.get_property("Name")?,
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
}

impl Drop for Reader {
    fn drop(&mut self) {
        say(&self.session, false);
    }
}
