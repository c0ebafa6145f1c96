//! One recording in memory.

/// One mono recording with what a trainer knows of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Clip {
    /// Samples, full scale ±1.
    pub samples: Vec<f32>,
    /// Sample rate in Hz.
    pub rate: u32,
    /// Index of the class, 0 to the number of classes − 1.
    pub label: usize,
    /// Who or what was recorded (for speech the speaker); empty where nobody knows. What shares a
    /// group shares a microphone, a room, a voice.
    pub group: String,
    /// Name of the file without folder and ending. Unique in a data set.
    pub name: String,
}

impl Clip {
    /// Length in seconds.
    #[must_use]
    pub fn seconds(&self) -> f64 {
        self.samples.len() as f64 / f64::from(self.rate)
    }
}
