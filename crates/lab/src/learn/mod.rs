//! Models that a trainer might train, each small enough to train in seconds.

mod batch;
mod learner;
mod networks;
mod rng;
mod settings;
mod train;

pub use learner::{JUDGE, Learner, UnknownLearner};
pub use settings::Settings;
pub use train::{Epoch, Outcome, TrainingJob, train};
