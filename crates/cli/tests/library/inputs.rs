//! Which files are processed, and where each output goes.
#![expect(clippy::unwrap_used, reason = "a failed test may panic")]

use std::fs;
use std::path::{Path, PathBuf};

use patchveil::inputs::{InputError, Note, Plan, PlanError, Selection, Task};
use proptest::prelude::*;
use tempfile::{TempDir, tempdir};

/// A folder with these files in it.
fn tree(files: &[&str]) -> TempDir {
    let folder = tempdir().unwrap();
    for file in files {
        let path = folder.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, b"x").unwrap();
    }
    folder
}

fn plan(root: &TempDir, inputs: &[&str], output: Option<&str>) -> Result<Plan, PlanError> {
    let inputs: Vec<PathBuf> = inputs.iter().map(|i| root.path().join(i)).collect();
    let output = output.map(|o| PathBuf::from(format!("{}/{o}", root.path().display())));
    Plan::new(&inputs, output.as_deref(), Task::Protect)
}

/// Inputs and outputs below the root, as `in > out`.
fn jobs(root: &TempDir, plan: &Plan) -> Vec<String> {
    let below = |path: &Path| {
        let below = path.strip_prefix(root.path()).unwrap();
        below.to_str().unwrap().replace('\\', "/")
    };
    let lines = plan.jobs.iter();
    lines.map(|job| format!("{} > {}", below(&job.input), below(&job.output))).collect()
}

#[test]
fn an_output_goes_next_to_its_input_under_another_name() {
    let root = tree(&["a.wav", "b.WAVE", "c", "d.e.wav"]);
    let plan = plan(&root, &["a.wav", "b.WAVE", "c", "d.e.wav"], None).unwrap();
    assert_eq!(
        jobs(&root, &plan),
        [
            "a.wav > a.protected.wav",
            "b.WAVE > b.protected.wav",
            "c > c.protected.wav",
            "d.e.wav > d.e.protected.wav"
        ]
    );
    assert!(plan.notes.is_empty() && plan.failures.is_empty());
}

#[test]
fn one_file_can_be_given_its_output() {
    let root = tree(&["a.wav", "old.wav"]);
    for output in ["new.wav", "old.wav", "x/y.wav"] {
        let plan = plan(&root, &["a.wav"], Some(output)).unwrap();
        assert_eq!(jobs(&root, &plan), [format!("a.wav > {output}")]);
    }
    let twice = plan(&root, &["a.wav", "./a.wav"], Some("new.wav")).unwrap();
    assert_eq!(jobs(&root, &twice), ["a.wav > new.wav"]);
    assert!(matches!(twice.notes[..], [Note::SameFile { .. }]));
}

#[test]
fn an_output_is_a_folder_if_it_ends_with_a_slash_or_exists_or_there_are_several_inputs() {
    let root = tree(&["a.wav", "b.wav", "there/x.txt", "show/c.wav"]);
    for (inputs, output, expected) in [
        (&["a.wav"][..], "new/", &["a.wav > new/a.wav"][..]),
        (&["a.wav"], "there", &["a.wav > there/a.wav"]),
        (&["a.wav", "b.wav"], "new", &["a.wav > new/a.wav", "b.wav > new/b.wav"]),
        (&["show"], "new", &["show/c.wav > new/c.wav"]),
    ] {
        let plan = plan(&root, inputs, Some(output)).unwrap();
        assert_eq!(jobs(&root, &plan), expected);
    }
}

#[test]
fn folders_are_searched_in_order_and_outputs_keep_their_tree() {
    let root = tree(&[
        "show/2/b.wav",
        "show/2/a.Wav",
        "show/10/c.wave",
        "show/notes.txt",
        "show/a.protected.wav",
        "show/.patchveil-x.wav",
        "show/._a.wav",
        "show/.wav",
    ]);
    let beside = plan(&root, &["show"], None).unwrap();
    assert_eq!(
        jobs(&root, &beside),
        [
            "show/10/c.wave > show/10/c.protected.wav",
            "show/2/a.Wav > show/2/a.protected.wav",
            "show/2/b.wav > show/2/b.protected.wav"
        ]
    );
    assert!(
        matches!(&beside.notes[..], [Note::AlreadyProtected(p)] if p.ends_with("a.protected.wav"))
    );
    let below = plan(&root, &["show"], Some("out")).unwrap();
    assert_eq!(jobs(&root, &below)[0], "show/10/c.wave > out/10/c.wave");
}

