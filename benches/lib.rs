//! Nothing but benches: see `convolve.rs` and `render.rs`, and run them by `cargo xtask bench`.
