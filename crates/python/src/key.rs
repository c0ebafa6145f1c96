//! `ClassKey`.

use std::fs::File;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use patchveil::output::OutputFile;
use patchveil::{VeilCache, shown};
use patchveil_keyring::{Keyring, Passphrase, parse_import, resolve_path};
use patchveil_veil::{ClassKey as Key, Recipe, Veil};
use pyo3::exceptions::{PyLookupError, PyOSError, PyTypeError};
use pyo3::prelude::*;
use zeroize::Zeroizing;

use crate::errors::{keyring_error, value_error};

/// Longest exported key in bytes.
const LONGEST_EXPORT: u64 = 1 << 16;

/// The secret key of one class: of a show, a voice, an artist.
///
/// Made by `ClassKey.generate`, `from_text`, `from_file` or `from_keyring`. It is overwritten in memory when the last
/// reference to it goes. Its `repr` shows the fingerprint, which is public, and it cannot be pickled, so that it gets
/// into no log, task argument or cache: load it where it is needed.
#[pyclass(frozen, module = "patchveil", name = "ClassKey")]
pub(crate) struct ClassKey {
    key: Key,
    /// Designed veils, which live as long as the key.
    veils: VeilCache,
}

impl ClassKey {
    fn new(key: Key) -> Self {
        Self { key, veils: VeilCache::default() }
    }

    pub(crate) fn key(&self) -> &Key {
        &self.key
    }

    /// The veil of this key and `recipe` at `rate` Hz.
    pub(crate) fn veil(&self, recipe: &Recipe, rate: i64) -> PyResult<Arc<Veil>> {
        // What is out of every range is refused as such.
        let rate = u32::try_from(rate).unwrap_or(if rate < 0 { 0 } else { u32::MAX });
        self.veils.get(&self.key, recipe, rate).map_err(value_error)
    }
}

#[pymethods]
impl ClassKey {
    /// A new key from the operating system's random source. Keep it: `write` it to a file, and import that with
    /// `patchveil key import`.
    #[staticmethod]
    fn generate() -> PyResult<Self> {
        Key::generate().map(Self::new).map_err(|error| PyOSError::new_err(error.to_string()))
    }

    /// The key in the text form `pvkey1…`.
    #[staticmethod]
    fn from_text(text: &str) -> PyResult<Self> {
        text.parse().map(Self::new).map_err(value_error)
    }

    /// The key in a file that `patchveil key export` or `write` made. `passphrase_file` is a file whose first line is
    /// its passphrase, if it has one.
    #[staticmethod]
    #[pyo3(signature = (path, *, passphrase_file = None))]
    fn from_file(
        py: Python<'_>,
        path: PathBuf,
        passphrase_file: Option<PathBuf>,
    ) -> PyResult<Self> {
        let mut content = Zeroizing::new(Vec::with_capacity(LONGEST_EXPORT as usize + 1));
        File::open(&path)
            .and_then(|file| file.take(LONGEST_EXPORT + 1).read_to_end(&mut content))
            .map_err(|error| unreadable(&path, error))?;
        let passphrase = passphrase_in(passphrase_file.as_deref())?;
        let imported = py.detach(|| parse_import(&content, || passphrase));
        imported.map(|imported| Self::new(imported.key)).map_err(keyring_error)
    }

    /// The key of the class `name` in the keyring; without a name that of the default class.
    ///
    /// `keyring` is the path of the keyring [default: what the environment variable PATCHVEIL_KEYRING says, else that of
    /// the `patchveil` command]; `passphrase_file` a file whose first line is its passphrase, if it has one.
    #[staticmethod]
    #[pyo3(signature = (name = None, *, keyring = None, passphrase_file = None))]
    fn from_keyring(
        py: Python<'_>,
        name: Option<&str>,
        keyring: Option<PathBuf>,
        passphrase_file: Option<PathBuf>,
    ) -> PyResult<Self> {
        let path = resolve_path(keyring.as_deref()).map_err(keyring_error)?;
        let passphrase = passphrase_in(passphrase_file.as_deref())?;
        let keyring = py.detach(|| Keyring::open(&path, || passphrase)).map_err(keyring_error)?;
        let entry = match name {
            Some(name) => keyring.get(name).map_err(keyring_error)?,
            None => keyring.default_entry().ok_or_else(|| {
                PyLookupError::new_err(match keyring.entries().is_empty() {
                    true => "the keyring is empty; make a class first: patchveil key new NAME",
                    false => {
                        "which class? name it, or choose a default: patchveil key default NAME"
                    }
                })
            })?,
        };
        Ok(Self::new(entry.key().clone()))
    }

    /// The key's short public name, such as `mfrg-gzdf-mztw-q2lk`.
    #[getter]
    fn fingerprint(&self) -> String {
        self.key.fingerprint().to_string()
    }

    /// The secret as text, `pvkey1…`. Python keeps strings in memory for as long as it likes: `write` does without.
    fn to_text(&self) -> String {
        (*self.key.to_text()).clone()
    }

    /// Writes the secret to a new file that only its owner can read, for `from_file` and `patchveil key import`.
    fn write(&self, path: PathBuf) -> PyResult<()> {
        let text = self.key.to_text();
        let line = Zeroizing::new(format!("{}\n", *text));
        OutputFile::private(&path)
            .and_then(|file| file.finish_with(line.as_bytes()))
            .map_err(|error| PyOSError::new_err(error.to_string()))
    }

    fn __repr__(&self) -> String {
        format!("ClassKey({})", self.key.fingerprint())
    }

    fn __eq__(&self, other: &Bound<'_, PyAny>) -> bool {
        other.cast::<Self>().is_ok_and(|other| other.get().key == self.key)
    }

    fn __hash__(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.key.fingerprint().hash(&mut hasher);
        hasher.finish()
    }

    fn __copy__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __deepcopy__(slf: Py<Self>, _memo: &Bound<'_, PyAny>) -> Py<Self> {
        slf
    }

    fn __reduce_ex__(&self, _protocol: &Bound<'_, PyAny>) -> PyResult<()> {
        Err(PyTypeError::new_err(
            "a ClassKey cannot be pickled, because it would get into task arguments, caches and logs; load it where \
             it is needed, with ClassKey.from_keyring or ClassKey.from_file",
        ))
    }
}

fn passphrase_in(file: Option<&Path>) -> PyResult<Option<Passphrase>> {
    file.map(patchveil::cli::passphrase_in).transpose().map_err(value_error)
}

fn unreadable(path: &Path, error: std::io::Error) -> PyErr {
    let message = format!("{}: {error}; give a file that was exported", shown(path));
    // Python makes the subclass, such as FileNotFoundError, from the number.
    match error.raw_os_error() {
        Some(number) => PyOSError::new_err((number, message)),
        None => PyOSError::new_err(message),
    }
}
