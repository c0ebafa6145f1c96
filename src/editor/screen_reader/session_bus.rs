//! Whether a screen reader is there, asked of the session's D-Bus.
//!
//! In the bus's own protocol, because libraries for it start threads that never end. Little of it is needed:
//! one question, asked again whenever the answer may have changed.

use std::env;
use std::ffi::OsString;
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::ffi::OsStringExt as _;
use std::os::unix::net::{SocketAddr, UnixStream};
use std::path::Path;

/// A message says its length; longer ones are not for us.
const LONGEST: usize = 1 << 20;
const CALL: u8 = 1;
const RETURN: u8 = 2;
const SIGNAL: u8 = 4;
/// Who is asked may not be there, and then is not to be started.
const NO_AUTO_START: u8 = 2;
/// The kernel tells the bus who we are; nobody waits for the answers between the lines.
const AUTHENTICATION: &[u8] = b"\0AUTH EXTERNAL\r\nDATA\r\nBEGIN\r\n";
/// The lines that the bus answers, but for the end of the second.
const AUTHENTICATED: &[u8] = b"DATA\r\nOK ";
/// The body of an answer: a variant with a boolean that is true.
const YES: &[u8] = &[1, b'b', 0, 0, 1, 0, 0, 0];

const BUS: [&str; 3] = ["org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus"];
/// Signals that come when the answer may have changed.
const CHANGES: [&str; 2] = [
    "type='signal',path='/org/a11y/bus',interface='org.freedesktop.DBus.Properties',\
     member='PropertiesChanged',arg0='org.a11y.Status'",
    "type='signal',sender='org.freedesktop.DBus',member='NameOwnerChanged',arg0='org.a11y.Bus'",
];

/// A connection to the bus. Nothing in it waits.
pub(super) struct SessionBus {
    stream: UnixStream,
    received: Vec<u8>,
    authenticated: bool,
    serial: u32,
}

impl SessionBus {
    /// Connects to the session's bus, if there is one.
    pub(super) fn connect() -> Option<Self> {
        let addresses = match env::var_os("DBUS_SESSION_BUS_ADDRESS") {
            Some(addresses) => addresses,
            None => {
                let mut usual = OsString::from("unix:path=");
                usual.push(Path::new(&env::var_os("XDG_RUNTIME_DIR")?).join("bus"));
                usual
            }
        };
        addresses.to_str()?.split(';').find_map(|address| Self::connect_to(&socket(address)?).ok())
    }

    fn connect_to(address: &SocketAddr) -> io::Result<Self> {
        let stream = UnixStream::connect_addr(address)?;
        stream.set_nonblocking(true)?;
        let mut bus = Self { stream, received: Vec::new(), authenticated: false, serial: 0 };
        bus.stream.write_all(AUTHENTICATION)?;
        bus.call(BUS, "Hello", &[])?;
        for change in CHANGES {
            bus.call(BUS, "AddMatch", &[change])?;
        }
        bus.ask()?;
        Ok(bus)
    }

    /// Reads what has come; returns whether it says that a screen reader is there.
    ///
    /// # Errors
    /// The bus has gone, refuses us or says what cannot be understood.
    pub(super) fn reader_came(&mut self) -> io::Result<bool> {
        self.read()?;
        if !self.authenticated && !self.authenticate()? {
            return Ok(false);
        }
        let mut came = false;
        while let Some((kind, body)) = take_message(&mut self.received)? {
            match kind {
                RETURN => came |= body == YES,
                SIGNAL => self.ask()?,
                _ => {}
            }
        }
        Ok(came)
    }

    fn read(&mut self) -> io::Result<()> {
        let mut buffer = [0; 4_096];
        loop {
            match self.stream.read(&mut buffer) {
                Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
                Ok(count) => self.received.extend_from_slice(&buffer[..count]),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(error) => return Err(error),
            }
            if self.received.len() > 2 * LONGEST {
                return Err(ErrorKind::InvalidData.into());
            }
        }
    }

    /// Takes the answer to the authentication from what was received, once it is complete.
    fn authenticate(&mut self) -> io::Result<bool> {
        let known = self.received.len().min(AUTHENTICATED.len());
        if self.received[..known] != AUTHENTICATED[..known] {
            return Err(ErrorKind::PermissionDenied.into());
        }
        let rest = &self.received[known..];
        if let Some(end) = rest.windows(2).position(|two| two == b"\r\n") {
            self.received.drain(..known + end + 2);
            self.authenticated = true;
        }
        Ok(self.authenticated)
    }

    /// Asks whether a screen reader, or anyone else who wants trees, is there.
    fn ask(&mut self) -> io::Result<()> {
        let status = ["org.a11y.Bus", "/org/a11y/bus", "org.freedesktop.DBus.Properties"];
        self.call(status, "Get", &["org.a11y.Status", "IsEnabled"])
    }

    fn call(&mut self, to: [&str; 3], member: &str, arguments: &[&str]) -> io::Result<()> {
        self.serial += 1;
        self.stream.write_all(&call(self.serial, to, member, arguments))
    }
}

