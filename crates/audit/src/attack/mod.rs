//! What a trainer may do to the clips before training, to get rid of a veil.

use std::fmt;
use std::str::FromStr;

use crate::clip::Clip;

/// What lies on the attacker's table.
#[derive(Debug, Clone)]
pub struct Material {
    /// The published clips he will train on; he knows their labels.
    pub train: Vec<Clip>,
    /// What the finished model will be tested on. Only an attack that becomes part of the model's
    /// front end (whitening, say) may treat it, each clip by itself and without its label.
    pub test: Vec<Clip>,
    /// The training clips as they were before they were protected, cut in the same way. Only the
    /// attacks that mix in clean data may look.
    pub clean: Vec<Clip>,
}

/// One way of treating the training data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Attack {
    /// Nothing is done.
    None,
}

impl Attack {
    /// All of them, in the order in which the report shows them.
    pub const ALL: &[Self] = &[Self::None];

    /// What it is called on the command line and in the report.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
        }
    }

    /// What it does, in one line for the report.
    #[must_use]
    pub fn about(self) -> &'static str {
        match self {
            Self::None => "trains on the published clips as they are",
        }
    }

    /// The attack called `name`, if there is one.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|attack| attack.name() == name)
    }

    /// Treats the material in place. All randomness comes from `seed`.
    ///
    /// # Errors
    /// [`AttackError`] if a tool it needs is missing or refuses.
    pub fn apply(self, material: &mut Material, seed: u64) -> Result<(), AttackError> {
        let _ = (material, seed);
        match self {
            Self::None => Ok(()),
        }
    }
}

impl fmt::Display for Attack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Attack {
    type Err = AttackError;

    fn from_str(name: &str) -> Result<Self, AttackError> {
        Self::by_name(name).ok_or_else(|| AttackError::Unknown(name.to_owned()))
    }
}

/// Why an attack did not happen.
#[derive(Debug, thiserror::Error)]
pub enum AttackError {
    /// Nobody knows that name.
    #[error("no attack is called {0:?}; there are: {names}", names = names())]
    Unknown(String),
}

fn names() -> String {
    let names: Vec<&str> = Attack::ALL.iter().map(|attack| attack.name()).collect();
    names.join(", ")
}
