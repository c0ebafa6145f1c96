//! The keyring, watched and changed through [`Keys`].

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use patchveil_keyring::{Keyring, Passphrase};
use patchveil_veil::{ClassKey, Fingerprint};
use tempfile::TempDir;
use zeroize::Zeroizing;

use super::*;

const TIMEOUT: Duration = Duration::from_secs(60);

fn temporary() -> (TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("keyring");
    (dir, path)
}

fn typed(text: &str) -> Zeroizing<String> {
    Zeroizing::new(text.to_owned())
}

/// A passphrase whose files open quickly.
fn quick(text: &str) -> Passphrase {
    Passphrase::new(text.to_owned()).unwrap().with_work_factor(2)
}

fn key(byte: u8) -> ClassKey {
    ClassKey::from_bytes([byte; 32])
}

/// Creates a keyring with the class “Show”, locked if there is a passphrase.
fn with_show(path: &std::path::Path, passphrase: Option<&Passphrase>) -> Fingerprint {
    let show = Keyring::update(path, || None, |keyring| keyring.import("Show", key(1))).unwrap();
    Keyring::set_passphrase(path, || None, passphrase).unwrap();
    show
}

/// Sends a request and waits for the answer, which an editor never does.
fn ask(keys: &mut Keys, request: Request) -> Result<Outcome, Problem> {
    let id = keys.ask(request);
    let start = Instant::now();
    loop {
        if let Some((answered, answer)) = keys.next_answer() {
            assert_eq!(answered, id);
            return answer;
        }
        assert!(start.elapsed() < TIMEOUT, "no answer");
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// Waits until the view is as expected.
fn until(keys: &Keys, expected: impl Fn(&KeyringView) -> bool) -> Arc<KeyringView> {
    let start = Instant::now();
    loop {
        let view = keys.view();
        if expected(&view) {
            return view;
        }
        assert!(start.elapsed() < TIMEOUT, "still {view:?}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

fn names(view: &KeyringView) -> Vec<&str> {
    view.classes.iter().map(|class| class.name.as_str()).collect()
}

#[test]
fn classes_are_created_renamed_made_default_and_removed() {
    let (_dir, path) = temporary();
    let mut keys = Keys::at(path.clone(), || {});
    assert_eq!(until(&keys, |view| view.loaded).problem, None);
    let Ok(Outcome::Added(show)) = ask(&mut keys, Request::New { name: " Show ".to_owned() })
    else {
        panic!("not created")
    };
    assert_eq!((show.name.as_str(), show.default), ("Show", true));
    // The list is up to date with the answer.
    assert_eq!(keys.view().classes, std::slice::from_ref(&show));
    let class = show.fingerprint;
    let renamed = ask(&mut keys, Request::Rename { class, name: "Night".to_owned() });
    assert_eq!(renamed, Ok(Outcome::Changed));
    for default in [None, Some(class)] {
        let request = Request::SetDefault { class: default };
        assert_eq!(ask(&mut keys, request), Ok(Outcome::Changed));
        let view = keys.view();
        assert_eq!((names(&view), view.classes[0].default), (vec!["Night"], default.is_some()));
    }
    let removed = ask(&mut keys, Request::Remove { class });
    assert_eq!(removed, Ok(Outcome::Removed { name: "Night".to_owned() }));
    assert!(keys.view().classes.is_empty());
    assert!(Keyring::open(&path, || None).unwrap().entries().is_empty());
    // A class cannot be removed twice, and the message says so.
    let problem = ask(&mut keys, Request::Remove { class }).unwrap_err();
    assert!(problem.trouble.to_string().contains(&class.to_string()), "{}", problem.trouble);
}

#[test]
fn a_name_that_is_taken_or_invalid_is_refused_with_the_remedy() {
    let (_dir, path) = temporary();
    with_show(&path, None);
    let mut keys = Keys::at(path, || {});
    for name in ["show", "", "a\u{202e}b"] {
        let problem = ask(&mut keys, Request::New { name: name.to_owned() }).unwrap_err();
        assert_eq!(problem.remedy, Remedy::Name, "{}", problem.trouble);
    }
}

#[test]
fn a_change_made_elsewhere_is_shown_and_announced() {
    let (_dir, path) = temporary();
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = calls.clone();
    let keys = Keys::at(path.clone(), move || {
        counted.fetch_add(1, Ordering::SeqCst);
    });
    until(&keys, |view| view.loaded);
    let before = calls.load(Ordering::SeqCst);
    std::thread::sleep(Duration::from_millis(600));
    assert_eq!(calls.load(Ordering::SeqCst), before, "it was called although nothing changed");
    with_show(&path, None);
    assert_eq!(names(&until(&keys, |view| !view.classes.is_empty())), ["Show"]);
    assert!(calls.load(Ordering::SeqCst) > before);
}

#[test]
fn a_key_is_exported_and_imported_as_text_and_as_file() {
    let (dir, path) = temporary();
    let class = with_show(&path, None);
    let mut keys = Keys::at(path, || {});
    let exported = ask(&mut keys, Request::Export { class, passphrase: None }).unwrap();
    let Outcome::Exported { text: KeyText(text), .. } = exported else { panic!("{exported:?}") };
    assert_eq!(text, key(1).to_text());

    let file = dir.path().join("show.pvkey");
    let save = || Request::ExportFile { class, path: file.clone(), passphrase: None };
    assert_eq!(ask(&mut keys, save()), Ok(Outcome::Saved { path: file.clone() }));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let first = fs::read(&file).unwrap();
    let problem = ask(&mut keys, save()).unwrap_err();
    assert_eq!(problem.remedy, Remedy::Path);
    assert!(problem.trouble.to_string().contains("not overwritten"), "{}", problem.trouble);
    assert_eq!(fs::read(&file).unwrap(), first);

    ask(&mut keys, Request::Remove { class }).unwrap();
    let import = Request::ImportFile { path: file, name: None, passphrase: None };
    let Ok(Outcome::Added(back)) = ask(&mut keys, import) else { panic!("not imported") };
    assert_eq!((back.name.as_str(), back.fingerprint), ("Show", class));

    // A bare key has no name, so one is needed.
    ask(&mut keys, Request::Remove { class }).unwrap();
    let import = |name: Option<&str>| Request::Import {
        text: key(1).to_text(),
        name: name.map(str::to_owned),
        passphrase: None,
    };
    assert_eq!(ask(&mut keys, import(None)).unwrap_err().remedy, Remedy::Name);
    assert!(ask(&mut keys, import(Some("Other"))).is_ok());
    assert_eq!(names(&keys.view()), ["Other"]);

    let missing = dir.path().join("missing");
    let import = Request::ImportFile { path: missing.clone(), name: None, passphrase: None };
    let problem = ask(&mut keys, import).unwrap_err();
    assert_eq!(problem.remedy, Remedy::Path);
    assert!(
        problem.trouble.to_string().contains(&*missing.to_string_lossy()),
        "{}",
        problem.trouble
    );
}

#[test]
fn an_export_with_a_passphrase_needs_it_for_the_import() {
    let (_dir, path) = temporary();
    let class = with_show(&path, None);
    let mut keys = Keys::at(path, || {});
    let export = Request::Export { class, passphrase: Some(typed("open sesame")) };
    let Ok(Outcome::Exported { text: KeyText(text), .. }) = ask(&mut keys, export) else {
        panic!("not exported")
    };
    assert!(!text.contains("pvkey1"));
    ask(&mut keys, Request::Remove { class }).unwrap();
    let import = |passphrase: Option<&str>| Request::Import {
        text: text.clone(),
        name: None,
        passphrase: passphrase.map(typed),
    };
    for wrong in [None, Some("open says me")] {
        let problem = ask(&mut keys, import(wrong)).unwrap_err();
        assert_eq!(problem.remedy, Remedy::ImportPassphrase, "{}", problem.trouble);
    }
    assert!(ask(&mut keys, import(Some("open sesame"))).is_ok());
    assert_eq!(names(&keys.view()), ["Show"]);
}

#[test]
fn a_passphrase_unlocks_the_keyring_for_the_whole_process_until_the_last_use_ends() {
    let (_dir, path) = temporary();
    with_show(&path, Some(&quick("open sesame")));
    let mut keys = Keys::at(path.clone(), || {});
    let other = Keys::at(path.clone(), || {});
    let view = until(&keys, |view| view.loaded);
    assert!(view.has_passphrase && view.classes.is_empty());
    assert_eq!(view.problem.as_ref().unwrap().remedy, Remedy::Unlock);

    let problem = ask(&mut keys, Request::New { name: "New".to_owned() }).unwrap_err();
    assert_eq!(problem.remedy, Remedy::Unlock);
    let unlock = |text: &str| Request::Unlock { passphrase: typed(text) };
    let problem = ask(&mut keys, unlock("open says me")).unwrap_err();
    assert!(problem.trouble.to_string().contains("wrong passphrase"), "{}", problem.trouble);
    assert_eq!(ask(&mut keys, unlock("open sesame")), Ok(Outcome::Unlocked));
    assert_eq!(names(&keys.view()), ["Show"]);
    // In the other editor, and for everyone else in the process.
    assert_eq!(names(&until(&other, |view| view.problem.is_none() && view.loaded)), ["Show"]);
    assert_eq!(UnlockedKeyring::of(&path).open().unwrap().entries().len(), 1);

    assert_eq!(ask(&mut keys, Request::Lock), Ok(Outcome::Locked));
    until(&other, |view| view.problem.is_some());
    assert!(UnlockedKeyring::of(&path).open().is_err());

    // Forgotten with the last use.
    ask(&mut keys, unlock("open sesame")).unwrap();
    drop((keys, other));
    assert!(UnlockedKeyring::of(&path).open().is_err());
}

#[test]
fn a_passphrase_is_set_kept_and_removed() {
    let (_dir, path) = temporary();
    with_show(&path, None);
    let mut keys = Keys::at(path.clone(), || {});
    let set = |new: Option<&str>| Request::SetPassphrase { new: new.map(typed) };
    let answer = |has_passphrase| Ok(Outcome::PassphraseSet { has_passphrase });
    assert_eq!(ask(&mut keys, set(Some("open sesame"))), answer(true));
    let view = keys.view();
    // It need not be typed again after it was set.
    assert!(view.has_passphrase && view.problem.is_none());
    assert!(Keyring::open(&path, || None).is_err());
    assert!(ask(&mut keys, Request::New { name: "New".to_owned() }).is_ok());
    assert_eq!(names(&keys.view()), ["Show", "New"]);
    assert_eq!(ask(&mut keys, set(None)), answer(false));
    assert!(!keys.view().has_passphrase);
    assert_eq!(Keyring::open(&path, || None).unwrap().entries().len(), 2);
    assert!(ask(&mut keys, set(Some(""))).is_err());
}

#[test]
fn a_passphrase_that_was_changed_elsewhere_is_asked_for_again() {
    let (_dir, path) = temporary();
    with_show(&path, Some(&quick("old")));
    let mut keys = Keys::at(path.clone(), || {});
    ask(&mut keys, Request::Unlock { passphrase: typed("old") }).unwrap();
    let old = || Some(quick("old"));
    Keyring::set_passphrase(&path, old, Some(&quick("new"))).unwrap();
    let view = until(&keys, |view| view.problem.is_some());
    let problem = view.problem.as_ref().unwrap();
    assert_eq!(problem.remedy, Remedy::Unlock);
    assert!(!problem.trouble.to_string().contains("wrong"), "{}", problem.trouble);
}

#[test]
#[cfg(unix)]
fn a_file_problem_is_shown_until_it_is_fixed() {
    use std::os::unix::fs::PermissionsExt;
    let (_dir, path) = temporary();
    with_show(&path, None);
    let good = fs::read(&path).unwrap();
    let keys = Keys::at(path.clone(), || {});
    let mode = |mode| fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
    let wrong = |what: &str| {
        let view = until(&keys, |view| view.problem.is_some());
        let problem = view.problem.as_ref().unwrap();
        assert_eq!(problem.remedy, Remedy::Outside);
        assert!(problem.trouble.to_string().contains(what), "{}", problem.trouble);
        assert!(view.classes.is_empty());
    };
    until(&keys, |view| view.loaded);
    fs::write(&path, b"{}").unwrap();
    wrong("damaged");
    fs::write(&path, &good).unwrap();
    assert_eq!(names(&until(&keys, |view| view.problem.is_none())), ["Show"]);
    mode(0o644);
    wrong("chmod 600");
    mode(0o600);
    assert_eq!(names(&until(&keys, |view| view.problem.is_none())), ["Show"]);
    fs::remove_file(&path).unwrap();
    // No file is an empty keyring, not a problem.
    assert_eq!(until(&keys, |view| view.classes.is_empty()).problem, None);
}

#[test]
fn it_closes_at_once_and_leaves_no_thread() {
    let (_dir, path) = temporary();
    let start = Instant::now();
    for _ in 0..50 {
        let mut keys = Keys::at(path.clone(), || {});
        keys.ask(Request::New { name: "Show".to_owned() });
    }
    assert!(start.elapsed() < TIMEOUT);
    assert!(Keyring::open(&path, || None).unwrap().entries().len() <= 1);
}

#[test]
fn no_secret_is_printed_for_debugging() {
    let secret = || Zeroizing::new("open sesame".to_owned());
    let class = ClassKey::from_bytes([1; 32]).fingerprint();
    let printed = [
        format!("{:?}", Request::Unlock { passphrase: secret() }),
        format!("{:?}", Request::Import { text: secret(), name: None, passphrase: Some(secret()) }),
        format!("{:?}", Request::Export { class, passphrase: Some(secret()) }),
        format!("{:?}", Request::SetPassphrase { new: Some(secret()) }),
        format!("{:?}", Outcome::Exported { class, text: KeyText(secret()) }),
    ];
    assert!(printed.iter().all(|text| !text.contains("sesame")), "{printed:?}");
}