/// The first message, taken from `received`: its kind and body. `None` if it is not complete.
fn take_message(received: &mut Vec<u8>) -> io::Result<Option<(u8, Vec<u8>)>> {
    let Some(head) = received.first_chunk::<16>() else { return Ok(None) };
    let number = |at: usize| {
        let bytes = [head[at], head[at + 1], head[at + 2], head[at + 3]];
        if head[0] == b'l' { u32::from_le_bytes(bytes) } else { u32::from_be_bytes(bytes) }
    };
    let (kind, body, fields) = (head[1], number(4) as usize, number(12) as usize);
    if body > LONGEST || fields > LONGEST {
        return Err(ErrorKind::InvalidData.into());
    }
    let start = 16 + fields.next_multiple_of(8);
    if received.len() < start + body {
        return Ok(None);
    }
    let message: Vec<u8> = received.drain(..start + body).collect();
    Ok(Some((kind, message[start..].to_vec())))
}

/// A call of `member` of a destination's path and interface, with texts as arguments.
fn call(
    serial: u32,
    [destination, path, interface]: [&str; 3],
    member: &str,
    arguments: &[&str],
) -> Vec<u8> {
    let mut fields = Vec::new();
    for (code, kind, value) in
        [(1, b'o', path), (2, b's', interface), (3, b's', member), (6, b's', destination)]
    {
        pad(&mut fields, 8);
        fields.extend([code, 1, kind, 0]);
        push_text(&mut fields, value);
    }
    let mut body = Vec::new();
    if !arguments.is_empty() {
        pad(&mut fields, 8);
        fields.extend([8, 1, b'g', 0, arguments.len() as u8]);
        fields.extend(arguments.iter().map(|_| b's'));
        fields.push(0);
        for argument in arguments {
            push_text(&mut body, argument);
        }
    }
    let mut message = vec![b'l', CALL, NO_AUTO_START, 1];
    for number in [body.len() as u32, serial, fields.len() as u32] {
        message.extend(number.to_le_bytes());
    }
    message.extend(fields);
    pad(&mut message, 8);
    message.extend(body);
    message
}

fn pad(bytes: &mut Vec<u8>, multiple: usize) {
    bytes.resize(bytes.len().next_multiple_of(multiple), 0);
}

fn push_text(bytes: &mut Vec<u8>, text: &str) {
    pad(bytes, 4);
    bytes.extend((text.len() as u32).to_le_bytes());
    bytes.extend(text.bytes());
    bytes.push(0);
}

/// The socket that an address of a bus names; `None` for other kinds of addresses.
fn socket(address: &str) -> Option<SocketAddr> {
    let parts = address.strip_prefix("unix:")?.split(',');
    parts.filter_map(|part| part.split_once('=')).find_map(|(name, value)| match name {
        "path" => SocketAddr::from_pathname(OsString::from_vec(unescaped(value)?)).ok(),
        "abstract" => SocketAddr::from_abstract_name(unescaped(value)?).ok(),
        _ => None,
    })
}

/// `%` and two digits stand for a byte.
fn unescaped(value: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut rest = value.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        rest = after;
        if first != b'%' {
            bytes.push(first);
            continue;
        }
        let (digits, after) = rest.split_at_checked(2)?;
        bytes.push(u8::from_str_radix(str::from_utf8(digits).ok()?, 16).ok()?);
        rest = after;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use std::os::unix::net::UnixListener;

    use super::*;

    fn message(kind: u8, body: &[u8]) -> Vec<u8> {
        let mut message = call(1, BUS, "Any", &[]);
        message[1] = kind;
        message[4..8].copy_from_slice(&(body.len() as u32).to_le_bytes());
        message.extend(body);
        message
    }

    /// What [`SessionBus::reader_came`] says of these answers of a bus, one after the other.
    fn answered(answers: &[&[u8]]) -> Vec<io::Result<bool>> {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a bus");
        let listener = UnixListener::bind(&path).unwrap();
        let escaped = path.to_str().unwrap().replace(' ', "%20");
        let address = socket(&format!("unix:path={escaped},guid=0")).unwrap();
        let mut bus = SessionBus::connect_to(&address).unwrap();
        let (mut there, _) = listener.accept().unwrap();
        let answer = |answer: &&[u8]| {
            there.write_all(answer).unwrap();
            bus.reader_came()
        };
        answers.iter().map(answer).collect()
    }

    #[test]
    fn a_reader_is_noticed_in_whatever_pieces_the_answer_comes() {
        let yes = message(RETURN, YES);
        let (first, last) = yes.split_at(30);
        let no = message(RETURN, &[1, b'b', 0, 0, 0, 0, 0, 0]);
        let answers = [b"DATA\r\n", &b"OK 0\r"[..], b"\n", &no, first, last];
        let came: Vec<bool> = answered(&answers).into_iter().map(Result::unwrap).collect();
        assert_eq!(came, [false, false, false, false, false, true]);
    }

    #[test]
    fn a_bus_that_refuses_or_talks_nonsense_is_given_up() {
        assert!(answered(&[b"REJECTED EXTERNAL\r\n"])[0].is_err());
        let nonsense = [&b"DATA\r\nOK 0\r\n"[..], &[0xff; 16]];
        assert!(answered(&nonsense)[1].is_err());
    }

    #[test]
    fn only_sockets_of_this_machine_are_addresses() {
        assert!(socket("unix:abstract=/tmp/dbus%2d1,guid=0").is_some());
        for other in ["tcp:host=localhost,port=1", "autolaunch:", "unix:path=/a%2", ""] {
            assert!(socket(other).is_none(), "{other}");
        }
    }
}
