//! The text of a control.

/// The text of a control.
pub(crate) struct ControlText<'a> {
    /// The parameter. Screen readers and tests find the control by it.
    pub(crate) name: &'a str,
    /// The same, as short as the width requires.
    pub(crate) label: &'a str,
    /// What it does, and what it costs.
    pub(crate) tip: &'a str,
    pub(crate) value: String,
    /// A note after the value.
    pub(crate) note: &'a str,
    /// Whether the value is not set here but follows from something else.
    pub(crate) follows: bool,
    /// Whether it has no effect, and so cannot be changed here.
    pub(crate) no_effect: bool,
    /// Whether the bar starts in the middle instead of at the left.
    pub(crate) centred: bool,
}
