//! What a file of evidence is, by its content.

use std::path::Path;

use patchveil_keyring::holds_key;
use patchveil_veil::Fingerprint;
use serde_json::Value;

use super::receipts::{self, Noted};
use super::record::Kind;
use super::stamp::{Reply, Request};
use crate::manifest::Manifest;
use crate::paths::one_line;

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";
/// Most pixels of a picture.
pub(super) const PIXELS_MAX: u64 = 100_000_000;

/// The class that a case is about.
pub(super) struct Class<'a> {
    pub(super) fingerprint: Fingerprint,
    /// Results from a disclosed echo key have this alone.
    pub(super) echo_commitment: &'a str,
}

/// What `content` is; `path` is for messages, and tells receipts among other lines from a text that quotes some.
///
/// # Errors
/// Why it is not accepted as evidence about the class, in words.
pub(super) fn recognise(path: &Path, content: &[u8], class: &Class<'_>) -> Result<Kind, String> {
    if content.is_empty() {
        return Err("is empty".to_owned());
    }
    if holds_key(content) {
        return Err(
            "holds a secret key, and a case is made to be handed on; leave it out".to_owned()
        );
    }
    if content.starts_with(PNG) {
        picture_size(content)?;
        let readable = tiny_skia::Pixmap::decode_png(content).is_ok();
        return if readable { Ok(Kind::Picture) } else { Err("is a damaged PNG".to_owned()) };
    }
    if Request::parse(content).is_some() {
        return Ok(Kind::StampRequest);
    }
    if let Some(reply) = Reply::parse(content) {
        return reply.map(|_| Kind::StampReply);
    }
    // Among other lines a receipt is a quotation.
    if let Some(noted) = Noted::parse(content, class.fingerprint)
        && (noted.is_most() || receipts::is_named(path))
    {
        return of_class(Kind::Receipts, !noted.own.is_empty(), class);
    }
    if receipts::is_named(path) {
        return Err("holds no receipt that this Patchveil can read".to_owned());
    }
    let Some(values) = objects(content) else {
        return Ok(Kind::Attachment);
    };
    let kind = kind(&values[0]);
    if kind == Kind::Manifest {
        let manifest = Manifest::parse(path, content).map_err(|error| {
            let message = error.to_string();
            let prefix = format!("{}: ", crate::paths::shown(path));
            message.strip_prefix(&prefix).unwrap_or(&message).to_owned()
        })?;
        let own = manifest.records().any(|record| record.fingerprint == class.fingerprint);
        return of_class(kind, own, class);
    }
    if kind == Kind::Attachment {
        return Ok(kind);
    }
    let name = class.fingerprint.to_string();
    let is_own = |value: &Value| match value["fingerprint"].as_str() {
        Some(fingerprint) => fingerprint == name,
        None => value["echo_commitment"].as_str() == Some(class.echo_commitment),
    };
    of_class(kind, values.iter().any(is_own), class)
}

fn of_class(kind: Kind, own: bool, class: &Class<'_>) -> Result<Kind, String> {
    if own {
        return Ok(kind);
    }
    let (what, say) = match kind {
        Kind::Receipts => ("holds receipts".to_owned(), "say"),
        kind => (format!("is a {}", kind.words()), "says"),
    };
    Err(one_line(format!(
        "{what} that {say} nothing of this case's class ({}); add it to the case of its own class",
        class.fingerprint
    )))
}

/// Objects of JSON, one after the other; nothing if it is anything else.
pub(super) fn objects(content: &[u8]) -> Option<Vec<Value>> {
    let values = serde_json::Deserializer::from_slice(content).into_iter::<Value>();
    let values: Vec<Value> = values.collect::<Result<_, _>>().ok()?;
    let all = !values.is_empty() && values.iter().all(Value::is_object);
    all.then_some(values)
}

