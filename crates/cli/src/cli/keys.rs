//! `patchveil key …`

use std::io::{self, BufRead, IsTerminal, Read};
use std::path::Path;

use crate::output::OutputFile;
use crate::{open, shown};
use patchveil_keyring::{
    KeyEntry, Keyring, KeyringError, Passphrase, holds_key, parse_import, resolve_path,
};
use patchveil_veil::Fingerprint;
use serde::Serialize;
use zeroize::Zeroizing;

use super::args::{Cli, KeyCommand};
use super::exit::{DONE, Failure};
use super::terminal::{complain, say, say_json};
use super::{passphrase, table};

/// What to do where no class is named and there is no default.
pub(super) const WHICH_CLASS: &str = "which class? name it with --key, or choose a default: patchveil \
                                      key default NAME";
/// What to do where there is no class yet.
pub(super) const EMPTY: &str = "the keyring is empty; make a class first: patchveil key new NAME";
/// Longest exported key in bytes.
const LONGEST_IMPORT: u64 = 1 << 16;

/// Runs a `key` command.
pub(super) fn run(cli: &Cli, command: &KeyCommand) -> Result<u8, Failure> {
    match command {
        KeyCommand::New { name } => new(cli, name)?,
        KeyCommand::List { json } => list(cli, *json)?,
        KeyCommand::Show { name, json } => show(cli, name, *json)?,
        KeyCommand::Rename { old, new } => {
            update(cli, |keyring| keyring.rename(old, new))?;
            say(&format!("renamed to {}", new.trim()))?;
        }
        KeyCommand::Remove { name, yes } => remove(cli, name, *yes)?,
        KeyCommand::Default { name, .. } => {
            update(cli, |keyring| keyring.set_default(name.as_deref()))?;
            match name {
                Some(name) => say(&format!("{} is the default class now", name.trim()))?,
                None => say("there is no default class now")?,
            }
        }
        KeyCommand::Export { name, output, passphrase, new_passphrase_file } => {
            let lock = passphrase.then_some(new_passphrase_file.as_deref());
            export(cli, name, output.as_deref(), lock)?;
        }
        KeyCommand::Echo { name, output } => export_echo(cli, name, output.as_deref())?,
        KeyCommand::Import { file, name, import_passphrase_file } => {
            import(cli, file, name.as_deref(), import_passphrase_file.as_deref())?;
        }
        KeyCommand::Passphrase { remove, new_passphrase_file } => {
            let new = match remove {
                true => None,
                false => Some(passphrase::new(new_passphrase_file.as_deref())?),
            };
            let path = resolve_path(cli.keyring.as_deref())?;
            KEYRING.unlock(cli.passphrase_file.as_deref(), |ask| {
                Keyring::set_passphrase(&path, ask, new.as_ref())
            })?;
            say(if *remove {
                "the keyring has no passphrase now"
            } else {
                "the keyring is locked with the new passphrase"
            })?;
        }
    }
    Ok(DONE)
}

/// The keyring, unlocked.
pub(super) fn open(cli: &Cli) -> Result<Keyring, Failure> {
    let path = resolve_path(cli.keyring.as_deref())?;
    KEYRING.unlock(cli.passphrase_file.as_deref(), |ask| Keyring::open(&path, ask))
}

/// The class that is named, or the default.
pub(super) fn class<'a>(keyring: &'a Keyring, name: Option<&str>) -> Result<&'a KeyEntry, Failure> {
    match name {
        Some(name) => named(keyring, name),
        None => keyring.default_entry().ok_or_else(|| no_default(keyring, WHICH_CLASS)),
    }
}

/// The class of this name.
pub(super) fn named<'a>(keyring: &'a Keyring, name: &str) -> Result<&'a KeyEntry, Failure> {
    keyring.get(name).map_err(|error| match keyring.entries().is_empty() {
        true => Failure::usage(EMPTY),
        false => error.into(),
    })
}

/// No class is named, and there is no default. `which` is what to do where there are classes.
pub(super) fn no_default(keyring: &Keyring, which: &str) -> Failure {
    Failure::usage(if keyring.entries().is_empty() { EMPTY } else { which })
}

/// Changes the keyring.
fn update<T>(
    cli: &Cli,
    change: impl FnOnce(&mut Keyring) -> Result<T, KeyringError>,
) -> Result<T, Failure> {
    let path = resolve_path(cli.keyring.as_deref())?;
    KEYRING.unlock(cli.passphrase_file.as_deref(), |ask| Keyring::update(&path, ask, change))
}

