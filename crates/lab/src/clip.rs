//! One recording in memory.

/// A mono recording and what a trainer knows about it.
#[derive(Debug, Clone, PartialEq)]
pub struct Clip {
    /// Samples, full scale ±1.
    pub samples: Vec<f32>,
    /// Sample rate in Hz.
    pub rate: u32,
    /// Index of the class, 0 to the number of classes − 1.
    pub label: usize,
    /// Who or what was recorded (for speech the speaker), empty if unknown. Clips of one group
    /// share a microphone, a room, a voice.
    pub group: String,
    /// File name without folder and extension, unique in a data set.
    pub name: String,
}

impl Clip {
    /// Length in seconds.
    #[must_use]
    pub fn seconds(&self) -> f64 {
        self.samples.len() as f64 / f64::from(self.rate)
    }
}
