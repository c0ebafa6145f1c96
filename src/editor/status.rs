//! What is happening now: the headline at the top, the figures at the bottom.

use egui::{Color32, FontId, Rect, Response, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use super::icons::{self, Icon};
use super::theme::{BODY, HEADLINE, INSET, NEAR, Palette, SMALL, palette};
use crate::analyzer::View;
use crate::status::Status;

/// What besides the status decides what leaves.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Switches {
    /// The input passes as it is.
    pub(crate) bypass: bool,
    /// Only the difference is heard.
    pub(crate) delta: bool,
    /// The filter's depth is 0 %.
    pub(crate) nothing: bool,
    /// Audio runs, but the host states no position.
    pub(crate) adrift: bool,
}

/// The headline in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Headline {
    pub(crate) icon: Icon,
    pub(crate) mood: Mood,
    /// What happens.
    pub(crate) title: String,
    /// Why, and what can be done.
    pub(crate) detail: String,
}

/// How good or bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mood {
    Good,
    Quiet,
    Warn,
    Bad,
}

impl Mood {
    pub(crate) fn colour(self, palette: &Palette) -> Color32 {
        match self {
            Self::Good => palette.good,
            Self::Quiet => palette.quiet,
            Self::Warn => palette.warn,
            Self::Bad => palette.bad,
        }
    }
}

/// The one thing to know now.
pub(crate) fn headline(status: &Status, switches: Switches) -> Headline {
    let said = |icon, mood, title: String, detail: String| Headline { icon, mood, title, detail };
    let idle =
        switches.nothing || matches!(status, Status::NotProtecting | Status::NotRestoring { .. });
    match status {
        // Bypass lets the input through whatever the veil would do.
        Status::Restoring { .. } | Status::NotRestoring { .. } if switches.bypass => said(
            Icon::Open,
            Mood::Warn,
            "Bypassed: not restoring".to_owned(),
            "The input leaves as it came. Switch bypass off to restore.".to_owned(),
        ),
        _ if switches.bypass => said(
            Icon::Open,
            Mood::Warn,
            "Bypassed: not protecting".to_owned(),
            "The input leaves as it came. Switch bypass off to protect.".to_owned(),
        ),
        Status::Muted { reason } => said(
            Icon::Muted,
            Mood::Bad,
            "Muted, so that nothing leaves unprotected".to_owned(),
            sentence(reason),
        ),
        Status::Idle => said(
            Icon::Waiting,
            Mood::Quiet,
            "Waiting for the host".to_owned(),
            "It has not started the plug-in's audio yet.".to_owned(),
        ),
        _ if switches.delta && idle => said(
            Icon::Muted,
            Mood::Warn,
            "Delta: silent, because nothing is changed".to_owned(),
            "Switch delta off to hear the input, which leaves as it came.".to_owned(),
        ),
        Status::NotProtecting => said(
            Icon::Open,
            Mood::Warn,
            "Not protecting: no class is chosen".to_owned(),
            "Choose a class key, or make a new one.".to_owned(),
        ),
        Status::Protecting { class, .. } if switches.nothing => said(
            Icon::Open,
            Mood::Warn,
            format!("Not protecting “{class}”: the amount is 0 %"),
            "Nothing is changed. Turn the amount up to protect.".to_owned(),
        ),
        Status::Protecting { .. } if switches.delta => said(
            Icon::Open,
            Mood::Warn,
            "Delta: only what the veil changes is heard".to_owned(),
            "Switch delta off before you record or bounce.".to_owned(),
        ),
        Status::Restoring { .. } | Status::NotRestoring { .. } => restoring(status, switches),
        Status::Protecting { class, trouble: Some(trouble), .. } => said(
            Icon::Protecting,
            Mood::Warn,
            format!("Protecting “{class}”"),
            format!("With the key as it was read before: {}", sentence(trouble)),
        ),
        Status::Protecting { class, fingerprint, trouble: None } => said(
            Icon::Protecting,
            Mood::Good,
            format!("Protecting “{class}”"),
            format!("Key {fingerprint}"),
        ),
    }
}

/// The headline while veils are taken off. What leaves is open to everyone, and never reads as if
/// it were protected.
fn restoring(status: &Status, switches: Switches) -> Headline {
    let said =
        |mood, title: String, detail: String| Headline { icon: Icon::Open, mood, title, detail };
    match status {
        Status::Restoring { class, .. } if switches.nothing => said(
            Mood::Warn,
            format!("Not restoring “{class}”: the amount is 0 %"),
            "Nothing is changed. Set the amount that it was protected with.".to_owned(),
        ),
        Status::Restoring { .. } if switches.delta => said(
            Mood::Warn,
            "Delta: only what restoring changes is heard".to_owned(),
            "Switch delta off before you record or bounce.".to_owned(),
        ),
        Status::Restoring { class, .. } if switches.adrift => said(
            Mood::Warn,
            format!("Restoring “{class}” by a count of its own"),
            "The host states no position, so samples are counted. That is right only where the \
             recording lies where it lay when it was protected."
                .to_owned(),
        ),
        Status::Restoring { class, trouble: Some(trouble), .. } => said(
            Mood::Warn,
            format!("Restoring “{class}”"),
            format!("With the key as it was read before: {}", sentence(trouble)),
        ),
        Status::Restoring { class, fingerprint, trouble: None } => said(
            Mood::Quiet,
            format!("Restoring “{class}”"),
            format!("Key {fingerprint}. What leaves is not protected."),
        ),
        Status::NotRestoring { reason } => {
            said(Mood::Warn, "Not restoring: audio passes unchanged".to_owned(), sentence(reason))
        }
        other => said(Mood::Quiet, other.to_string(), String::new()),
    }
}

