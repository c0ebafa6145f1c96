use std::fs;
use std::sync::atomic::AtomicUsize;
use std::time::{Duration, Instant};

use patchveil_keyring::{Keyring, Passphrase};
use patchveil_veil::ClassKey;
use tempfile::TempDir;

use super::*;

const PATIENCE: Duration = Duration::from_secs(60);

fn place() -> (TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("keyring");
    (dir, path)
}

fn typed(text: &str) -> Zeroizing<String> {
    Zeroizing::new(text.to_owned())
}

/// A passphrase whose files open at once.
fn quick(text: &str) -> Passphrase {
    Passphrase::new(text.to_owned()).unwrap().with_work_factor(2)
}

fn key(byte: u8) -> ClassKey {
    ClassKey::from_bytes([byte; 32])
}

/// A keyring with the class “Show”, under a passphrase if there is one.
fn with_show(path: &std::path::Path, passphrase: Option<&Passphrase>) -> Fingerprint {
    let show = Keyring::update(path, || None, |keyring| keyring.import("Show", key(1))).unwrap();
    Keyring::set_passphrase(path, || None, passphrase).unwrap();
    show
}

/// Asks and waits, as no editor would.
fn ask(keys: &mut Keys, request: Request) -> Result<Outcome, Refusal> {
    let id = keys.ask(request);
    let start = Instant::now();
    loop {
        if let Some((answered, answer)) = keys.next_answer() {
            assert_eq!(answered, id);
            return answer;
        }
        assert!(start.elapsed() < PATIENCE, "no answer");
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// Waits until the view is as set.
fn until(keys: &Keys, set: impl Fn(&KeyringView) -> bool) -> Arc<KeyringView> {
    let start = Instant::now();
    loop {
        let view = keys.view();
        if set(&view) {
            return view;
        }
        assert!(start.elapsed() < PATIENCE, "still {view:?}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

fn names(view: &KeyringView) -> Vec<&str> {
    view.classes.iter().map(|class| class.name.as_str()).collect()
}

#[test]
fn classes_are_made_renamed_chosen_and_removed() {
    let (_dir, path) = place();
    let mut keys = Keys::at(path.clone(), || {});
    assert_eq!(until(&keys, |view| view.looked).trouble, None);
    let Ok(Outcome::Added(show)) = ask(&mut keys, Request::New { name: " Show ".to_owned() })
    else {
        panic!("not made")
    };
    assert_eq!((show.name.as_str(), show.default), ("Show", false));
    // The list is up to date with the answer.
    assert_eq!(keys.view().classes, std::slice::from_ref(&show));
    let class = show.fingerprint;
    let renamed = ask(&mut keys, Request::Rename { class, name: "Night".to_owned() });
    assert_eq!(renamed, Ok(Outcome::Changed));
    assert_eq!(ask(&mut keys, Request::SetDefault { class: Some(class) }), Ok(Outcome::Changed));
    let view = keys.view();
    assert_eq!((names(&view), view.classes[0].default), (vec!["Night"], true));
    let removed = ask(&mut keys, Request::Remove { class });
    assert_eq!(removed, Ok(Outcome::Removed { name: "Night".to_owned() }));
    assert!(keys.view().classes.is_empty());
    assert!(Keyring::open(&path, || None).unwrap().entries().is_empty());
    // What is gone cannot be removed again, and that is said.
    let refused = ask(&mut keys, Request::Remove { class }).unwrap_err();
    assert!(refused.sentence.contains(&class.to_string()), "{}", refused.sentence);
}

#[test]
fn a_name_that_is_taken_is_refused_with_the_way_out() {
    let (_dir, path) = place();
    with_show(&path, None);
    let mut keys = Keys::at(path, || {});
    for name in ["show", "", "a\u{202e}b"] {
        let refused = ask(&mut keys, Request::New { name: name.to_owned() }).unwrap_err();
        assert_eq!(refused.way_out, WayOut::Name, "{}", refused.sentence);
    }
}

#[test]
fn a_change_made_elsewhere_shows_within_a_second_and_calls() {
    let (_dir, path) = place();
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = calls.clone();
    let keys = Keys::at(path.clone(), move || {
        counted.fetch_add(1, Ordering::SeqCst);
    });
    until(&keys, |view| view.looked);
    let before = calls.load(Ordering::SeqCst);
    std::thread::sleep(Duration::from_millis(600));
    assert_eq!(calls.load(Ordering::SeqCst), before, "it called although nothing happened");
    with_show(&path, None);
    assert_eq!(names(&until(&keys, |view| !view.classes.is_empty())), ["Show"]);
    assert!(calls.load(Ordering::SeqCst) > before);
}

#[test]
fn a_key_goes_out_and_comes_in_as_text_and_as_file() {
    let (dir, path) = place();
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
    let refused = ask(&mut keys, save()).unwrap_err();
    assert_eq!(refused.way_out, WayOut::Path);
    assert!(refused.sentence.contains("not overwritten"), "{}", refused.sentence);
    assert_eq!(fs::read(&file).unwrap(), first);

    ask(&mut keys, Request::Remove { class }).unwrap();
    let import = Request::ImportFile { path: file, name: None, passphrase: None };
    let Ok(Outcome::Added(back)) = ask(&mut keys, import) else { panic!("not imported") };
    assert_eq!((back.name.as_str(), back.fingerprint), ("Show", class));

    // A bare key has no name, so one is asked for.
    ask(&mut keys, Request::Remove { class }).unwrap();
    let import = |name: Option<&str>| Request::Import {
        text: key(1).to_text(),
        name: name.map(str::to_owned),
        passphrase: None,
    };
    assert_eq!(ask(&mut keys, import(None)).unwrap_err().way_out, WayOut::Name);
    assert!(ask(&mut keys, import(Some("Other"))).is_ok());
    assert_eq!(names(&keys.view()), ["Other"]);

    let gone = dir.path().join("gone");
    let import = Request::ImportFile { path: gone.clone(), name: None, passphrase: None };
    let refused = ask(&mut keys, import).unwrap_err();
    assert_eq!(refused.way_out, WayOut::Path);
    assert!(refused.sentence.contains(&*gone.to_string_lossy()), "{}", refused.sentence);
}

#[test]
fn an_export_under_a_passphrase_asks_for_it() {
    let (_dir, path) = place();
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
        let refused = ask(&mut keys, import(wrong)).unwrap_err();
        assert_eq!(refused.way_out, WayOut::ImportPassphrase, "{}", refused.sentence);
    }
    assert!(ask(&mut keys, import(Some("open sesame"))).is_ok());
    assert_eq!(names(&keys.view()), ["Show"]);
}

#[test]
fn a_passphrase_opens_the_keyring_for_the_whole_process_until_all_have_let_go() {
    let (_dir, path) = place();
    with_show(&path, Some(&quick("open sesame")));
    let mut keys = Keys::at(path.clone(), || {});
    let other = Keys::at(path.clone(), || {});
    let view = until(&keys, |view| view.looked);
    assert!(view.sealed && view.classes.is_empty());
    assert_eq!(view.trouble.as_ref().unwrap().way_out, WayOut::Unlock);

    let refused = ask(&mut keys, Request::New { name: "New".to_owned() }).unwrap_err();
    assert_eq!(refused.way_out, WayOut::Unlock);
    let unlock = |text: &str| Request::Unlock { passphrase: typed(text) };
    let refused = ask(&mut keys, unlock("open says me")).unwrap_err();
    assert!(refused.sentence.contains("wrong passphrase"), "{}", refused.sentence);
    assert_eq!(ask(&mut keys, unlock("open sesame")), Ok(Outcome::Unlocked));
    assert_eq!(names(&keys.view()), ["Show"]);
    // The other editor, and whoever else reads.
    assert_eq!(names(&until(&other, |view| view.trouble.is_none() && view.looked)), ["Show"]);
    assert_eq!(UnlockedKeyring::of(&path).open().unwrap().entries().len(), 1);

    assert_eq!(ask(&mut keys, Request::Lock), Ok(Outcome::Locked));
    until(&other, |view| view.trouble.is_some());
    assert!(UnlockedKeyring::of(&path).open().is_err());

    // Gone with the last who had it.
    ask(&mut keys, unlock("open sesame")).unwrap();
    drop((keys, other));
    assert!(UnlockedKeyring::of(&path).open().is_err());
}

#[test]
fn a_keyring_is_locked_and_changed_and_unlocked_for_good() {
    let (_dir, path) = place();
    with_show(&path, None);
    let mut keys = Keys::at(path.clone(), || {});
    let set = |new: Option<&str>| Request::SetPassphrase { new: new.map(typed) };
    let sealed = |sealed| Ok(Outcome::PassphraseSet { sealed });
    assert_eq!(ask(&mut keys, set(Some("open sesame"))), sealed(true));
    let view = keys.view();
    // Whoever sets it need not type it again.
    assert!(view.sealed && view.trouble.is_none());
    assert!(Keyring::open(&path, || None).is_err());
    assert!(ask(&mut keys, Request::New { name: "New".to_owned() }).is_ok());
    assert_eq!(names(&keys.view()), ["Show", "New"]);
    assert_eq!(ask(&mut keys, set(None)), sealed(false));
    assert!(!keys.view().sealed);
    assert_eq!(Keyring::open(&path, || None).unwrap().entries().len(), 2);
    assert!(ask(&mut keys, set(Some(""))).is_err());
}

#[test]
fn a_passphrase_that_was_changed_elsewhere_is_asked_for_anew() {
    let (_dir, path) = place();
    with_show(&path, Some(&quick("old")));
    let mut keys = Keys::at(path.clone(), || {});
    ask(&mut keys, Request::Unlock { passphrase: typed("old") }).unwrap();
    let old = || Some(quick("old"));
    Keyring::set_passphrase(&path, old, Some(&quick("new"))).unwrap();
    let view = until(&keys, |view| view.trouble.is_some());
    let trouble = view.trouble.as_ref().unwrap();
    assert_eq!(trouble.way_out, WayOut::Unlock);
    assert!(!trouble.sentence.contains("wrong"), "{}", trouble.sentence);
}

#[test]
#[cfg(unix)]
fn what_is_wrong_with_the_file_is_said_and_its_mending_noticed() {
    use std::os::unix::fs::PermissionsExt;
    let (_dir, path) = place();
    with_show(&path, None);
    let good = fs::read(&path).unwrap();
    let keys = Keys::at(path.clone(), || {});
    let mode = |mode| fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
    let wrong = |what: &str| {
        let view = until(&keys, |view| view.trouble.is_some());
        let trouble = view.trouble.as_ref().unwrap();
        assert_eq!(trouble.way_out, WayOut::Outside);
        assert!(trouble.sentence.contains(what), "{}", trouble.sentence);
        assert!(view.classes.is_empty());
    };
    until(&keys, |view| view.looked);
    fs::write(&path, b"{}").unwrap();
    wrong("damaged");
    fs::write(&path, &good).unwrap();
    assert_eq!(names(&until(&keys, |view| view.trouble.is_none())), ["Show"]);
    mode(0o644);
    wrong("chmod 600");
    mode(0o600);
    assert_eq!(names(&until(&keys, |view| view.trouble.is_none())), ["Show"]);
    fs::remove_file(&path).unwrap();
    // No file is an empty keyring, and no trouble.
    assert_eq!(until(&keys, |view| view.classes.is_empty()).trouble, None);
}

#[test]
fn it_goes_at_once_and_leaves_no_thread() {
    let (_dir, path) = place();
    let start = Instant::now();
    for _ in 0..50 {
        let mut keys = Keys::at(path.clone(), || {});
        keys.ask(Request::New { name: "Show".to_owned() });
    }
    assert!(start.elapsed() < PATIENCE);
    assert!(Keyring::open(&path, || None).unwrap().entries().len() <= 1);
}

#[test]
fn no_secret_is_printed_for_debugging() {
    let secret = || Zeroizing::new("open sesame".to_owned());
    let class = ClassKey::from_bytes([1; 32]).fingerprint();
    let said = [
        format!("{:?}", Request::Unlock { passphrase: secret() }),
        format!("{:?}", Request::Import { text: secret(), name: None, passphrase: Some(secret()) }),
        format!("{:?}", Request::Export { class, passphrase: Some(secret()) }),
        format!("{:?}", Request::SetPassphrase { new: Some(secret()) }),
        format!("{:?}", Outcome::Exported { class, text: KeyText(secret()) }),
    ];
    assert!(said.iter().all(|said| !said.contains("sesame")), "{said:?}");
}
