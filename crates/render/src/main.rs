//! The `patchveil` command.

fn main() {}
