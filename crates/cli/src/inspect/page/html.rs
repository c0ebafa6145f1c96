//! The page as text.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;

use super::excerpt::Excerpt;
use super::facts::{Facts, excerpt_line, figures, gain_lines, name, raise_label};
use super::samples::Samples;
use crate::html::escaped;
use crate::inspect::draw::Plot;
use crate::inspect::error::InspectError;
use crate::inspect::report::Report;

const TEMPLATE: &str = include_str!("../../../assets/page/page.html");
const STYLE: &str = include_str!("../../../assets/page/page.css");
/// In the order in which they build on each other.
const SCRIPTS: [&str; 6] = [
    include_str!("../../../assets/page/chance.js"),
    include_str!("../../../assets/page/audio.js"),
    include_str!("../../../assets/page/player.js"),
    include_str!("../../../assets/page/waveform.js"),
    include_str!("../../../assets/page/abx.js"),
    include_str!("../../../assets/page/main.js"),
];

/// The whole page.
pub(super) fn page(
    report: &Report,
    excerpt: &Excerpt,
    samples: &Samples,
    pictures: &[Plot],
) -> Result<String, InspectError> {
    let facts = script_json(&Facts::new(report, excerpt, samples)).map_err(|error| {
        InspectError::Picture { path: report.before.path.clone(), what: error.to_string() }
    })?;
    let scripts = SCRIPTS.map(|script| format!("<script>\n{script}</script>\n")).concat();
    let [before, after] = [&report.before, &report.after].map(|file| escaped(&name(&file.path)));
    let gain_lines: String =
        gain_lines(samples).iter().map(|line| format!("<p>{}</p>\n", escaped(line))).collect();
    Ok(filled(TEMPLATE, |field| match field {
        "style" => STYLE.to_owned(),
        "before" => before.clone(),
        "after" => after.clone(),
        "excerpt" => escaped(&excerpt_line(report, excerpt)),
        "gains" => gain_lines.clone(),
        "raise" => escaped(&raise_label(samples)),
        "figures" => figure_rows(report),
        "pictures" => pictures.iter().map(picture).collect(),
        "facts" => facts.clone(),
        "before-wav" => STANDARD.encode(&samples.before.wav),
        "after-wav" => STANDARD.encode(&samples.after.wav),
        "scripts" => scripts.clone(),
        _ => String::new(),
    }))
}

fn figure_rows(report: &Report) -> String {
    let row = |(label, value): &(&str, String)| {
        format!("<div><dt>{}</dt><dd>{}</dd></div>\n", escaped(label), escaped(value))
    };
    figures(report).iter().map(row).collect()
}

fn picture(plot: &Plot) -> String {
    let title = escaped(plot.title);
    format!(
        "<figure class=\"scroll\" tabindex=\"0\" aria-label=\"{title}\">\n<img alt=\"{}\" width=\"{}\" \
         height=\"{}\" src=\"data:image/png;base64,{}\">\n</figure>\n",
        escaped(plot.text),
        plot.width,
        plot.height,
        STANDARD.encode(&plot.png)
    )
}

/// Replaces every `{{field}}` of a template by its value, once: what looks like a field in a value, such as
/// in the name of a file, stays as it is.
fn filled(template: &str, value: impl Fn(&str) -> String) -> String {
    let mut out = String::new();
    let mut rest = template;
    while let Some((text, field_and_rest)) = rest.split_once("{{") {
        let Some((field, after)) = field_and_rest.split_once("}}") else {
            break;
        };
        out.push_str(text);
        out.push_str(&value(field));
        rest = after;
    }
    out.push_str(rest);
    out
}

/// JSON for a `script` element. Only `<` could end or nest one (HTML, section 4.12.1.3), and in JSON
/// it stands in strings alone.
pub(super) fn script_json(value: &impl Serialize) -> serde_json::Result<String> {
    Ok(serde_json::to_string(value)?.replace('<', "\\u003c"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_cannot_end_its_script_and_stays_the_same_value() {
        let hostile = "</script><!-- <script>";
        let text = script_json(&hostile).unwrap();
        assert!(!text.contains('<'), "{text}");
        assert_eq!(serde_json::from_str::<String>(&text).unwrap(), hostile);
    }

    #[test]
    fn a_value_that_looks_like_a_field_is_not_filled_again() {
        let value = |field: &str| if field == "name" { "{{facts}}" } else { "secret" }.to_owned();
        assert_eq!(filled("<{{name}}>{{other}}</{{", value), "<{{facts}}>secret</{{");
    }

    #[test]
    fn every_field_of_the_template_has_a_value_and_no_script_ends_early() {
        let known = [
            "style",
            "before",
            "after",
            "excerpt",
            "gains",
            "raise",
            "figures",
            "pictures",
            "facts",
            "before-wav",
            "after-wav",
            "scripts",
        ];
        for part in TEMPLATE.split("{{").skip(1) {
            let field = part.split_once("}}").unwrap().0;
            assert!(known.contains(&field), "{field}");
        }
        for script in SCRIPTS {
            assert!(!script.contains("</script") && !script.contains("<!--"));
        }
    }
}
