//! Patchveil as a plug-in.
