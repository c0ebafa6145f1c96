//! The panels, drawn and used without a host.

mod controls;
mod cost;
mod keys;
mod scenes;
mod snapshots;
mod sound;