/// Something that may be locked with a passphrase.
struct Lockable<'a> {
    what: &'a str,
    /// The option that names a file with the passphrase.
    option: &'a str,
}

const KEYRING: Lockable<'static> = Lockable { what: "the keyring", option: "--passphrase-file" };

impl Lockable<'_> {
    /// Calls `with` with a way to get the passphrase: from `file`, else from the user. If that fails, its
    /// error is reported, not the "locked" that follows from it.
    fn unlock<T>(
        &self,
        file: Option<&Path>,
        with: impl FnOnce(&mut dyn FnMut() -> Option<Passphrase>) -> Result<T, KeyringError>,
    ) -> Result<T, Failure> {
        let mut failure = None;
        let mut ask = || {
            passphrase::known(file, self.what).unwrap_or_else(|error| {
                failure = Some(error);
                None
            })
        };
        let result = with(&mut ask);
        match (failure, result) {
            (Some(failure), _) => Err(failure),
            (None, Err(error @ KeyringError::Locked { .. })) => Err(Failure::usage(format!(
                "{error}, and there is no terminal to type it at; use {}",
                self.option
            ))),
            (None, result) => Ok(result?),
        }
    }
}

/// Adds a class to the keyring, and tells whether it became the default.
fn add(
    cli: &Cli,
    name: &str,
    add: impl FnOnce(&mut Keyring) -> Result<Fingerprint, KeyringError>,
) -> Result<(), Failure> {
    let (fingerprint, is_default) = update(cli, |keyring| {
        let fingerprint = add(keyring)?;
        let default = keyring.default_entry().map(KeyEntry::fingerprint);
        Ok((fingerprint, default == Some(fingerprint)))
    })?;
    say(&format!("{}  {fingerprint}", name.trim()))?;
    if is_default && io::stderr().is_terminal() {
        complain("it is the default class: its key is used where you name none");
    }
    Ok(())
}

fn new(cli: &Cli, name: &str) -> Result<(), Failure> {
    add(cli, name, |keyring| keyring.create(name))?;
    if io::stderr().is_terminal() {
        complain(
            "back this key up (patchveil key export): without it, what it protects can never be restored",
        );
    }
    Ok(())
}

/// A class, without its key.
#[derive(Serialize)]
struct Class {
    name: String,
    fingerprint: String,
    created: String,
    default: bool,
}

impl Class {
    fn of(keyring: &Keyring, entry: &KeyEntry) -> Self {
        let default = keyring.default_entry().map(KeyEntry::fingerprint);
        Self {
            name: entry.name().to_owned(),
            fingerprint: entry.fingerprint().to_string(),
            created: entry.created().to_string(),
            default: default == Some(entry.fingerprint()),
        }
    }
}

fn list(cli: &Cli, json: bool) -> Result<(), Failure> {
    let keyring = open(cli)?;
    let classes: Vec<Class> =
        keyring.entries().iter().map(|entry| Class::of(&keyring, entry)).collect();
    if json {
        return classes.iter().try_for_each(say_json);
    }
    if classes.is_empty() {
        return say(EMPTY);
    }
    let mut rows = table::new(&["class", "fingerprint", "created", ""]);
    for class in classes {
        let default = if class.default { "default" } else { "" };
        rows.add_row([class.name, class.fingerprint, class.created, default.to_owned()]);
    }
    say(&rows.to_string())
}

fn show(cli: &Cli, name: &str, json: bool) -> Result<(), Failure> {
    let keyring = open(cli)?;
    let class = Class::of(&keyring, named(&keyring, name)?);
    if json {
        return say_json(&class);
    }
    let default = if class.default { "\nthe default class" } else { "" };
    say(&format!(
        "class        {}\nfingerprint  {}\ncreated      {}{default}",
        class.name, class.fingerprint, class.created
    ))
}

