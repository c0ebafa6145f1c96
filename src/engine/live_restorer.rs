//! Taking mark and veil off on the audio thread.

use std::sync::Arc;

use patchveil_veil::{RecipeError, Restorer, Veil, sanitize};

/// A restorer, and what the audio thread asks about its veil. Made and freed by the design thread.
pub(crate) struct LiveRestorer {
    restorer: Restorer,
    /// Goes on with what was heard before a jump.
    before: Restorer,
    veil: Arc<Veil>,
}

impl LiveRestorer {
    /// The inverse of `veil` for `channels` channels. Allocates all it will ever need.
    ///
    /// # Errors
    /// [`RecipeError::NotInvertible`] for the published baselines.
    pub(crate) fn new(veil: Arc<Veil>, channels: usize) -> Result<Self, RecipeError> {
        let restorer = || Restorer::new(veil.clone(), channels);
        Ok(Self { restorer: restorer()?, before: restorer()?, veil })
    }

    /// Serial number of the veil that it takes off.
    pub(crate) fn serial(&self) -> u64 {
        self.veil.serial()
    }

    /// Samples that the veil reaches back.
    pub(crate) fn context(&self) -> usize {
        self.veil.context()
    }

    /// Samples after which what was not heard before them no longer matters. In a mark each pass of its
    /// longest delay takes about the level of its echoes off the error.
    pub(crate) fn warm_up(&self) -> usize {
        2 * self.veil.context() + 4 * self.veil.mark().map_or(0, |mark| mark.reach())
    }

    /// Forgets all samples. Never allocates.
    pub(crate) fn reset(&mut self) {
        self.restorer.reset();
    }

    /// Restores `channels` (channels × samples, in place) from timeline `position` on. Invalid
    /// samples leave as 0. After a jump it is right again within [`warm_up`](Self::warm_up), as
    /// from the middle of a recording on. Never allocates, locks or panics.
    pub(crate) fn process(&mut self, position: i64, channels: &mut [&mut [f32]]) {
        restore(&mut self.restorer, position, channels);
    }

    /// The timeline jumps: [`process_before`](Self::process_before) goes on with what was heard, and
    /// [`process`](Self::process) forgets it. Never allocates.
    pub(super) fn leave(&mut self) {
        std::mem::swap(&mut self.restorer, &mut self.before);
        self.restorer.reset();
    }

    /// [`process`](Self::process) as if the timeline had gone on to `position`.
    pub(super) fn process_before(&mut self, position: i64, channels: &mut [&mut [f32]]) {
        restore(&mut self.before, position, channels);
    }
}

fn restore(restorer: &mut Restorer, position: i64, channels: &mut [&mut [f32]]) {
    channels.iter_mut().for_each(|channel| _ = sanitize(channel));
    restorer.process(position, channels);
    // What was never protected with this key may grow beyond what any sample can be.
    channels.iter_mut().for_each(|channel| _ = sanitize(channel));
}
