//! What the engine did with a block.

/// What the engine did with a block.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct BlockReport {
    /// Timeline position of its first sample.
    pub(crate) position: i64,
    /// Whether the host states it.
    pub(crate) host: bool,
    /// Serial number of the veil that was applied or taken off at its end.
    pub(crate) veil: Option<u64>,
    /// Whether mark and veil change nothing: a veil alone, at amount 0.
    pub(crate) without_effect: bool,
    /// Whether that veil was taken off.
    pub(crate) restored: bool,
    /// Whether only what changed was output.
    pub(crate) delta: bool,
    /// Whether the original was output, changed in level.
    pub(crate) original: bool,
    /// Gain of the output behind mark and veil, linear.
    pub(crate) gain: f32,
    /// Whether something cross-faded or took over in it, so that the rest holds at its end only.
    pub(crate) changing: bool,
}

impl BlockReport {
    /// Whether what was output is protected.
    pub(crate) fn protects(&self) -> bool {
        self.veil.is_some() && !self.without_effect && !self.restored && !self.delta
    }
}