/// The same text as a sentence.
pub(crate) fn sentence(text: &str) -> String {
    let mut commands = text.chars();
    let mut sentence: String = commands.next().into_iter().flat_map(char::to_uppercase).collect();
    sentence.push_str(commands.as_str());
    if !sentence.ends_with(['.', '!', '?', '`']) {
        sentence.push('.');
    }
    sentence
}

/// Draws the headline into `rect`.
pub(crate) fn draw_headline(ui: &mut Ui, rect: Rect, headline: &Headline) {
    let colours = palette(ui);
    let mood = headline.mood.colour(colours);
    let icon =
        Rect::from_center_size(pos2(rect.left() + INSET + 11.0, rect.center().y), vec2(22.0, 24.0));
    icons::paint(ui.painter(), icon, headline.icon, mood, colours.background);
    let left = icon.right() + INSET;
    let room = rect.right() - left;
    let title = elided(ui, &headline.title, HEADLINE, mood, room);
    let detail = elided(ui, &headline.detail, SMALL, colours.quiet, room);
    let height = title.size().y + detail.size().y + 1.0;
    let top = (rect.center().y - height / 2.0).round();
    let below = top + title.size().y + 1.0;
    ui.painter().galley(pos2(left, top), title, mood);
    ui.painter().galley(pos2(left, below), detail, colours.quiet);
    let response = ui.interact(rect, ui.scope_id().with("headline"), Sense::hover());
    let text = format!("{}. {}", headline.title, headline.detail);
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &text));
    response.on_hover_text(&headline.detail);
}

/// One line of text that ends in “…” where there is no more room.
pub(crate) fn elided(
    ui: &Ui,
    text: &str,
    font: FontId,
    ink: Color32,
    room: f32,
) -> std::sync::Arc<egui::Galley> {
    let mut job = egui::text::LayoutJob::simple_singleline(text.to_owned(), font, ink);
    job.wrap = egui::text::TextWrapping::truncate_at_width(room.max(0.0));
    ui.painter().layout_job(job)
}

/// Draws the figures into `rect`, from the left, as many as there is room for.
pub(crate) fn draw_figures(ui: &mut Ui, rect: Rect, view: &View) {
    let colours = palette(ui);
    let mut x = rect.left() + INSET;
    for figure in figures(view) {
        let ink = if figure.warn { colours.warn } else { colours.quiet };
        let text = ui.painter().layout_no_wrap(figure.text.clone(), SMALL, ink);
        let width = text.size().x;
        if x + width > rect.right() - NEAR {
            break;
        }
        let top = (rect.center().y - text.size().y / 2.0).round();
        ui.painter().galley(pos2(x, top), text, ink);
        let place = Rect::from_x_y_ranges(x..=x + width, rect.y_range());
        let response: Response =
            ui.interact(place, ui.scope_id().with(figure.name), Sense::hover());
        response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &figure.text));
        response.on_hover_ui(|ui| {
            ui.label(egui::RichText::new(figure.name).font(BODY));
            ui.label(egui::RichText::new(figure.tip).font(SMALL));
        });
        x += width + 2.0 * INSET;
    }
}

struct Figure {
    name: &'static str,
    text: String,
    tip: &'static str,
    warn: bool,
}

fn figures(view: &View) -> Vec<Figure> {
    let plain = |name, text, tip| Figure { name, text, tip, warn: false };
    let mut figures = vec![
        plain(
            "Protected so far",
            format!("{} protected", duration(view.protected_seconds)),
            "How much audio has left veiled since this instance was opened.",
        ),
        plain(
            "Latency",
            "Latency 0 samples".to_owned(),
            "The veil delays nothing, whatever the settings.",
        ),
    ];
    if view.sample_rate == 0 {
        return figures;
    }
    let load = |share: f32| format!("{:.1} %", share * 100.0);
    figures.push(Figure {
        name: "Load of the audio thread",
        text: format!("Load {}, peak {}", load(view.load), load(view.load_peak)),
        tip: "How much of the time of a block the plug-in needs for it: on average, and at most in \
              the last ten seconds. At 100 % there would be gaps.",
        warn: view.load_peak >= 0.8,
    });
    figures.push(plain(
        "Sample rate",
        format!("{} kHz", f64::from(view.sample_rate) / 1_000.0),
        "As the host runs. Patches last as long and filters sound the same at every rate.",
    ));
    let source = if view.host_timeline { "Host's timeline" } else { "Own timeline" };
    let at = timecode(view.position, view.sample_rate);
    figures.push(plain(
        "Timeline",
        format!("{source} {at}"),
        "Patches lie by this position. Where the host states one, live, loop and bounce have them \
         at the same places; otherwise samples are counted on from the last one.",
    ));
    figures
}

