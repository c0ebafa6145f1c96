//! The keyring as an open editor sees and changes it.
//!
//! [`Keys`] has a thread of its own, because stretching a passphrase takes a second and a disk may
//! take longer: no call here waits for either. It notices within a quarter of a second when anyone
//! changes the keyring, and calls back, so nothing has to be redrawn meanwhile.
//!
//! | file | what it does |
//! |---|---|
//! | `messages.rs` | what is asked, answered and shown |
//! | `client.rs` | [`Keys`]: the editor's end |
//! | `worker.rs` | the thread |
//! | `shared.rs` | what both ends share |
//! | `key_file.rs` | exported keys in files |
//! | `unlocked_keyring.rs` | the passphrase and the open keyring, for the whole process |

mod client;
mod key_file;
mod messages;
mod shared;
mod unlocked_keyring;
mod worker;

#[cfg(test)]
mod tests;

pub use client::Keys;
pub use messages::{Class, KeyText, KeyringView, Outcome, Problem, Remedy, Request, RequestId};
pub(crate) use unlocked_keyring::{UnlockedKeyring, UnlockedState};
