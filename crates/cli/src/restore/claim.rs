//! What is claimed about how close the result is to the original, and why.

use serde::Serialize;

use super::integers::Integers;
use super::outcome::Evidence;

/// Share of integers from which the result counts as the original's. A trimmed file does not have them
/// in its first milliseconds, nor one in which samples were clipped around these.
const INTEGERS: f64 = 0.9;

/// What is known about how close the restored samples are to the original's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Claim {
    /// They are the same, bit for bit, by the hash in the manifest.
    Original,
    /// As computed: the file is the very one that was protected, by the hash in the manifest.
    Computed,
    /// They are integers of fewer bits than the file has, which only the right restoring of an unchanged file
    /// gives.
    Integers,
    /// Not closer than this: samples at full scale may have been clipped, or something else clearly fits
    /// better than the recipe or position asked for.
    AtMost,
    /// It is not the file that was protected, by the hash in the manifest. How close it is, it does not
    /// show.
    NotTheProtectedFile,
    /// Nothing. Without its record, a file does not show what else happened to it.
    Unknown,
}

/// What there is to judge by.
pub(super) struct Known {
    pub(super) evidence: Evidence,
    /// Whether the result is the original, if there is a record of it in this format.
    pub(super) is_original: Option<bool>,
    /// Whether the file differs from the one on record under its name.
    pub(super) is_changed: bool,
    /// Whether it was encoded in a lossy format after it was protected.
    pub(super) is_lossy: bool,
    /// The SNR if nothing but rounding happened to the file, in dB; none for silence.
    pub(super) rounding_snr_db: Option<f64>,
    /// Samples at full scale in the protected file.
    pub(super) full_scale: u64,
    pub(super) integers: Option<Integers>,
    /// Whether another recipe or position clearly fits better; and the SNR against what it gives.
    pub(super) better: Option<Option<f64>>,
}

impl Known {
    /// The claim, and the SNR in dB it comes with.
    pub(super) fn claim(&self) -> (Claim, Option<f64>) {
        if self.is_original == Some(true) {
            return (Claim::Original, self.computed());
        }
        if self.evidence == Evidence::Manifest {
            return match (self.rounding_snr_db, self.full_scale) {
                _ if self.is_lossy => (Claim::Unknown, None),
                (None, _) => (Claim::Unknown, None),
                (snr, 0) => (Claim::Computed, snr),
                (snr, _) => (Claim::AtMost, snr),
            };
        }
        if let Some(snr) = self.better {
            return if snr.is_some() { (Claim::AtMost, snr) } else { (Claim::Unknown, None) };
        }
        let is_whole = self.integers.is_some_and(|integers| integers.share >= INTEGERS);
        match (is_whole, self.is_changed) {
            (true, _) => (Claim::Integers, None),
            (false, true) => (Claim::NotTheProtectedFile, None),
            (false, false) => (Claim::Unknown, None),
        }
    }

    /// The SNR by rounding alone, where it holds for the original too.
    fn computed(&self) -> Option<f64> {
        self.rounding_snr_db.filter(|_| self.full_scale == 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DETECTED: Known = Known {
        evidence: Evidence::Detection,
        is_original: None,
        is_changed: false,
        is_lossy: false,
        rounding_snr_db: Some(104.0),
        full_scale: 0,
        integers: None,
        better: None,
    };

    #[test]
    fn without_the_manifest_no_snr_is_claimed_by_rounding() {
        let integers = |share| Some(Integers { bits: 16, share });
        for (known, claim) in [
            (DETECTED, (Claim::Unknown, None)),
            (Known { is_changed: true, ..DETECTED }, (Claim::NotTheProtectedFile, None)),
            (Known { integers: integers(1.0), ..DETECTED }, (Claim::Integers, None)),
            (Known { integers: integers(0.5), ..DETECTED }, (Claim::Unknown, None)),
            (Known { better: Some(Some(48.8)), ..DETECTED }, (Claim::AtMost, Some(48.8))),
            (Known { better: Some(None), ..DETECTED }, (Claim::Unknown, None)),
            (Known { evidence: Evidence::None, ..DETECTED }, (Claim::Unknown, None)),
        ] {
            assert_eq!(known.claim(), claim);
        }
    }

    #[test]
    fn with_the_manifest_the_snr_is_computed_or_an_upper_limit() {
        let recorded = Known { evidence: Evidence::Manifest, ..DETECTED };
        assert_eq!(recorded.claim(), (Claim::Computed, Some(104.0)));
        let clipped = Known { full_scale: 3, ..recorded };
        assert_eq!(clipped.claim(), (Claim::AtMost, Some(104.0)));
        let lossy = Known { is_lossy: true, ..recorded };
        assert_eq!(lossy.claim(), (Claim::Unknown, None));
        let original = Known { is_original: Some(true), ..clipped };
        assert_eq!(original.claim(), (Claim::Original, None));
    }
}
