//! The plug-in in a VST3 host.
