//! Controls of parameters: a label, a value, and what changes it.

mod assistive;
mod choice;
mod number;
mod paint;
mod state;
mod switch;
mod text;
mod typing;

pub(crate) use choice::{choice, keep_arrow_keys, option};
pub(crate) use number::number;
pub(crate) use paint::HEIGHT;
pub(crate) use state::state;
pub(crate) use switch::switch;
pub(crate) use text::ControlText;
