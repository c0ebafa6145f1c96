//! `cargo xtask docs`: the site, and whether its text is sound.

use std::fs;
use std::path::PathBuf;

use walkdir::WalkDir;

use crate::listen;
use crate::python::tool;
use crate::run::{install, installed, root, run, tools_required};

/// What builds the site.
const MDBOOK: &str = "0.5.4";

/// Checks the texts and builds the site into `target/book`, with the pages of `cargo xtask listen` if
/// they have been made. mdbook is installed first if asked for.
pub(crate) fn docs(install_mdbook: bool) -> Result<(), String> {
    texts()?;
    let mdbook =
        if install_mdbook { Some(install("mdbook", MDBOOK)?) } else { installed("mdbook") };
    match mdbook {
        Some(mdbook) => {
            run(std::process::Command::new(mdbook).arg("build").current_dir(root()))?;
            listen::add_to_docs()
        }
        None => {
            eprintln!("the site is not built: mdbook is missing; --install builds it");
            Ok(())
        }
    }
}

/// Spelling, links, and whether every page is in the table of contents.
pub(crate) fn texts() -> Result<(), String> {
    contents()?;
    match tool("typos") {
        Ok(mut typos) => run(typos.current_dir(root()))?,
        Err(error) if tools_required() => return Err(error),
        Err(error) => {
            eprintln!("spelling and links are not checked: {error}");
            return Ok(());
        }
    }
    let links = ["--offline", "--include-fragments", "--no-progress", "--quiet"];
    // Only the built docs have these pages.
    let links = links.into_iter().chain(["--exclude", r"docs/listen/index\.html$"]);
    run(tool("lychee")?.args(links).args(pages()?).current_dir(root()))
}

/// Checks what runs on the server: `.github`.
pub(crate) fn workflows() -> Result<(), String> {
    run(tool("zizmor")?.args(["--offline", "--no-progress", ".github"]).current_dir(root()))
}

/// Every page of ours: those of the root, and all in docs.
fn pages() -> Result<Vec<PathBuf>, String> {
    let top = WalkDir::new(root()).max_depth(1);
    let mut pages = Vec::new();
    for entry in top.into_iter().chain(WalkDir::new(root().join("docs"))) {
        let path = entry.map_err(|error| error.to_string())?.into_path();
        if path.extension().is_some_and(|ending| ending == "md") {
            pages.push(path);
        }
    }
    pages.sort();
    Ok(pages)
}

/// Every page in docs is linked from its table of contents.
fn contents() -> Result<(), String> {
    let docs = root().join("docs");
    let summary = docs.join("SUMMARY.md");
    let contents =
        fs::read_to_string(&summary).map_err(|e| format!("{}: {e}", summary.display()))?;
    for page in pages()?.iter().filter(|page| **page != summary) {
        let Ok(name) = page.strip_prefix(&docs) else { continue };
        let name = name.display().to_string().replace('\\', "/");
        if !contents.contains(&format!("({name})")) {
            return Err(format!("docs/SUMMARY.md has no link to {name}"));
        }
    }
    Ok(())
}
