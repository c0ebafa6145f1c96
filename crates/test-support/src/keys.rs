//! Keys of the tests. Never protect anything with them.

/// The bytes of test key number `number`: 32 times that number. Tests that need one key take 42.
///
/// `ClassKey::from_bytes(test_key(42))`
#[must_use]
pub const fn test_key(number: u8) -> [u8; 32] {
    [number; 32]
}