fn remove(cli: &Cli, name: &str, yes: bool) -> Result<(), Failure> {
    let mut confirmed = None;
    if !yes {
        let keyring = open(cli)?;
        let entry = named(&keyring, name)?;
        confirmed = Some(entry.fingerprint());
        if !io::stdin().is_terminal() {
            return Err(Failure::usage("removing a key cannot be undone; confirm it with --yes"));
        }
        complain(&format!(
            "without a backup of its key, what {} protected can never be restored. Type the name of \
             the class to remove it:",
            entry.name()
        ));
        let mut typed = String::new();
        io::stdin().lock().read_line(&mut typed).map_err(Failure::failed)?;
        if typed.trim() != entry.name() {
            return Err(Failure::usage("that is not its name; nothing was removed"));
        }
    }
    let entry = update(cli, |keyring| {
        // Another class may have that name by now; remove the one that was confirmed.
        let entry = confirmed.and_then(|fingerprint| keyring.by_fingerprint(fingerprint));
        let now = entry.map(|entry| entry.name().to_owned());
        match (confirmed, now) {
            (Some(_), None) => Err(KeyringError::UnknownName { name: format!("{name:?}") }),
            (_, now) => keyring.remove(now.as_deref().unwrap_or(name)),
        }
    })?;
    say(&format!("removed {}  {}", entry.name(), entry.fingerprint()))
}

/// Exports a key. `lock` is whether to lock the file, and which file may have the passphrase for it.
fn export(
    cli: &Cli,
    name: &str,
    output: Option<&Path>,
    lock: Option<Option<&Path>>,
) -> Result<(), Failure> {
    let keyring = open(cli)?;
    named(&keyring, name)?;
    let Some(path) = output else {
        if io::stdout().is_terminal() {
            complain("this is the secret key; whoever has it can detect and undo your protection:");
        }
        return say(&keyring.export_text(name)?);
    };
    let lock = lock.map(passphrase::new).transpose()?;
    let content = keyring.export_file(name, lock.as_ref())?;
    OutputFile::private(path)?.finish_with(&content)?;
    say(&format!("wrote {}", shown(path)))
}

/// What the disclosure of an echo key means.
const DISCLOSURE: &str = "whoever has it can find and remove the echo in this class's recordings; the class \
                          key, the pattern and your other classes stay secret";

/// Exports the key of a class's echo.
fn export_echo(cli: &Cli, name: &str, output: Option<&Path>) -> Result<(), Failure> {
    let keyring = open(cli)?;
    let key = named(&keyring, name)?.key().echo_key();
    let Some(path) = output else {
        if io::stdout().is_terminal() {
            complain(&format!("this is the secret of the echo: {DISCLOSURE}:"));
        }
        return say(&key.to_text());
    };
    let content = Zeroizing::new(format!("{}\ncommitment {}\n", *key.to_text(), key.commitment()));
    OutputFile::private(path)?.finish_with(content.as_bytes())?;
    say(&format!("wrote {}: {DISCLOSURE}", shown(path)))
}

/// Refuses a key in the place of a file with one. `instead` is what to do.
pub(super) fn refuse_as_argument(file: &Path, instead: &str) -> Result<(), Failure> {
    if !holds_key(file.as_os_str().as_encoded_bytes()) || file.exists() {
        return Ok(());
    }
    Err(Failure::usage(format!(
        "do not give the key itself as an argument, because others can see those; {instead}"
    )))
}

fn import(
    cli: &Cli,
    file: &Path,
    name: Option<&str>,
    passphrase_file: Option<&Path>,
) -> Result<(), Failure> {
    refuse_as_argument(file, "give the file it is in, or - to type or paste it")?;
    let unreadable = |error| {
        Failure::usage(format!(
            "{}: cannot be read: {error}; give a file that was exported",
            shown(file)
        ))
    };
    let mut content = Zeroizing::new(Vec::with_capacity(LONGEST_IMPORT as usize + 1));
    let read = if file == Path::new("-") {
        io::stdin().lock().take(LONGEST_IMPORT + 1).read_to_end(&mut content)
    } else {
        open::short(file).and_then(|file| file.take(LONGEST_IMPORT + 1).read_to_end(&mut content))
    };
    read.map_err(unreadable)?;
    let what = shown(file).to_string();
    let lock = Lockable { what: &what, option: "--import-passphrase-file" };
    let imported = lock.unlock(passphrase_file, |ask| parse_import(&content, ask))?;
    let name = match (name, &imported.name) {
        (Some(name), _) => name.to_owned(),
        (None, Some(name)) => name.clone(),
        (None, None) => {
            return Err(Failure::usage("the file names no class; give one with --name"));
        }
    };
    add(cli, &name, |keyring| keyring.import(&name, imported.key))
}
