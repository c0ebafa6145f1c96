//! The panels, drawn and used without a host.

#[allow(dead_code)]
mod scenes;
