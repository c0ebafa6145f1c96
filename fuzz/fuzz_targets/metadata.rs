//! What files say of themselves: tags, chunks, chapters and headers of Vorbis, read, written as those of other
//! containers, and stripped.
#![no_main]

use std::fs::File;

use libfuzzer_sys::fuzz_target;
use patchveil::check_metadata;
use patchveil_fuzz::{assert_one_line, private_file};

fuzz_target!(|content: &[u8]| {
    let file = File::open(private_file(content)).expect("it was just written");
    for line in check_metadata(&file, content).expect("memory can be read and written") {
        assert_one_line(&line);
    }
});
