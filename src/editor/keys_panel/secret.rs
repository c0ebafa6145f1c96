//! Secrets in text fields.

use std::fmt;

use zeroize::Zeroizing;

/// A text that is overwritten when dropped. It has room for any key from the start, because growing
/// would leave copies behind.
pub(super) struct Secret(pub(super) Zeroizing<String>);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl Default for Secret {
    fn default() -> Self {
        Self(Zeroizing::new(String::with_capacity(4 * 1024)))
    }
}

impl Secret {
    /// Moves the text out and leaves nothing.
    pub(super) fn take(&mut self) -> Zeroizing<String> {
        std::mem::take(self).0
    }

    /// The same; `None` if there is no text.
    pub(super) fn take_some(&mut self) -> Option<Zeroizing<String>> {
        (!self.0.is_empty()).then(|| self.take())
    }
}
