//! `patchveil completions` and `patchveil man`: made from the arguments themselves, so they cannot differ.

use std::io;
use std::path::{Path, PathBuf};

use crate::output::OutputFile;
use crate::shown;
use clap::{Args, Command, CommandFactory};
use clap_complete::{Shell, generate};
use clap_mangen::Man;

use super::args::Cli;
use super::exit::{DONE, Failure};
use super::terminal::say;

/// The command's name.
const NAME: &str = "patchveil";

#[derive(Debug, Args)]
pub(super) struct CompletionsArgs {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

#[derive(Debug, Args)]
pub(super) struct ManArgs {
    /// Folder to write to, such as /usr/local/share/man/man1
    folder: PathBuf,
    /// Replace existing pages
    #[arg(long)]
    force: bool,
}

/// Prints the completions for a shell.
pub(super) fn completions(args: &CompletionsArgs) -> Result<u8, Failure> {
    let mut script = Vec::new();
    generate(args.shell, &mut Cli::command(), NAME, &mut script);
    say(String::from_utf8_lossy(&script).trim_end())?;
    Ok(DONE)
}

/// Writes a manual page for the command and one for each of its commands.
pub(super) fn man(args: &ManArgs) -> Result<u8, Failure> {
    let mut command = Cli::command();
    // So that every command has the options that hold for all.
    command.build();
    write(&command, NAME, &args.folder, args.force)?;
    for sub in command.get_subcommands().filter(|sub| sub.get_name() != "help") {
        write_all(sub, &format!("{NAME}-{}", sub.get_name()), args)?;
    }
    Ok(DONE)
}

fn write_all(command: &Command, name: &str, args: &ManArgs) -> Result<(), Failure> {
    write(command, name, &args.folder, args.force)?;
    let subs = command.get_subcommands().filter(|sub| sub.get_name() != "help");
    subs.map(|sub| (sub, format!("{name}-{}", sub.get_name())))
        .try_for_each(|(sub, name)| write_all(sub, &name, args))
}

fn write(command: &Command, name: &str, folder: &Path, force: bool) -> Result<(), Failure> {
    let path = folder.join(format!("{name}.1"));
    let page = page(command, name).map_err(Failure::failed)?;
    OutputFile::create(&path, None, force)?.finish_with(&page)?;
    say(&shown(&path).to_string())
}

fn page(command: &Command, name: &str) -> io::Result<Vec<u8>> {
    // clap wants a name that lives as long as the process; there are some thirty.
    let name: &'static str = name.to_owned().leak();
    let version = env!("CARGO_PKG_VERSION");
    let command = command.clone().name(name).version(version).disable_help_subcommand(true);
    let mut page = Vec::new();
    Man::new(command).title(name.to_uppercase()).manual("Patchveil").render(&mut page)?;
    Ok(page)
}
