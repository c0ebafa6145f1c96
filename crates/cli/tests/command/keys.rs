//! `patchveil key …`: making, moving and locking keys.
#![expect(clippy::unwrap_used, reason = "a failed test may panic")]

use std::fs;
use std::process::Command;

use crate::support::command::{CLASS, Ran, User, is_there, key, recording, skipped};
use patchveil_keyring::{Keyring, Passphrase};

/// Locks the keyring at little cost, to be opened by the first line of the file `pass`.
fn lock_cheaply(user: &User) {
    let passphrase = Passphrase::new("correct horse".to_owned()).unwrap().with_work_factor(4);
    Keyring::set_passphrase(&user.keyring(), || None, Some(&passphrase)).unwrap();
    user.put("pass", "correct horse\nnot this line\n");
    user.put("wrong", "correct house\n");
}

#[test]
fn a_class_is_made_listed_shown_renamed_and_removed() {
    let user = User::new();
    assert!(user.run(&["key", "list"]).succeeds().out.contains("patchveil key new NAME"));
    assert!(user.run(&["key", "list", "--json"]).succeeds().out.is_empty());

    let made = user.run(&["key", "new", "Night Show"]).succeeds();
    let fingerprint = made.out.trim().strip_prefix("Night Show  ").unwrap().to_owned();
    user.run(&["key", "new", "夜の番組"]).succeeds();

    let listed = user.run(&["key", "list", "--json"]).succeeds().json();
    assert_eq!(listed.len(), 2);
    assert_eq!(listed[0]["name"], "Night Show");
    assert_eq!(listed[0]["fingerprint"], fingerprint.as_str());
    assert_eq!(listed[0]["default"], true);
    assert_eq!(listed[1]["name"], "夜の番組");
    let table = user.run(&["key", "list"]).succeeds().out;
    assert!(table.contains(&fingerprint) && table.contains("夜の番組"), "{table}");

    let shown = user.run(&["key", "show", "night show", "--json"]).succeeds().json();
    assert_eq!(shown[0], listed[0]);
    assert!(user.run(&["key", "show", "Night Show"]).succeeds().out.contains(&fingerprint));

    user.run(&["key", "rename", "Night Show", "Day Show"]).succeeds();
    user.run(&["key", "show", "Night Show"]).fails(2, &["no class named “Night Show”"]);
    let renamed = user.run(&["key", "show", "Day Show", "--json"]).succeeds().json();
    assert_eq!(renamed[0]["fingerprint"], fingerprint.as_str());

    user.run(&["key", "remove", "Day Show", "--yes"]).succeeds();
    user.run(&["key", "show", "Day Show"]).fails(2, &["no class named"]);
    assert_eq!(user.run(&["key", "list", "--json"]).json().len(), 1);
}

#[test]
fn a_key_is_removed_only_when_confirmed() {
    let user = User::with_key();
    user.run(&["key", "remove", CLASS]).fails(2, &["cannot be undone", "--yes"]);
    user.run(&["key", "show", CLASS]).succeeds();
    // Nobody sits at a pipe, whatever comes out of it.
    user.run_with_input(&["key", "remove", CLASS], CLASS.as_bytes()).fails(2, &["--yes"]);
    user.run(&["key", "show", CLASS]).succeeds();
    user.run(&["key", "remove", "Nobody"]).fails(2, &["no class named “Nobody”"]);
    user.run(&["key", "remove", "Nobody", "--yes"]).fails(2, &["no class named “Nobody”"]);
}

#[test]
fn the_first_class_is_the_default_which_can_be_changed_and_unset() {
    let user = User::new();
    user.run(&["key", "new", " a "]).succeeds();
    user.run(&["key", "new", "b"]).succeeds();
    let default = || -> Vec<bool> {
        let listed = user.run(&["key", "list", "--json"]).json();
        listed.iter().map(|class| class["default"].as_bool().unwrap()).collect()
    };
    assert_eq!(default(), [true, false]);
    user.run(&["key", "default", "b"]).succeeds();
    assert_eq!(default(), [false, true]);
    user.run(&["key", "default", "nobody"]).fails(2, &["no class named"]);
    assert_eq!(default(), [false, true]);
    user.run(&["key", "default", "--none"]).succeeds();
    assert_eq!(default(), [false, false]);
    user.run(&["key", "new", "c"]).succeeds();
    assert_eq!(default(), [false; 3]);
    assert_eq!(user.run(&["key", "default"]).code, Some(2));
}

