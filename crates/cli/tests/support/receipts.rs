//! Receipts as the plug-in writes them.

use patchveil_receipts::{RECEIPT_VERSION, Receipt};
use patchveil_veil::Recipe;

use super::command::{User, key};

/// A receipt of a mono render at `rate` Hz with the user's key.
pub(crate) fn receipt_at(
    rate: u32,
    recipe: &Recipe,
    position: i64,
    frames: usize,
    time: &str,
) -> Receipt {
    Receipt {
        version: RECEIPT_VERSION,
        fingerprint: key().fingerprint(),
        recipe: recipe.clone(),
        position,
        position_s: position as f64 / f64::from(rate),
        frames: frames as u64,
        sample_rate_hz: rate,
        channels: 1,
        gain: Some(1.0),
        time: time.to_owned(),
        tool: "Patchveil plug-in 0.1.0".to_owned(),
    }
}

/// The same at 48 kHz.
pub(crate) fn receipt(recipe: &Recipe, position: i64, frames: usize, time: &str) -> Receipt {
    receipt_at(48_000, recipe, position, frames, time)
}

/// Adds receipts to those in a folder below the desk.
pub(crate) fn note(user: &User, folder: &str, receipts: &[Receipt]) {
    let folder = user.path(folder);
    std::fs::create_dir_all(&folder).unwrap();
    receipts.iter().for_each(|receipt| receipt.append(&folder).unwrap());
}
