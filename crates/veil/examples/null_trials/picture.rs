//! The picture: how often p was at most what, against what.

use std::fmt::Write;

use crate::tally::{LIMITS, STEPS, Tally, limit};

/// Size in pixels.
const SIZE: (f64, f64) = (720.0, 560.0);
/// Where the axes cross, and where they end.
const CORNER: (f64, f64) = (90.0, 490.0);
const ENDS: (f64, f64) = (690.0, 30.0);
/// Factors of ten on either axis.
const DECADES: usize = 7;

/// One thin line for each of `rows`, one for all of them, one for the full search.
pub fn draw(rows: &[&Tally], whole: &Tally, full: &Tally) -> String {
    let (width, height) = SIZE;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" \
         font-family=\"sans-serif\" font-size=\"14\">\n\
         <rect width=\"{width}\" height=\"{height}\" fill=\"#fff\"/>\n"
    );
    axes(&mut svg);
    let exact: Vec<(f64, f64)> = [1.0, limit(DECADES * STEPS)].map(|p| (p, p)).to_vec();
    line(&mut svg, &exact, "stroke=\"#555\" stroke-dasharray=\"6 4\"");
    for row in rows {
        line(&mut svg, &rates(row), "stroke=\"#9bc\" stroke-width=\"0.8\"");
    }
    line(&mut svg, &rates(whole), "stroke=\"#05a\" stroke-width=\"2.5\"");
    line(&mut svg, &rates(full), "stroke=\"#c40\" stroke-width=\"2.5\"");
    let legend = [
        ("#555", "as often as p says; the bound holds below this line".to_owned()),
        ("#05a", format!("recordings as a whole, {} keys", whole.trials)),
        ("#9bc", "the same, each row of the table".to_owned()),
        ("#c40", format!("full search, {} keys", full.trials)),
    ];
    for (number, (colour, text)) in legend.iter().enumerate() {
        let y = 50.0 + 22.0 * number as f64;
        let x = CORNER.0 + 20.0;
        _ = writeln!(
            svg,
            "<rect x=\"{x}\" y=\"{}\" width=\"22\" height=\"4\" fill=\"{colour}\"/>\
             <text x=\"{}\" y=\"{}\">{text}</text>",
            y - 6.0,
            x + 30.0,
            y,
        );
    }
    svg + "</svg>\n"
}

/// Claimed and observed rates, as far as anything was observed.
fn rates(tally: &Tally) -> Vec<(f64, f64)> {
    let rate = |step| (limit(step), tally.at_most(step) as f64 / tally.trials.max(1) as f64);
    (0..LIMITS).map(rate).take_while(|(_, observed)| *observed > 0.0).collect()
}

/// Where a claimed and an observed rate lie.
fn place(p: f64, observed: f64) -> (f64, f64) {
    let along =
        |from: f64, to: f64, rate: f64| from + (to - from) * (1.0 + rate.log10() / DECADES as f64);
    // From rare at the corner to certain at the ends.
    (along(CORNER.0, ENDS.0, p), along(CORNER.1, ENDS.1, observed))
}

fn line(svg: &mut String, rates: &[(f64, f64)], style: &str) {
    let points: Vec<String> = rates
        .iter()
        .map(|&(p, observed)| place(p, observed))
        .map(|(x, y)| format!("{x:.1},{y:.1}"))
        .collect();
    _ = writeln!(svg, "<polyline fill=\"none\" {style} points=\"{}\"/>", points.join(" "));
}

fn axes(svg: &mut String) {
    for decade in 0..=DECADES {
        let (x, y) = place(limit(decade * STEPS), limit(decade * STEPS));
        _ = writeln!(
            svg,
            "<path stroke=\"#ddd\" d=\"M{x:.1} {}V{}M{} {y:.1}H{}\"/>",
            CORNER.1, ENDS.1, CORNER.0, ENDS.0
        );
        let power = if decade == 0 {
            "1".to_owned()
        } else {
            format!("10<tspan dy=\"-6\" font-size=\"10\">−{decade}</tspan>")
        };
        _ = writeln!(
            svg,
            "<text x=\"{x:.1}\" y=\"{}\" text-anchor=\"middle\">{power}</text>\
             <text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{power}</text>",
            CORNER.1 + 22.0,
            CORNER.0 - 8.0,
            y + 5.0
        );
    }
    let (middle_x, middle_y) = ((CORNER.0 + ENDS.0) / 2.0, (CORNER.1 + ENDS.1) / 2.0);
    _ = writeln!(
        svg,
        "<path stroke=\"#333\" fill=\"none\" d=\"M{} {}V{}H{}\"/>\
         <text x=\"{middle_x}\" y=\"{}\" text-anchor=\"middle\">p-value</text>\
         <text transform=\"translate(28 {middle_y}) rotate(-90)\" text-anchor=\"middle\">\
         share of wrong keys with this p-value or less</text>",
        CORNER.0,
        ENDS.1,
        CORNER.1,
        ENDS.0,
        CORNER.1 + 50.0,
    );
}
