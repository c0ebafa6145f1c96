//! The panels, drawn and used without a host.

mod controls;
mod fixture;
mod keys_panel;
mod listening;
mod paint_cost;
mod panels;
mod snapshots;
mod steps_and_presets;
mod strength;
