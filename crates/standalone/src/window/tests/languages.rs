//! What stands around the editor: whole in every language, and told to screen readers.

use std::io;
use std::path::PathBuf;

use egui::accesskit::{Live, Role};
use egui_kittest::kittest::{AccessKitNode, By, NodeT as _, Queryable as _};

use patchveil_plugin::FileTrouble;

use super::seen::{check_controls, check_tab_order, faults};
use super::*;

const SMALL: (f32, f32) = (640.0, 400.0);
const DEFAULT: (f32, f32) = (1_000.0, 640.0);

/// Every panel around the editor.
fn panels() -> Vec<(&'static str, Fixture)> {
    let devices = || Fixture { fold: Fold::Devices, ..Fixture::running() };
    let mut muted = Fixture::running();
    muted.settings.monitor = false;
    let mut reminded = Fixture::running();
    reminded.settings.backed_up = false;
    let mut unconnected = devices();
    if let State::Running(connection) = &mut unconnected.state {
        (connection.from, connection.backend) = (None, BackendKind::System);
    }
    unconnected.settings.devices.input = None;
    let mut quiet = Fixture::running();
    if let State::Running(connection) = &mut quiet.state {
        connection.quiet = true;
    }
    let ended = |recording| {
        let mut fixture = Fixture::running();
        fixture.heard.recording = recording;
        fixture
    };
    let path = || PathBuf::from("/home/anna/Music/Patchveil/Patchveil 2027-03-01 20-15-00.flac");
    let done =
        Progress { path: path(), seconds: 754.2, files: 2, rounded: true, ..Progress::default() };
    let kept = Kept::Part { path: path(), seconds: 754.2 };
    let full = io::ErrorKind::StorageFull.into();
    let failed = Failure::Stopped { why: FileTrouble::writing(&path(), &full), kept };
    let mended = Mended::Complete { path: path(), seconds: 754.2 };
    let options = |samples| {
        let mut fixture = Fixture { fold: Fold::Recording, ..Fixture::running() };
        fixture.settings.recording.samples = samples;
        fixture
    };
    let lost = |reason| {
        let state = State::Waiting { reason, lost: true };
        Fixture { state, ..Fixture::running() }
    };
    vec![
        ("quiet", quiet),
        ("done", ended(Recording::Done(done))),
        ("failed", ended(Recording::Failed(failed))),
        ("no sound", ended(Recording::Failed(Failure::NoSound))),
        ("mended", Fixture { note: Some(mended), ..Fixture::running() }),
        ("24 bits", options(Samples::Int24)),
        ("FLAC", options(Samples::Flac)),
        ("server", lost(Reason::ServerStopped)),
        ("rate", lost(Reason::RateChanged(44_100))),
        ("zeros", lost(Reason::InputReopened)),
        ("no JACK", lost(Reason::NoJack.and(Reason::NoOutput))),
        ("input", lost(Reason::InputMissing("Microphone".to_owned()))),
        ("gone", lost(Reason::Gone("Microphone".to_owned()))),
        ("rates", lost(Reason::OtherRate("Microphone".to_owned(), 48_000))),
        ("strip", Fixture::running()),
        ("muted", muted),
        ("reminded", reminded),
        ("recording", Fixture::recording()),
        ("devices", devices()),
        ("unconnected", unconnected),
        ("nothing", Fixture::nothing()),
        ("options", Fixture { fold: Fold::Recording, ..Fixture::running() }),
        ("welcome 1", Fixture::welcome(Step::Class)),
        ("welcome 2", Fixture::welcome(Step::Backup)),
        ("welcome 3", Fixture::welcome(Step::Devices)),
    ]
}

#[test]
fn every_text_fits_in_every_language() {
    let mut wrong = Vec::new();
    for size in [SMALL, DEFAULT] {
        for (name, fixture) in panels() {
            let mut window = fixture.unpainted(size);
            for language in Language::ALL {
                look::set_language(&window.ctx, language);
                window.run_steps(3);
                // What comes from below or names a file ends in …, and the tip has the rest.
                let long = |text: &str| text.contains('.') || text.contains("kHz");
                let mut found = faults(&window, &long);
                if name.starts_with("welcome") {
                    // It lies over the others.
                    found.retain(|fault| !fault.starts_with("over") && !fault.starts_with("wider"));
                }
                let code = language.code();
                wrong.extend(found.into_iter().map(|fault| format!("{name} {code}: {fault}")));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_control_has_a_name_a_role_and_a_value() {
    for size in [SMALL, DEFAULT] {
        for (name, fixture) in panels() {
            let count = check_controls(&fixture.unpainted(size));
            assert!(count >= 2, "{name}: {count}");
        }
    }
}

#[test]
fn tab_reaches_every_control_in_reading_order() {
    for (name, fixture) in panels() {
        // Behind the welcome nothing is reached.
        if !name.starts_with("welcome") {
            check_tab_order(&mut fixture.unpainted(DEFAULT));
        }
    }
}

#[test]
fn meters_are_read_with_their_unit_and_changes_are_announced() {
    let window = Fixture::running().unpainted(DEFAULT);
    let meters = By::new().recursive(true).predicate(|node| node.role() == Role::Meter);
    let read: Vec<_> = window
        .query_all(meters)
        .map(|node| (node.accesskit_node().label(), node.value()))
        .collect();
    let meter = |name: &str, value: &str| (Some(name.to_owned()), Some(value.to_owned()));
    assert_eq!(read, [meter("Input", "−12.0 dBFS"), meter("Output", "−11.5 dBFS")]);
    let live = |node: &AccessKitNode<'_>| node.live() == Live::Polite;
    let said = window.get(By::new().recursive(true).predicate(live));
    assert_eq!(said.value().as_deref(), Some("from: Built-in Microphone – to: BlackHole 2ch"));
}