#[test]
fn unusable_names_are_refused_with_the_reason() {
    let user = User::with_key();
    for (name, reason) in [
        ("", "it is empty"),
        ("NIGHT show", "already a class named “Night Show”"),
        ("two\nlines", "U+000A"),
        (key().to_text().as_str(), "looks like a key"),
    ] {
        let refused = user.run(&["key", "new", name]).fails(2, &[reason]);
        assert!(!refused.err.contains(key().to_text().as_str()));
    }
    user.run(&["key", "new", "Other"]).succeeds();
    user.run(&["key", "rename", "Other", CLASS]).fails(2, &["already a class named"]);
}

#[test]
fn an_exported_key_is_imported_unchanged() {
    let user = User::with_key();
    let printed = user.run(&["key", "export", CLASS]).succeeds();
    assert_eq!(printed.out, format!("{}\n", *key().to_text()));

    let wrote = user.run(&["key", "export", CLASS, "-o", "backups/night.key"]).succeeds();
    assert!(wrote.out.contains("backups/night.key") && !wrote.out.contains("pvkey1"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(user.path("backups/night.key")).unwrap().permissions().mode();
        assert_eq!(mode & 0o7777, 0o600);
    }
    user.run(&["key", "export", CLASS, "-o", "backups/night.key"])
        .fails(1, &["exists already and is never overwritten; use another name"]);
    user.run(&["key", "export", "Nobody", "-o", "x"]).fails(2, &["no class named"]);
    assert_eq!(user.files(), ["backups/night.key"]);

    // By the name in the file, by another one, and through a pipe.
    let fingerprint = key().fingerprint().to_string();
    let import = |args: &[&str]| {
        let other = User::new();
        other.put("night.key", user.read("backups/night.key"));
        let imported = other.run(args).succeeds();
        assert!(imported.out.contains(&fingerprint), "{imported:?}");
        let listed = other.run(&["key", "list", "--json"]).json();
        assert_eq!(listed[0]["default"], true);
        listed[0]["name"].as_str().unwrap().to_owned()
    };
    assert_eq!(import(&["key", "import", "night.key"]), CLASS);
    assert_eq!(import(&["key", "import", "night.key", "--name", "Another"]), "Another");
    let other = User::new();
    other.run_with_input(&["key", "import", "-"], &user.read("backups/night.key")).succeeds();
    other.run(&["key", "show", CLASS]).succeeds();
    let bare = User::new();
    bare.run_with_input(&["key", "import", "-"], printed.out.as_bytes()).fails(2, &["--name"]);
    bare.run_with_input(&["key", "import", "-", "--name", "x"], printed.out.as_bytes()).succeeds();
    bare.run_with_input(&["key", "import", "-", "--name", "y"], printed.out.as_bytes())
        .fails(2, &["already in the keyring as “x”", &fingerprint]);
}

#[test]
fn files_that_are_not_exported_keys_are_refused() {
    let user = User::new();
    let text = key().to_text();
    user.put("typo", text.replace('q', "p").replacen("pvkey1", "pvkey1q", 1));
    user.put("empty", "");
    user.put("binary", [0xff, 0xfe, 0, 1]);
    user.put("huge", "x".repeat(100_000));
    for (file, parts) in [
        ("typo", ["checksum does not match", "pvkey1…"]),
        ("empty", ["it is empty", "pvkey1…"]),
        ("binary", ["not UTF-8 text", "pvkey1…"]),
        ("huge", ["too large", "pvkey1…"]),
        ("gone", ["gone: cannot be read", "give a file that was exported"]),
        (".", [".: cannot be read", "give a file that was exported"]),
    ] {
        user.run(&["key", "import", file, "--name", "x"]).fails(2, &parts);
    }
    // The key itself in place of a file is not repeated on the screen.
    for text in [text, key().echo_key().to_text()] {
        let refused = user.run(&["key", "import", &text]).fails(2, &["or - to type or paste it"]);
        assert!(!refused.err.contains(&text[10..40]));
    }
    assert!(!user.keyring().exists());
}

#[test]
fn a_key_in_the_wrong_place_is_never_printed() {
    let user = User::with_key();
    user.put("a.wav", "");
    let identity = format!("AGE-SECRET-KEY-1{}", "Q2".repeat(29));
    for text in [key().to_text().as_str(), key().echo_key().to_text().as_str(), &identity] {
        for arguments in [
            &["protect", "a.wav", "--key", text][..],
            &["protect", text],
            &["detect", text, "--json"],
            &["verify", text],
            &["trace", "a.wav", "--echo-key", text],
            &["case", "report", text],
            &["key", "import", text],
            &["key", "show", text],
            &["key", "rename", CLASS, text],
            &["--keyring", text, "key", "show", "x"],
            &["protect", "a.wav", "--recipe", text],
            &["protect", "a.wav", "--preset", text],
            &["key", text],
            &["key", "list", text],
            &["protect", "a.wav", "--amount", text],
        ] {
            let ran = user.run(arguments);
            assert!(ran.code.is_some_and(|code| code != 0), "{arguments:?}: {ran:?}");
            for said in [&ran.out, &ran.err] {
                assert!(!said.contains(&text[20..40]), "{arguments:?}: {said}");
            }
        }
    }
}

#[test]
fn an_export_can_be_locked() {
    let user = User::with_key();
    user.put("pass", "correct horse\r\n");
    user.put("wrong", "correct house\n");
    let export = ["key", "export", CLASS, "-o", "night.age", "--passphrase"];
    user.run(&export).fails(2, &["no terminal", "--new-passphrase-file"]);
    user.run(&[&export[..], &["--new-passphrase-file", "pass"]].concat()).succeeds();
    let locked = String::from_utf8(user.read("night.age")).unwrap();
    assert!(locked.starts_with("-----BEGIN AGE ENCRYPTED FILE-----"));
    assert!(!locked.contains("pvkey1") && !locked.contains(CLASS));

    let other = User::new();
    for file in ["night.age", "pass", "wrong"] {
        other.put(file, user.read(file));
    }
    let import = ["key", "import", "night.age"];
    other
        .run(&import)
        .fails(2, &["the key to import is locked", "no terminal", "use --import-passphrase-file"]);
    other
        .run(&[&import[..], &["--import-passphrase-file", "wrong"]].concat())
        .fails(2, &["wrong passphrase for the key to import"]);
    assert!(!other.keyring().exists());
    other.run(&[&import[..], &["--import-passphrase-file", "pass"]].concat()).succeeds();
    other.run(&["key", "show", CLASS]).succeeds();
    // It makes no sense without a file to lock.
    assert_eq!(user.run(&["key", "export", CLASS, "--passphrase"]).code, Some(2));
}

#[test]
fn every_command_works_on_a_locked_keyring() {
    let user = User::with_key();
    user.put("a.wav", recording(8_000, 1, 0.5));
    lock_cheaply(&user);
    let reading = [
        &["key", "list"][..],
        &["key", "list", "--json"],
        &["key", "show", CLASS],
        &["key", "export", CLASS],
        &["key", "export", CLASS, "-o", "night.key"],
        &["protect", "a.wav", "--key", CLASS],
    ];
    let changing = [
        &["key", "new", "Another"][..],
        &["key", "remove", "Another", "--yes"],
        &["key", "rename", "Another", "Day Show"],
        &["key", "default", "Another"],
    ];
    let (before, files) = (fs::read(user.keyring()).unwrap(), user.files());
    for args in reading.into_iter().chain(changing) {
        user.run(args).fails(
            2,
            &["is locked: its passphrase is needed, and there is no terminal", "--passphrase-file"],
        );
        user.run(&[args, &["--passphrase-file", "wrong"]].concat())
            .fails(2, &["wrong passphrase for keyring"]);
        user.run(&[args, &["--passphrase-file", "gone"]].concat())
            .fails(2, &["passphrase file gone: cannot be read"]);
    }
    assert_eq!(fs::read(user.keyring()).unwrap(), before);
    assert_eq!(user.files(), files);
    // The first two of the others stand for all that change it; each costs a second.
    for args in reading.into_iter().chain(changing.into_iter().take(2)) {
        user.run(&[args, &["--passphrase-file", "pass"]].concat()).succeeds();
        assert!(Keyring::is_locked(&user.keyring()).unwrap());
    }
    assert_eq!(user.files(), ["a.protected.wav", "a.wav", "night.key", "pass", "wrong"]);
}

/// What changed the keyring locked it at the full cost again.
fn relock_cheaply(user: &User) {
    let passphrase = || Passphrase::new("correct horse".to_owned()).ok();
    let cheap = passphrase().unwrap().with_work_factor(4);
    Keyring::set_passphrase(&user.keyring(), passphrase, Some(&cheap)).unwrap();
}

#[test]
fn the_keyring_is_locked_changed_and_unlocked_by_command() {
    let user = User::with_key();
    user.put("one", "correct horse\n");
    user.put("two", "battery staple\n");
    user.run(&["key", "passphrase"]).fails(2, &["no terminal", "--new-passphrase-file"]);
    user.run(&["key", "passphrase", "--new-passphrase-file", "one"]).succeeds();
    assert!(Keyring::is_locked(&user.keyring()).unwrap());
    user.run(&["key", "passphrase", "--new-passphrase-file", "two"])
        .fails(2, &["is locked", "use --passphrase-file"]);
    let change = ["key", "passphrase", "--passphrase-file", "one", "--new-passphrase-file", "two"];
    user.run(&change).succeeds();
    user.run(&change).fails(2, &["wrong passphrase"]);
    user.run(&["key", "passphrase", "--remove", "--passphrase-file", "two"]).succeeds();
    user.run(&["key", "show", CLASS]).succeeds();
}

#[test]
fn a_passphrase_file_must_hold_a_passphrase() {
    let user = User::with_key();
    user.put("empty", "");
    user.put("blank", "\nsecond line\n");
    user.put("binary", [0xff, b'\n']);
    user.put("long", "x".repeat(10_000));
    for (file, part) in [
        ("empty", "it is empty"),
        ("blank", "it is empty"),
        ("binary", "binary: cannot be read"),
        ("long", "longer than a passphrase"),
        ("gone", "gone: cannot be read"),
        (".", ".: cannot be read"),
    ] {
        user.run(&["key", "passphrase", "--new-passphrase-file", file]).fails(2, &[part]);
    }
    assert!(!Keyring::is_locked(&user.keyring()).unwrap());
}

#[test]
fn the_keyring_that_was_named_is_used() {
    let user = User::new();
    let names = |ran: Ran| -> Vec<String> {
        ran.succeeds().json().iter().map(|c| c["name"].as_str().unwrap().to_owned()).collect()
    };
    user.run(&["key", "new", "by variable"]).succeeds();
    user.run(&["--keyring", "said", "key", "new", "said outright"]).succeeds();
    let mut by_default = user.command(&["key", "new", "by default"]);
    Ran::of(by_default.env_remove("PATCHVEIL_KEYRING")).succeeds();

    assert_eq!(names(user.run(&["key", "list", "--json"])), ["by variable"]);
    let said = user.run(&["key", "list", "--json", "--keyring", "said"]);
    assert_eq!(names(said), ["said outright"]);
    let mut list = user.command(&["key", "list", "--json"]);
    assert_eq!(names(Ran::of(list.env_remove("PATCHVEIL_KEYRING"))), ["by default"]);
    #[cfg(target_os = "linux")]
    assert!(user.desk().parent().unwrap().join("data/patchveil/keyring").is_file());
}

#[test]
fn a_keyring_that_cannot_be_trusted_is_reported_and_left_alone() {
    let user = User::with_key();
    user.put("a.wav", recording(8_000, 1, 0.5));
    let good = fs::read(user.keyring()).unwrap();
    let half = &good[..good.len() / 2];
    fs::write(user.keyring(), half).unwrap();
    for args in [&["key", "list"][..], &["key", "new", "x"], &["protect", "a.wav"]] {
        user.run(args).fails(2, &["is damaged", "restore it from a backup"]);
    }
    assert_eq!(fs::read(user.keyring()).unwrap(), half);
    fs::write(user.keyring(), good).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(user.keyring(), fs::Permissions::from_mode(0o644)).unwrap();
        for args in [&["key", "list"][..], &["key", "new", "x"], &["protect", "a.wav"]] {
            user.run(args).fails(2, &["can be read or written by others", "chmod 600"]);
        }
        fs::set_permissions(user.keyring(), fs::Permissions::from_mode(0o600)).unwrap();
    }
    user.run(&["--keyring", "a.wav", "key", "list"]).fails(2, &["keyring a.wav"]);
    user.run(&["key", "list"]).succeeds();
    assert_eq!(user.files(), ["a.wav"]);
}

