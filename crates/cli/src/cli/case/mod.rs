//! `patchveil case …`

mod args;
mod recheck;

use std::path::Path;

use crate::case::{
    Added, Case, CaseError, Entry, Forms, Kind, Opening, Record, default_folder, open, write_report,
};
use crate::shown;
use patchveil_keyring::{KeyEntry, Keyring};
use patchveil_veil::{ClassKey, Decoys};

pub(super) use args::CaseCommand;
use args::{AddArgs, OpenArgs, ReportArgs};

use super::args::Cli;
use super::exit::{DONE, FAILED, Failure};
use super::keys;
use super::terminal::{complain, say};

/// Runs a `case` command.
pub(super) fn run(cli: &Cli, command: &CaseCommand) -> Result<u8, Failure> {
    match command {
        CaseCommand::Open(args) => begin(cli, args),
        CaseCommand::Add(args) => add(args),
        CaseCommand::Report(args) => report(cli, args),
        CaseCommand::Recheck(args) => recheck::run(cli, args),
    }
}

impl From<CaseError> for Failure {
    fn from(error: CaseError) -> Self {
        match error {
            CaseError::NotACase(_)
            | CaseError::NothingBefore { .. }
            | CaseError::OtherQuery { .. } => Self::usage(error),
            _ => Self::failed(error),
        }
    }
}

fn begin(cli: &Cli, args: &OpenArgs) -> Result<u8, Failure> {
    let name = args.name.trim();
    if name.is_empty() || name.contains(char::is_control) {
        return Err(Failure::usage("the case needs a name of one line"));
    }
    let recipe = args.recipe.recipe()?;
    if recipe.mark.as_ref().is_none_or(|mark| mark.echo.is_none()) {
        return Err(Failure::usage(format!(
            "the recipe {} has no echo, so models trained on it cannot be traced; choose one that has, \
             such as --preset mark",
            args.recipe.name()
        )));
    }
    let keyring = keys::open(cli)?;
    let entry = keys::class(&keyring, args.key.as_deref())?;
    let folder = args.output.clone().unwrap_or_else(|| default_folder(name));
    let opening = Opening {
        name,
        class: entry.name(),
        key: entry.key(),
        recipe_name: args.recipe.name(),
        recipe,
    };
    let case = open(&folder, opening)?;
    let Record { class, fingerprint, echo_commitment, .. } = case.record();
    say(&format!(
        "case        {}\nclass       {class} ({fingerprint})\ncommitment  {echo_commitment}\n\
         next        patchveil case add {} patchveil.jsonl --stamp-request",
        shown(case.folder()),
        quoted(case.folder())
    ))?;
    Ok(DONE)
}

fn add(args: &AddArgs) -> Result<u8, Failure> {
    let mut case = Case::open_to_add(&args.case)?;
    let mut failed = 0;
    for file in &args.files {
        match case.add(file, args.note.as_deref()) {
            Ok(Added::New { entry, note }) => {
                say(&line(&entry))?;
                if let Some(note) = note {
                    complain(&format!("{}: {note}", shown(entry.name.as_ref())));
                }
            }
            Ok(Added::Known(entry)) => {
                say(&format!("{} (was there already)", line(&entry)))?;
            }
            Err(error @ CaseError::Output(_)) => return Err(error.into()),
            Err(error) => {
                complain(&error.to_string());
                failed += 1;
            }
        }
    }
    if failed > 0 && args.files.len() > 1 {
        complain(&format!("{failed} failed, {} done", args.files.len() - failed));
    }
    if args.stamp_request {
        let (list, request) =
            case.request_stamp(Decoys::random_seed().map_err(Failure::failed)?)?;
        say(&format!("{}\n{}", line(&list), line(&request)))?;
        say(&format!(
            "nothing was sent. Send the request to a time-stamping authority that the other side trusts too, and add \
             its reply:\n  curl -H \"Content-Type: application/timestamp-query\" --data-binary @{} -o reply.tsr \
             AUTHORITY_URL\n  patchveil case add {} reply.tsr",
            quoted(&case.path(&request)),
            quoted(case.folder())
        ))?;
    }
    Ok(if failed == 0 { DONE } else { FAILED })
}

fn line(entry: &Entry) -> String {
    format!("{:18}  {}", entry.kind.words(), shown(entry.file.as_ref()))
}

fn report(cli: &Cli, args: &ReportArgs) -> Result<u8, Failure> {
    let case = Case::open(&args.case)?;
    let changed = case.changed();
    if !changed.is_empty() {
        changed.iter().for_each(|error| complain(&error.to_string()));
        return Ok(FAILED);
    }
    let key =
        if args.disclose { Some(class_key(&keys::open(cli)?, &case)?.echo_key()) } else { None };
    let both = !args.html && !args.pdf;
    let forms = Forms {
        html: args.html || both,
        pdf: args.pdf || both,
        disclose: key.as_ref(),
        force: args.force,
    };
    let written = write_report(&case, &forms)?;
    for file in &written.files {
        say(&format!("written  {}", shown(file)))?;
    }
    for file in &written.kept {
        say(&format!("kept     {}", shown(file)))?;
    }
    if case.record().of(Kind::StampReply).next().is_none() {
        say("no time stamp is in this case: see patchveil case add --stamp-request")?;
    }
    Ok(DONE)
}

/// The key that the case is about, whatever its class is called now.
fn class_key(keyring: &Keyring, case: &Case) -> Result<ClassKey, Failure> {
    let Record { class, fingerprint, .. } = case.record();
    let missing = || {
        Failure::usage(format!(
            "the keyring has no key with the fingerprint {fingerprint} (class {class}); import it first: patchveil \
             key import FILE"
        ))
    };
    keyring.by_fingerprint(*fingerprint).map(KeyEntry::key).cloned().ok_or_else(missing)
}

/// A path to be typed.
fn quoted(path: &Path) -> String {
    crate::case::quoted(&shown(path).to_string())
}
