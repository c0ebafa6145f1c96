//! Where a key stands among keys drawn at random.

use serde::{Deserialize, Serialize};

/// Rank of a key among decoys. If the key has nothing to do with the model, every rank is equally
/// likely, so `rank / (decoys + 1)` is an exact p-value.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Rank {
    /// 1 + the number of decoys whose figure is at least as high: ties count against the key.
    pub rank: usize,
    /// Number of decoys.
    pub decoys: usize,
    /// The key's figure.
    pub own: f64,
    /// Mean figure of the decoys.
    pub mean: f64,
}

impl Rank {
    /// Ranks the figure `own` among those of decoys; higher is more suspicious.
    #[must_use]
    pub fn of(own: f64, decoys: &[f64]) -> Self {
        let rank = 1 + decoys.iter().filter(|&&decoy| decoy >= own).count();
        let mean = decoys.iter().sum::<f64>() / decoys.len().max(1) as f64;
        Self { rank, decoys: decoys.len(), own, mean }
    }

    /// Probability of this rank or a better one by chance.
    #[must_use]
    pub fn p_value(&self) -> f64 {
        self.rank as f64 / (self.decoys + 1) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ties_count_against_the_key() {
        let rank = Rank::of(2.0, &[1.0, 2.0, 2.0, 3.0]);
        assert_eq!((rank.rank, rank.decoys, rank.mean), (4, 4, 2.0));
        assert_eq!(Rank::of(4.0, &[1.0; 99]).p_value(), 0.01);
        assert_eq!(
            Rank::of(0.0, &[0.0; 99]).p_value(),
            1.0,
            "a figure that never varies shows nothing"
        );
    }
}
