//! The page that links to all others.

use std::fmt::Write;

use super::sounds::SOUNDS;

const STYLE: &str = include_str!("index.css");
const INTRODUCTION: &str = "\
<p>Each page plays a recording before and after it was protected, and their difference, and switches between them without a gap.
Before and after are equally loud. There are also figures, pictures and a blind ABX test. The pages work without a network.</p>
<p>All recordings were synthesised for these pages, and protected with a key that was made for them alone. A page that you make
contains your unprotected recording: do not publish it.</p>
";

/// A section with the sounds for each preset, then where the sounds come from.
pub(super) fn page(presets: &[String]) -> String {
    let mut text = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<link rel=\"icon\" href=\"data:,\">\n\
         <title>Patchveil: every preset, before and after</title>\n<style>\n{STYLE}</style>\n</head>\n\
         <body>\n<h1>Every preset, before and after</h1>\n{INTRODUCTION}"
    );
    // A String takes any text.
    for preset in presets {
        let _ = write!(text, "<section>\n<h2><code>{preset}</code></h2>\n<ul class=\"sounds\">\n");
        for sound in &SOUNDS {
            let (name, title) = (sound.name, sound.title);
            let _ = writeln!(
                text,
                "<li><a href=\"{preset}/{name}/index.html\" aria-label=\"{title}, {preset}\">{title}</a></li>"
            );
        }
        text += "</ul>\n</section>\n";
    }
    text += &sources();
    text + "</body>\n</html>\n"
}

/// What the recordings were made with; those that have the same source stand together.
fn sources() -> String {
    let mut text = "<section>\n<h2>The recordings and their licences</h2>\n<dl>\n".to_owned();
    for alike in SOUNDS.chunk_by(|a, b| a.made_with() == b.made_with()) {
        for sound in alike {
            let _ = writeln!(text, "<dt>{}: {}</dt>", sound.title, sound.about);
        }
        let _ = writeln!(text, "<dd>Made with {}.</dd>", alike[0].made_with());
    }
    text + "</dl>\n</section>\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_preset_has_every_sound_and_every_sound_its_licence() {
        let page = page(&["mark".to_owned(), "strong".to_owned()]);
        for preset in ["mark", "strong"] {
            for sound in ["speech", "piano", "organ", "strings", "drums", "mix"] {
                assert!(page.contains(&format!("href=\"{preset}/{sound}/index.html\"")));
            }
        }
        assert_eq!(page.matches("<dt>").count(), SOUNDS.len());
        let sources: Vec<&str> = page.split("<dd>").skip(1).collect();
        let named = |source: &&str| source.contains("MIT licence") || source.contains("GPL 3");
        assert!(!sources.is_empty() && sources.iter().all(named));
    }
}