#[test]
fn two_commands_at_once_lose_no_key() {
    let user = User::new();
    let mut made: Vec<_> = (0..8)
        .map(|n| user.command(&["key", "new", &format!("class {n}")]).spawn().unwrap())
        .collect();
    for child in &mut made {
        assert!(child.wait().unwrap().success());
    }
    assert_eq!(user.run(&["key", "list", "--json"]).succeeds().json().len(), 8);
}

/// Runs the command at a terminal, with `talk` as the body of the expect script, in which `type`
/// types a line as slowly as people begin to: the question is there a moment before the echo is
/// off. Gives the exit code and everything that was on the screen.
#[cfg(unix)]
fn at_a_terminal(user: &User, args: &[&str], talk: &str) -> (Option<i32>, String) {
    let script = format!(
        "set timeout 60\nproc type {{text}} {{ after 300; send -- \"$text\\r\" }}\nspawn -noecho {{*}}$argv\nexpect_before timeout {{ exit 99 }}\n{talk}\n\
         expect eof\nexit [lindex [wait] 3]"
    );
    let script_file = user.desk().parent().unwrap().join("talk.exp");
    fs::write(&script_file, script).unwrap();
    let mut expect = Command::new("expect");
    expect.arg(script_file).arg(env!("CARGO_BIN_EXE_patchveil"));
    let output = user.within(expect, args).output().unwrap();
    (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
}

#[cfg(unix)]
#[test]
fn at_a_terminal_secrets_are_asked_for_and_not_shown() {
    if !is_there("expect") {
        return skipped("questions at a terminal", "there is no expect", true);
    }
    let user = User::with_key();
    let twice = |second: &str| {
        format!(
            "expect \"New passphrase: \" {{ type {{correct horse}} }}\n\
             expect \"Repeat it: \" {{ type {{{second}}} }}"
        )
    };
    let (code, screen) = at_a_terminal(&user, &["key", "passphrase"], &twice("correct house"));
    assert_eq!(code, Some(2), "{screen}");
    assert!(screen.contains("the two passphrases differ; nothing was changed"), "{screen}");
    assert!(!Keyring::is_locked(&user.keyring()).unwrap());
    let (code, screen) = at_a_terminal(&user, &["key", "passphrase"], &twice("correct horse"));
    assert_eq!(code, Some(0), "{screen}");
    assert!(!screen.contains("correct"), "{screen}");
    relock_cheaply(&user);

    let once = "expect \"Passphrase of the keyring: \" { type {correct horse} }";
    let (code, screen) = at_a_terminal(&user, &["key", "list"], once);
    assert_eq!(code, Some(0), "{screen}");
    assert!(screen.contains(CLASS) && !screen.contains("correct"), "{screen}");

    // Removing wants the name of the class.
    user.put("pass", "correct horse\n");
    let remove = ["key", "remove", CLASS, "--passphrase-file", "pass"];
    let answer = |name: &str| format!("expect \"to remove it:\" {{ type {{{name}}} }}");
    let (code, screen) = at_a_terminal(&user, &remove, &answer("yes"));
    assert_eq!(code, Some(2), "{screen}");
    assert!(screen.contains("nothing was removed"), "{screen}");
    let (code, screen) = at_a_terminal(&user, &remove, &answer(CLASS));
    assert_eq!(code, Some(0), "{screen}");
    assert!(screen.contains("removed Night Show"), "{screen}");
}
