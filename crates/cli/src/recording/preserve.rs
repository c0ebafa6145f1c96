//! Time stamps, owner and extended attributes of an input, for its output.

use std::fs::{self, File, FileTimes};
use std::io;
use std::path::Path;

/// Gives `output` the time stamps of `input`, and on Unix its owner and extended attributes; the note names what the
/// system does not allow.
#[must_use]
pub(crate) fn preserve(input: &Path, output: &Path) -> Option<String> {
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
    (!refused.is_empty())
        .then(|| format!("the system does not allow to preserve {}", refused.join(", ")))
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
    let mut all = Ok(());
    for name in xattr::list(input)? {
        let copied = xattr::get(input, &name).and_then(|value| match value {
            Some(value) => xattr::set(output, &name, &value),
            None => Ok(()),
        });
        // One that is refused is no reason to lose those after it.
        all = all.and(copied);
    }
    all
}