#[test]
fn a_second_run_does_not_protect_the_outputs_of_the_first() {
    let root = tree(&["show/a.wav", "show/out/a.wav", "show/out/deep/b.wav"]);
    let plan = plan(&root, &["show"], Some("show/out")).unwrap();
    assert_eq!(jobs(&root, &plan), ["show/a.wav > show/out/a.wav"]);
    assert!(matches!(&plan.notes[..], [Note::OutputFolder(p)] if p.ends_with("show/out")));
}

#[test]
fn an_input_that_fails_does_not_stop_the_others() {
    let root = tree(&["a.wav", "empty/x.txt"]);
    let plan = plan(&root, &["gone.wav", "empty", "a.wav"], None).unwrap();
    assert_eq!(jobs(&root, &plan), ["a.wav > a.protected.wav"]);
    let [InputError::Unreadable { .. }, InputError::NoRecording(_)] = &plan.failures[..] else {
        unreachable!("{:?}", plan.failures);
    };
    let lines: Vec<String> = plan.failures.iter().map(ToString::to_string).collect();
    assert!(
        lines[0].contains("gone.wav: cannot be read") && lines[0].ends_with("check the spelling")
    );
    assert!(lines[1].contains("empty: has no recording"));
}

#[test]
fn the_same_input_by_two_names_is_done_once() {
    let root = tree(&["show/a.wav", "show/b.wav"]);
    let plan = plan(&root, &["show/b.wav", "show", "show/../show/a.wav"], None).unwrap();
    assert_eq!(jobs(&root, &plan).len(), 2);
    assert_eq!(plan.notes.len(), 2);
    assert!(plan.notes[0].to_string().contains("it is the same file as"));
}

#[test]
fn outputs_that_collide_end_the_run_before_it_starts() {
    let root = tree(&["a/x.wav", "b/x.wav", "c/y.wav", "c/y.wave"]);
    for inputs in [&["a/x.wav", "b/x.wav"][..], &["a", "b"]] {
        let error = plan(&root, inputs, Some("out")).unwrap_err();
        assert!(matches!(error, PlanError::SameOutput { .. }), "{error}");
    }
    assert!(plan(&root, &["a/x.wav", "b/x.wav"], None).is_ok());
    let error = plan(&root, &["c"], None).unwrap_err();
    assert!(error.to_string().contains("would both be written to"), "{error}");
    assert!(!root.path().join("out").exists());
}

#[test]
fn with_a_root_everything_keeps_its_path_below_it() {
    let tree = tree(&["show/a/x.wav", "show/y.wav"]);
    let named = ["show/a", "show/y.wav"].map(|path| tree.path().join(path)).to_vec();
    let root = Some(tree.path().to_owned());
    let selection = Selection { named, root, ..Selection::default() };
    let plan = Plan::of(&selection, Some(&tree.path().join("out/")), Task::Protect).unwrap();
    assert_eq!(
        jobs(&tree, &plan),
        ["show/a/x.wav > out/show/a/x.wav", "show/y.wav > out/show/y.wav"]
    );
}

#[test]
fn an_output_is_never_an_input() {
    let root = tree(&["a/x.wav", "y.wav", "y.protected.wav"]);
    for (inputs, output) in [
        (&["a"][..], Some("a")),
        (&["a/x.wav"], Some("a")),
        (&["a/x.wav"], Some("a/x.wav")),
        (&["y.wav", "y.protected.wav"], None),
    ] {
        let error = plan(&root, inputs, output).unwrap_err();
        assert!(matches!(error, PlanError::OutputIsInput { .. }), "{error}");
    }
}

