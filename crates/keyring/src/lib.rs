//! Class keys at rest.
