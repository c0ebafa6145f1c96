//! A JACK server without a sound card, and a microphone on it.

use std::ffi::OsStr;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::build::root;

/// A process that is killed when dropped.
pub struct Running(pub Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A command that finds the server of this name.
pub fn with_server<'a>(command: &'a mut Command, server: &str) -> &'a mut Command {
    command.env("JACK_DEFAULT_SERVER", server).env("JACK_NO_AUDIO_RESERVATION", "1")
}

/// A server of this name, once it runs.
#[must_use]
pub fn server(name: &str, rate: u32, block: usize) -> Running {
    let (rate, block) = (rate.to_string(), block.to_string());
    let args = ["-n", name, "--no-realtime", "-d", "dummy", "-r", &rate, "-p", &block];
    let mut command = Command::new("jackd");
    let command = with_server(command.args(args), name);
    let server = Running(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap());
    // It takes 0.3 s on an idle machine.
    std::thread::sleep(Duration::from_secs(1));
    server
}

/// A client called “microphone” that plays `sound` again and again; `folder` is for its files.
#[must_use]
pub fn microphone(python: &OsStr, server: &str, folder: &Path, sound: &[f32]) -> Running {
    let file = folder.join("sound");
    let bytes: Vec<u8> = sound.iter().flat_map(|sample| sample.to_le_bytes()).collect();
    fs::write(&file, bytes).unwrap();
    let mut command = Command::new(python);
    command.arg(root().join("tests/python/jack_feed.py")).arg(&file);
    let command = command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut microphone = with_server(command, server).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(microphone.stdout.take().unwrap()).read_line(&mut line).unwrap();
    Running(microphone)
}
