//! The panels, drawn and used without a host.

mod accessibility;
mod controls;
mod fixture;
mod keys_panel;
mod languages;
mod listening;
mod paint_cost;
mod panels;
mod seen;
mod snapshots;
mod steps_and_presets;
mod strength;
