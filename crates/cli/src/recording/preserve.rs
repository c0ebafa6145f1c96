//! Time stamps, owner and extended attributes of an input, for its output.

use std::fs::{self, File, FileTimes};
use std::io;
use std::path::Path;

/// Gives `output` the time stamps of `input`, and on Unix its owner and extended attributes; names what the system
/// does not allow.
#[must_use]
pub(crate) fn preserve(input: &Path, output: &Path) -> Vec<&'static str> {
    let mut refused = Vec::new();
    let mut attempt = |what: &'static str, done: io::Result<()>| {
        if done.is_err() {
            refused.push(what);
        }
    };
    #[cfg(unix)]
    {
        attempt("the owner", owner(input, output));
        attempt("the extended attributes", attributes(input, output));
    }
    // Last, because all of the above change them.
    attempt("the time stamps", times(input, output));
    refused
}

fn times(input: &Path, output: &Path) -> io::Result<()> {
    let meta = fs::metadata(input)?;
    let times = FileTimes::new().set_accessed(meta.accessed()?).set_modified(meta.modified()?);
    File::options().write(true).open(output)?.set_times(times)
}

#[cfg(unix)]
fn owner(input: &Path, output: &Path) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, chown};
    let (from, to) = (fs::metadata(input)?, fs::metadata(output)?);
    if (from.uid(), from.gid()) == (to.uid(), to.gid()) {
        return Ok(());
    }
    chown(output, Some(from.uid()), Some(from.gid()))
}

#[cfg(unix)]
fn attributes(input: &Path, output: &Path) -> io::Result<()> {
    for name in xattr::list(input)? {
        if let Some(value) = xattr::get(input, &name)? {
            xattr::set(output, &name, &value)?;
        }
    }
    Ok(())
}
