//! Secrets of 32 bytes as text: bech32m (BIP 350), in which up to four mistyped letters are always noticed.

use bech32::primitives::decode::CheckedHrpstring;
use bech32::{Bech32m, Hrp};
use zeroize::Zeroizing;

use super::KEY_BYTES;

/// The text of `bytes` with this prefix; it is overwritten when dropped.
pub(super) fn write(prefix: Hrp, bytes: &[u8; KEY_BYTES]) -> Zeroizing<String> {
    // The length of 32 bytes is within bech32's limit, so encoding cannot fail.
    Zeroizing::new(bech32::encode::<Bech32m>(prefix, bytes).unwrap_or_default())
}

/// The bytes of such a text; spaces and line ends around it are ignored. `None` if it has another prefix or
/// length, or its checksum does not match.
pub(super) fn read(prefix: Hrp, text: &str) -> Option<Zeroizing<[u8; KEY_BYTES]>> {
    let checked = CheckedHrpstring::new::<Bech32m>(text.trim()).ok()?;
    if checked.hrp() != prefix {
        return None;
    }
    let mut bytes = Zeroizing::new([0; KEY_BYTES]);
    let mut data = checked.byte_iter();
    for byte in bytes.iter_mut() {
        *byte = data.next()?;
    }
    data.next().is_none().then_some(bytes)
}
