//! Models that a trainer might train, each small enough to train in seconds.

mod batch;
mod learner;
mod model;
mod networks;
mod rng;
mod settings;
mod train;

pub use learner::{JUDGE, Learner, UnknownLearner};
pub use model::Model;
pub(crate) use model::rows;
pub(crate) use rng::initialise;
pub use settings::Settings;
pub(crate) use train::cpu_seconds;
pub use train::{Epoch, Outcome, TrainingJob, fit, train};