/// Seconds in words.
fn duration(seconds: f64) -> String {
    let whole = seconds.max(0.0) as u64;
    match (whole / 3_600, whole / 60 % 60, whole % 60) {
        (0, 0, seconds) => format!("{seconds} s"),
        (0, minutes, seconds) => format!("{minutes} min {seconds:02} s"),
        (hours, minutes, _) => format!("{hours} h {minutes:02} min"),
    }
}

/// A position as hours, minutes and seconds.
fn timecode(position: i64, sample_rate: u32) -> String {
    let sign = if position < 0 { "−" } else { "" };
    let tenths = position.unsigned_abs() / (u64::from(sample_rate.max(10)) / 10);
    let (seconds, tenth) = (tenths / 10, tenths % 10);
    format!("{sign}{}:{:02}:{:02}.{tenth}", seconds / 3_600, seconds / 60 % 60, seconds % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_times_read_as_people_say_them() {
        assert_eq!(duration(0.0), "0 s");
        assert_eq!(duration(59.9), "59 s");
        assert_eq!(duration(754.0), "12 min 34 s");
        assert_eq!(duration(7_260.0), "2 h 01 min");
        assert_eq!(timecode(0, 48_000), "0:00:00.0");
        assert_eq!(timecode(48_000 * 3_723 + 24_000, 48_000), "1:02:03.5");
        assert_eq!(timecode(-22_050, 44_100), "−0:00:00.5");
    }

    #[test]
    fn what_is_restored_never_reads_as_if_it_were_protected() {
        let fingerprint = patchveil_veil::ClassKey::from_bytes([1; 32]).fingerprint();
        let on = Status::Restoring { class: "Night Show".to_owned(), fingerprint, trouble: None };
        let plain = headline(&on, Switches::default());
        assert_eq!((plain.mood, plain.title.as_str()), (Mood::Quiet, "Restoring “Night Show”"));
        let off = Status::NotRestoring { reason: "the key is missing".to_owned() };
        for (status, switches) in [
            (&on, Switches::default()),
            (&on, Switches { bypass: true, ..Switches::default() }),
            (&on, Switches { delta: true, ..Switches::default() }),
            (&on, Switches { nothing: true, ..Switches::default() }),
            (&on, Switches { adrift: true, ..Switches::default() }),
            (&off, Switches::default()),
            (&off, Switches { adrift: true, ..Switches::default() }),
            (&off, Switches { bypass: true, ..Switches::default() }),
        ] {
            let said = headline(status, switches);
            assert_eq!(said.icon, Icon::Open, "{said:?}");
            assert!(!said.title.contains("rotecting"), "{said:?}");
            assert!(said.mood == Mood::Warn || said == plain, "{said:?}");
        }
    }

    #[test]
    fn where_delta_leaves_nothing_to_hear_it_says_so() {
        let class = "Night Show".to_owned();
        let fingerprint = patchveil_veil::ClassKey::from_bytes([1; 32]).fingerprint();
        let delta = Switches { delta: true, ..Switches::default() };
        let nothing = Switches { nothing: true, ..delta };
        let on = Status::Protecting { class: class.clone(), fingerprint, trouble: None };
        let off = Status::Restoring { class, fingerprint, trouble: None };
        for (status, switches) in [
            (&Status::NotProtecting, delta),
            (&Status::NotRestoring { reason: "the key is missing".to_owned() }, delta),
            (&on, nothing),
            (&off, nothing),
        ] {
            let said = headline(status, switches);
            assert!(said.title.starts_with("Delta: silent"), "{said:?}");
            let through = headline(status, Switches { bypass: true, ..switches });
            assert!(through.title.starts_with("Bypassed"), "{through:?}");
        }
        assert!(headline(&on, delta).title.starts_with("Delta: only"));
    }

    #[test]
    fn what_is_not_protected_never_reads_as_if_it_were() {
        let on = Status::Protecting {
            class: "Night Show".to_owned(),
            fingerprint: patchveil_veil::ClassKey::from_bytes([1; 32]).fingerprint(),
            trouble: None,
        };
        assert_eq!(headline(&on, Switches::default()).title, "Protecting “Night Show”");
        for switches in [
            Switches { bypass: true, ..Switches::default() },
            Switches { delta: true, ..Switches::default() },
            Switches { nothing: true, ..Switches::default() },
        ] {
            let said = headline(&on, switches);
            assert_eq!((said.icon, said.mood), (Icon::Open, Mood::Warn), "{said:?}");
        }
        let muted = Status::Muted { reason: "the key is missing; import it".to_owned() };
        let said = headline(&muted, Switches::default());
        assert_eq!(
            (said.icon, said.detail.as_str()),
            (Icon::Muted, "The key is missing; import it.")
        );
        let said = headline(&muted, Switches { bypass: true, ..Switches::default() });
        assert_eq!(said.icon, Icon::Open, "bypass lets the input through even then");
    }
}
