//! The class in a session, as a host gives it back.
#![no_main]

use libfuzzer_sys::fuzz_target;
use serde_json::Value;

#[path = "../../src/state/saved.rs"]
mod saved;

use saved::{Choice, Saved};

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    let mut json = text.clone().into_owned();
    let was_json = saved::make_json(&mut json).is_ok();
    let read: Saved = serde_json::from_str(&json).expect("any JSON is a state");

    // What is saved again loads as the same.
    let written = serde_json::to_string(&read).expect("every state can be written");
    assert_eq!(serde_json::from_str::<Saved>(&written).expect("it was just written"), read);
    if let Choice::Damaged(value) | Choice::Newer(value) = &read.choice {
        assert_eq!(serde_json::from_str::<Value>(&written).expect("it is JSON"), *value);
    }
    // What cannot be read is never taken for no choice: audio would leave unprotected.
    if !was_json {
        assert_eq!(read.choice, Choice::Damaged(Value::String(text.into_owned())));
    } else if read.choice == Choice::Undecided {
        let value: Value = serde_json::from_str(&json).expect("it is JSON");
        assert!(value["state"] == 1 || value["state"] == 2);
        assert!(value["class"].is_null());
    }
});
