//! Passphrases: from a file or typed, never from an argument, which other users could see.

use std::io::{self, BufRead, BufReader, IsTerminal, Read};
use std::path::Path;

use crate::{open, shown};
use patchveil_keyring::Passphrase;
use zeroize::Zeroizing;

use super::exit::Failure;

/// Longest passphrase in bytes, so that a wrong file is noticed instead of read whole.
const LONGEST: u64 = 4_096;

/// The passphrase of something that is locked: from `file`, else typed. `None` where there is neither a
/// file nor a terminal; the caller then reports what is locked.
pub(super) fn known(file: Option<&Path>, what: &str) -> Result<Option<Passphrase>, Failure> {
    if let Some(path) = file {
        return first_line(path).map(Some);
    }
    if !io::stdin().is_terminal() {
        return Ok(None);
    }
    typed(&format!("Passphrase of {what}: ")).map(Some)
}

/// A new passphrase: from `file`, else typed twice.
pub(super) fn new(file: Option<&Path>) -> Result<Passphrase, Failure> {
    if let Some(path) = file {
        return first_line(path);
    }
    if !io::stdin().is_terminal() {
        return Err(Failure::usage(
            "there is no terminal to type the new passphrase at; use --new-passphrase-file",
        ));
    }
    let first = read_hidden("New passphrase: ")?;
    let second = read_hidden("Repeat it: ")?;
    if *first != *second {
        return Err(Failure::usage("the two passphrases differ; nothing was changed"));
    }
    Ok(Passphrase::new(first)?)
}

fn typed(prompt: &str) -> Result<Passphrase, Failure> {
    Ok(Passphrase::new(read_hidden(prompt)?)?)
}

fn read_hidden(prompt: &str) -> Result<Zeroizing<String>, Failure> {
    rpassword::prompt_password(prompt)
        .map(Zeroizing::new)
        .map_err(|error| Failure::usage(format!("the passphrase could not be read: {error}")))
}

/// The passphrase in the first line of a file.
///
/// # Errors
/// One line that says why there is none.
pub fn passphrase_in(file: &Path) -> Result<Passphrase, String> {
    first_line(file).map_err(|failure| failure.message)
}

fn first_line(path: &Path) -> Result<Passphrase, Failure> {
    let unreadable =
        |error| Failure::usage(format!("passphrase file {}: cannot be read: {error}", shown(path)));
    let file = open::short(path).map_err(unreadable)?;
    // Room for all of it from the start, so that growing leaves no copy behind.
    let mut line = Zeroizing::new(String::with_capacity(LONGEST as usize));
    let read = BufReader::new(file.take(LONGEST)).read_line(&mut line).map_err(unreadable)?;
    if read as u64 == LONGEST {
        return Err(Failure::usage(format!(
            "passphrase file {}: its first line is longer than a passphrase; give another file",
            shown(path)
        )));
    }
    let text = Zeroizing::new(line.trim_end_matches(['\r', '\n']).to_owned());
    Ok(Passphrase::new(text)?)
}