fn kind(first: &Value) -> Kind {
    let has = |field: &str| first.get(field).is_some();
    match first["command"].as_str() {
        Some("trace") => Kind::Trace,
        Some("case recheck") => Kind::Recheck,
        Some("detect") => Kind::Detect,
        Some(command) if command.starts_with("probe") => Kind::Probe,
        Some(_) => Kind::Attachment,
        None if has("audio_after") && has("fingerprint") => Kind::Manifest,
        None if has("input") && has("sigmas") && has("p_value") => Kind::Detect,
        None => Kind::Attachment,
    }
}

/// Width and height in pixels of a PNG that may be decoded: sixteen bytes can ask for more memory than there is.
///
/// # Errors
/// Why it may not, in words.
pub(super) fn picture_size(png: &[u8]) -> Result<(u32, u32), String> {
    let (width, height) = png_size(png).ok_or("is a damaged PNG")?;
    if u64::from(width) * u64::from(height) > PIXELS_MAX {
        let most = PIXELS_MAX / 1_000_000;
        return Err(format!("has more than {most} megapixels; make it smaller"));
    }
    Ok((width, height))
}

/// Width and height in the header of a PNG.
fn png_size(png: &[u8]) -> Option<(u32, u32)> {
    let number = |at: usize| Some(u32::from_be_bytes(png.get(at..at + 4)?.try_into().ok()?));
    let size = (number(16)?, number(20)?);
    let is_png = png.starts_with(PNG) && png.get(12..16)? == b"IHDR";
    (is_png && size.0 > 0 && size.1 > 0).then_some(size)
}

#[cfg(test)]
mod tests {
    use patchveil_veil::ClassKey;
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    fn recognised(content: &[u8]) -> Result<Kind, String> {
        let class = Class { fingerprint: own(), echo_commitment: "c0ffee" };
        recognise(Path::new("file"), content, &class)
    }

    fn own() -> Fingerprint {
        ClassKey::from_bytes([1; 32]).fingerprint()
    }

    #[test]
    fn results_are_recognised_by_their_content_and_only_if_they_are_of_the_class() {
        let own = own();
        let trace = format!(r#"{{"command":"trace","fingerprint":"{own}"}}"#);
        let detect = format!(
            r#"{{"input":"a","status":"done","sigmas":1,"p_value":1,"fingerprint":"{own}"}}"#
        );
        let other = ClassKey::from_bytes([2; 32]).fingerprint().to_string();
        assert_eq!(recognised(trace.as_bytes()), Ok(Kind::Trace));
        let by_echo_key = br#"{"command":"trace","fingerprint":null,"echo_commitment":"c0ffee"}"#;
        assert_eq!(recognised(by_echo_key), Ok(Kind::Trace));
        let both = format!("{}\n{detect}\n", detect.replace(&own.to_string(), &other));
        assert_eq!(recognised(both.as_bytes()), Ok(Kind::Detect));
        let foreign = recognised(trace.replace(&own.to_string(), &other).as_bytes()).unwrap_err();
        assert!(foreign.contains(&own.to_string()), "{foreign}");
    }

    #[test]
    fn anything_else_is_an_attachment_but_neither_empty_files_nor_keys() {
        for content in
            ["a contract", "{}", "[1, 2]", "{\"command\":\"verify\"}", "pvkey1 is a prefix"]
        {
            assert_eq!(recognised(content.as_bytes()), Ok(Kind::Attachment), "{content}");
        }
        assert!(recognised(b"").is_err());
        let key = ClassKey::from_bytes([1; 32]).to_text();
        assert!(recognised(format!("my key: {}\n", *key).as_bytes()).is_err());
        assert!(recognised(key.to_ascii_uppercase().as_bytes()).is_err());
        assert!(recognised(b"\x89PNG\r\n\x1a\ncut off").is_err());
        let huge = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\x01\0\0\0\x01\0\0\x08\x06\0\0\0";
        assert!(recognised(huge).unwrap_err().contains("megapixels"));
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in vec(any::<u8>(), 0..200), at in 0..60_usize, byte: u8) {
            let _ = recognised(&bytes);
            let mut request = Request::make(&bytes, 7).unwrap();
            assert_eq!(recognised(&request), Ok(Kind::StampRequest));
            request[at] = byte;
            let _ = recognised(&request);
            let _ = Reply::parse(&request);
        }
    }
}
