//! Where an instance's sound comes from and goes to.

/// Where sound comes from and goes to, as an editor says it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Route {
    /// From a host's track back into it.
    #[default]
    Host,
    /// From a device to a device: both named, in words.
    Devices(String),
    /// Nowhere: why, and what to do.
    Nowhere(String),
}
