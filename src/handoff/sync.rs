//! The atomics of [`super::command_slot`], in one place so that its model test can swap them.

pub(crate) use std::sync::Arc;
pub(crate) use std::sync::atomic::{AtomicPtr, Ordering};
