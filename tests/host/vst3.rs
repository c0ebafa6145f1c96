//! A VST3 host.
