//! Completions and manual pages.

use std::process::Command;

use crate::support::command::{Ran, User, is_there};

#[test]
fn every_shell_completes_commands_and_options() {
    let user = User::new();
    for shell in ["bash", "zsh", "fish", "powershell"] {
        let script = user.run(&["completions", shell]).succeeds().out;
        for word in ["protect", "files-from", "key-map", "completions"] {
            assert!(script.contains(word), "{shell}: {word}");
        }
        user.put(shell, &script);
    }
    if is_there("bash") {
        // What a user gets who types `patchveil protect --resu` and the tabulator.
        let script = ". ./bash; COMP_WORDS=(patchveil protect --resu); COMP_CWORD=2; \
                      _patchveil patchveil --resu protect; echo \"${COMPREPLY[@]}\"";
        let mut bash = Command::new("bash");
        bash.args(["-c", script]);
        let ran = Ran::of(&mut user.within::<&str>(bash, &[])).succeeds();
        assert_eq!(ran.out, "--resume\n");
    }
}

#[test]
fn every_command_has_a_manual_page() {
    let user = User::new();
    let ran = user.run(&["man", "man1"]).succeeds();
    let pages = user.files();
    assert_eq!(ran.out.lines().count(), pages.len());
    for page in ["patchveil", "patchveil-protect", "patchveil-key-new", "patchveil-case-recheck"] {
        assert!(pages.contains(&format!("man1/{page}.1")), "{pages:?}");
    }
    let page = String::from_utf8(user.read("man1/patchveil-protect.1")).unwrap();
    assert!(page.contains(".TH PATCHVEIL") && page.contains("files\\-from"), "{page}");
    user.run(&["man", "man1"]).fails(1, &["exists already"]);
    user.run(&["man", "man1", "--force"]).succeeds();
}