#[test]
fn several_outputs_need_a_folder() {
    let root = tree(&["a.wav", "b.wav", "file"]);
    for output in ["file", "file/", "file/deeper", "file/deeper/still/"] {
        let error = plan(&root, &["a.wav", "b.wav"], Some(output)).unwrap_err();
        assert!(matches!(error, PlanError::OutputNotAFolder(_)), "{output}: {error}");
    }
    // However deep the inputs lie.
    let error = plan(&tree(&["a/x.wav"]), &["."], Some("a/x.wav/")).unwrap_err();
    assert!(matches!(error, PlanError::OutputNotAFolder(_)), "{error}");
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 300,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    /// Whatever is asked for, the plan loses no recording and does each once.
    #[test]
    fn any_plan_is_safe_to_carry_out(
        files in prop::collection::btree_set("(a|b|a/b|c\\.wav)/(x|y|x\\.protected|\\.patchveil-z|é)\\.(wav|WAV|wave|txt)", 1..8),
        inputs in prop::collection::vec("(\\./|a/\\.\\./)?(\\.|a|b|a/b|c\\.wav|a/x\\.wav|b/y\\.wav|gone)/?", 1..4),
        output in prop::option::of("(\\.|a|a/b|new|new/er|a/x\\.wav|a/\\.\\./b)/?"),
    ) {
        let files: Vec<&str> = files.iter().map(String::as_str).collect();
        let root = tree(&files);
        let inputs: Vec<&str> = inputs.iter().map(String::as_str).collect();
        let plan = match plan(&root, &inputs, output.as_deref()) {
            Ok(plan) => plan,
            Err(error) => {
                prop_assert!(!error.to_string().contains('\n'));
                return Ok(());
            }
        };
        let resolved = |path: &Path| path.canonicalize().unwrap();
        let mut taken: Vec<PathBuf> = plan.jobs.iter().map(|job| resolved(&job.input)).collect();
        taken.sort();
        let mut distinct = taken.clone();
        distinct.dedup();
        prop_assert_eq!(&taken, &distinct, "an input twice");
        // Carried out, every job finds its place free or holding a file that is no input.
        let mut written = Vec::new();
        for job in &plan.jobs {
            let folder = job.output.parent().unwrap();
            prop_assert!(fs::create_dir_all(folder).is_ok(), "{:?}", job);
            let output = resolved(folder).join(job.output.file_name().unwrap());
            prop_assert!(!output.is_dir(), "{:?}", job);
            prop_assert!(!taken.contains(&output), "over an input: {:?}", job);
            prop_assert!(!written.contains(&output), "twice: {:?}", job);
            fs::write(&output, b"veiled").unwrap();
            written.push(output);
        }
        for failure in &plan.failures {
            prop_assert!(!failure.to_string().contains('\n'));
        }
        prop_assert!(!plan.jobs.is_empty() || !plan.failures.is_empty() || !plan.notes.is_empty());
    }
}

#[cfg(unix)]
mod unix {
    use super::*;
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::symlink;

    #[test]
    fn link_loops_end() {
        let root = tree(&["show/a.wav"]);
        symlink("..", root.path().join("show/up")).unwrap();
        symlink(".", root.path().join("show/here")).unwrap();
        let plan = plan(&root, &["show"], None).unwrap();
        assert_eq!(jobs(&root, &plan), ["show/a.wav > show/a.protected.wav"]);
        assert!(plan.failures.is_empty());
        assert!(plan.notes.iter().any(|n| matches!(n, Note::LinkLoop(_))));
    }

    #[test]
    fn a_dangling_link_is_a_failure_only_if_it_is_named_like_a_recording() {
        let root = tree(&["show/a.wav"]);
        symlink("gone", root.path().join("show/readme")).unwrap();
        symlink("gone", root.path().join("show/b.wav")).unwrap();
        let plan = plan(&root, &["show"], None).unwrap();
        assert_eq!(plan.jobs.len(), 1);
        assert!(
            matches!(&plan.failures[..], [InputError::Unreadable { path, .. }] if path.ends_with("b.wav"))
        );
    }

    #[test]
    fn paths_that_are_not_utf8_work() {
        let root = tree(&[]);
        let name = OsStr::from_bytes(b"caf\xe9\n.wav");
        fs::write(root.path().join(name), b"x").unwrap();
        let plan = Plan::new(&[root.path().to_owned()], None, Task::Protect).unwrap();
        assert_eq!(plan.jobs[0].input.file_name().unwrap(), name);
        let output = plan.jobs[0].output.file_name().unwrap();
        assert_eq!(output.as_bytes(), b"caf\xe9\n.protected.wav");
        let shown = patchveil::shown(&plan.jobs[0].input).to_string();
        assert!(shown.ends_with("caf\u{fffd}\\n.wav"), "{shown}");
    }

    #[test]
    fn devices_are_not_recordings() {
        let plan = Plan::new(&[PathBuf::from("/dev/null")], None, Task::Protect).unwrap();
        assert!(matches!(plan.failures[..], [InputError::NotAFile(_)]));
    }
}
