//! `patchveil case`: evidence in, a report out, and never a key.
#![expect(clippy::unwrap_used, reason = "a failed test may panic")]

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::support::case::{trace_result, user_with_case};
use crate::support::command::{CLASS, KEY, Ran, User, is_there, key, skipped};
use patchveil_veil::ClassKey;

fn report(user: &User) -> String {
    String::from_utf8(user.read("Somebody.case/report.html")).unwrap()
}

/// The words on a page, without its style and pictures.
fn words(html: &str) -> Vec<String> {
    let body = html.split_once("<body>").unwrap().1;
    let mut text = String::new();
    let mut inside = true;
    for letter in body.chars() {
        match letter {
            '<' => (inside, text) = (false, text + " "),
            '>' => inside = true,
            letter if inside => text.push(letter),
            _ => {}
        }
    }
    let text = text.replace("&quot;", "\"").replace("&#39;", "'").replace("&lt;", "<");
    let text = text.replace("&gt;", ">").replace("&amp;", "&");
    text.split_whitespace().map(str::to_owned).collect()
}

#[test]
fn a_case_becomes_a_report_that_names_every_file_with_its_hashes() {
    let user = user_with_case();
    user.put("mail.txt", "Dear Sir");
    user.run(&["case", "add", "Somebody.case", "mail.txt", "--note", "Their answer of 3 May"])
        .succeeds();
    let said = user.run(&["case", "report", "Somebody.case"]).succeeds().out;
    assert!(said.contains("no time stamp is in this case"), "{said}");
    let page = report(&user);
    for name in ["001-commitment.txt", "002-patchveil.jsonl", "003-detect.json", "006-mail.txt"] {
        assert!(page.contains(name), "{name} is not in the report");
        let hash = blake3::hash(&user.read(format!("Somebody.case/evidence/{name}")));
        assert!(page.contains(&*hash.to_hex()), "the hash of {name} is not in the report");
    }
    let expected = [
        "no legal advice",
        "at most 1 in 330,000,000",
        "Their answer of 3 May",
        &key().fingerprint().to_string(),
        &key().echo_key().commitment(),
        "--key &quot;Night Show&quot;",
        "data:image/png;base64,",
        "A p-value is not that.",
    ];
    for text in expected {
        assert!(page.contains(text), "{text} is not in the report");
    }
    assert!(!page.contains("secret folder"), "the report shows folders of the owner's computer");
    assert!(user.read("Somebody.case/report.pdf").starts_with(b"%PDF-"));
}

#[test]
fn what_was_added_is_an_exact_copy_and_the_original_stays() {
    let user = user_with_case();
    for (original, copy) in
        [("patchveil.jsonl", "002-patchveil.jsonl"), ("found.png", "004-found.png")]
    {
        assert_eq!(user.read(original), user.read(format!("Somebody.case/evidence/{copy}")));
    }
    let again = user.run(&["case", "add", "Somebody.case", "found.png"]).succeeds();
    assert!(again.out.contains("was there already"), "{again:?}");
}

#[test]
fn page_and_paper_say_the_same_and_the_text_on_paper_is_real() {
    if !is_there("pdftotext") {
        return skipped("the text of the PDF", "pdftotext is missing", true);
    }
    let user = user_with_case();
    let note = "Größe, Œuvre, Łódź, Ångström, Šiška, Αθήνα, Москва";
    user.run(&["case", "add", "Somebody.case", "episode.wav", "--note", note]).succeeds();
    user.run(&["case", "report", "Somebody.case"]).succeeds();
    let path = user.path("Somebody.case/report.pdf");
    let paper = Ran::of(Command::new("pdftotext").arg("-raw").arg(path).arg("-")).succeeds().out;
    let paper: String = paper.split_whitespace().collect();
    for word in words(&report(&user)) {
        assert!(paper.contains(&word), "{word:?} is on the page and not on paper");
    }
}

#[test]
fn no_key_is_anywhere_in_a_case_and_none_can_be_added() {
    let user = user_with_case();
    user.run(&["case", "report", "Somebody.case"]).succeeds();
    let echo_key = key().echo_key().to_text();
    let hexadecimal: String = KEY.iter().map(|byte| format!("{byte:02x}")).collect();
    for name in user.files().iter().filter(|name| name.starts_with("Somebody.case/")) {
        let content = user.read(name);
        let holds = |secret: &[u8]| content.windows(secret.len()).any(|part| part == secret);
        for secret in
            [&KEY[..], key().to_text().as_bytes(), echo_key.as_bytes(), hexadecimal.as_bytes()]
        {
            assert!(!holds(secret), "{name} holds a key");
        }
    }
    user.run(&["key", "export", CLASS, "-o", "key.txt"]).succeeds();
    for (name, content) in
        [("backup.txt", user.read("key.txt")), ("echo.txt", echo_key.as_bytes().to_vec())]
    {
        user.put(name, content);
        user.run(&["case", "add", "Somebody.case", name]).fails(1, &[name, "holds a secret key"]);
    }
}

#[test]
fn disclosing_writes_the_echo_key_that_was_committed_to_and_says_what_that_means() {
    let user = user_with_case();
    user.run(&["case", "report", "Somebody.case", "--disclose"]).succeeds();
    let echo_key = key().echo_key().to_text();
    assert_eq!(user.read("Somebody.case/echo-key.txt"), format!("{}\n", *echo_key).as_bytes());
    let page = report(&user);
    assert!(page.contains("is disclosed with this report") && !page.contains(&**echo_key));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode =
            fs::metadata(user.path("Somebody.case/echo-key.txt")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    user.run(&["case", "report", "Somebody.case", "--disclose", "--force"]).succeeds();
    user.run(&["key", "rename", CLASS, "Day Show"]).succeeds();
    user.run(&["case", "report", "Somebody.case", "--disclose", "--force"]).succeeds();
    user.run(&["key", "remove", "Day Show", "--yes"]).succeeds();
    user.run(&["case", "report", "Somebody.case", "--force"]).succeeds();
    user.run(&["case", "report", "Somebody.case", "--disclose", "--force"])
        .fails(2, &["no key with the fingerprint"]);
}

#[test]
fn a_case_can_be_moved_and_renamed() {
    let user = user_with_case();
    fs::create_dir(user.path("archive")).unwrap();
    fs::rename(user.path("Somebody.case"), user.path("archive/2026")).unwrap();
    user.put("note.txt", "later");
    user.run(&["case", "add", "archive/2026", "note.txt"]).succeeds();
    user.run(&["case", "report", "archive/2026"]).succeeds();
    assert!(
        String::from_utf8(user.read("archive/2026/report.html")).unwrap().contains("006-note.txt")
    );
}

#[test]
fn changed_and_missing_evidence_is_named_and_nothing_is_reported_on_it() {
    let user = user_with_case();
    let mut content = user.read("Somebody.case/evidence/005-trace.json");
    content[40] ^= 1;
    user.put("Somebody.case/evidence/005-trace.json", &content);
    user.run(&["case", "report", "Somebody.case"]).fails(1, &["005-trace.json", "hash is not"]);
    fs::remove_file(user.path("Somebody.case/evidence/002-patchveil.jsonl")).unwrap();
    let ran = user.run(&["case", "report", "Somebody.case"]);
    assert_eq!((ran.code, ran.err.lines().count()), (Some(1), 2), "{ran:?}");
    ran.says(&["002-patchveil.jsonl: is missing"]);
    assert!(!user.path("Somebody.case/report.html").exists());
}

#[test]
fn evidence_that_was_changed_together_with_its_hash_disagrees_with_the_stamped_list() {
    let user = user_with_case();
    user.run(&["case", "add", "Somebody.case", "--stamp-request"]).succeeds();
    let name = "Somebody.case/evidence/005-trace.json";
    let before = user.read(name);
    let after =
        String::from_utf8(before.clone()).unwrap().replace("\"sigmas\":6.1", "\"sigmas\":9.9");
    user.put(name, &after);
    let sha256 = |content: &[u8]| {
        use sha2::Digest;
        let hash = sha2::Sha256::digest(content);
        hash.iter().map(|byte| format!("{byte:02x}")).collect::<String>()
    };
    let case = String::from_utf8(user.read("Somebody.case/case.json")).unwrap();
    let case =
        case.replace(&*blake3::hash(&before).to_hex(), &blake3::hash(after.as_bytes()).to_hex());
    let case = case.replace(&sha256(&before), &sha256(after.as_bytes()));
    user.put("Somebody.case/case.json", case);
    user.run(&["case", "report", "Somebody.case"])
        .fails(1, &["006-hashes.sha256", "lists other hashes"]);
}

#[test]
fn reports_are_replaced_by_force_only_and_letters_never() {
    let user = user_with_case();
    user.run(&["case", "report", "Somebody.case", "--html"]).succeeds();
    assert!(!user.path("Somebody.case/report.pdf").exists());
    let letters: Vec<String> =
        user.files().into_iter().filter(|name| name.contains("/letters/")).collect();
    assert_eq!(letters.len(), 5);
    for letter in &letters {
        let text = String::from_utf8(user.read(letter)).unwrap();
        assert!(text.contains("no legal advice") && text.contains("[YOUR NAME]"), "{letter}");
        assert!(
            text.contains(&key().fingerprint().to_string()) && text.contains("3e-9"),
            "{letter}"
        );
        assert!(!text.contains('{'), "{letter}");
    }
    user.put(&letters[0], "filled in");
    user.run(&["case", "report", "Somebody.case"]).fails(1, &["report.html", "--force"]);
    user.run(&["case", "report", "Somebody.case", "--force"]).succeeds();
    assert_eq!(user.read(&letters[0]), b"filled in");
}

#[test]
fn names_that_are_no_file_names_make_cases_all_the_same() {
    let user = User::with_key();
    user.run(&["key", "new", "AC/DC: \"live\" <&>"]).succeeds();
    user.run(&["case", "open", "../AC/DC", "--key", "AC/DC: \"live\" <&>"]).succeeds();
    user.run(&["case", "report", "_AC_DC.case"]).succeeds();
    let page = String::from_utf8(user.read("_AC_DC.case/report.html")).unwrap();
    assert!(page.contains("AC/DC: &quot;live&quot; &lt;&amp;&gt;"));
    user.run(&["case", "open", "../AC/DC"]).fails(1, &["_AC_DC.case", "exists already"]);
    user.run(&["case", "open", " "]).fails(2, &["needs a name"]);
    user.run(&["case", "open", "x", "--preset", "balanced@1"]).fails(2, &["has no echo"]);
    user.run(&["case", "open", "x", "--key", "nobody"]).fails(2, &["nobody"]);
    user.run(&["case", "open", "x", "-o", "else where/y"]).succeeds();
    user.run(&["case", "report", "else where/y"]).succeeds();
}

#[test]
fn what_is_no_evidence_of_the_class_is_refused_in_one_line() {
    let user = user_with_case();
    let other = ClassKey::from_bytes([1; 32]).fingerprint().to_string();
    let foreign = trace_result(6.0, 60.0, 1e-9).replace(&key().fingerprint().to_string(), &other);
    user.put("foreign.json", foreign);
    user.put(
        "cut.json",
        trace_result(6.0, 60.0, 1e-9)
            .replace("\"sigmas\":6,\"p_value\"", "\"sigmas\":\"?\",\"p_value\""),
    );
    user.put("empty", "");
    user.put("broken.png", b"\x89PNG\r\n\x1a\nand no more");
    let mut manifest = user.read("patchveil.jsonl");
    manifest.extend(b"{\"audio_after\":1}\n");
    user.put("damaged.jsonl", manifest);
    let refused = [
        ("foreign.json", "says nothing of this case's class"),
        ("cut.json", "cannot be read"),
        ("empty", "is empty"),
        ("broken.png", "damaged PNG"),
        ("damaged.jsonl", "line 2 is damaged"),
        ("missing.txt", "cannot be read"),
        (".", "holds no patchveil.receipts.jsonl; name the files"),
    ];
    for (name, why) in refused {
        user.run(&["case", "add", "Somebody.case", name]).fails(1, &[name, why]);
    }
    user.put("fine.txt", "fine");
    let ran = user.run(&["case", "add", "Somebody.case", "empty", "fine.txt"]);
    assert_eq!(ran.code, Some(1));
    assert!(ran.out.contains("fine.txt"), "what is fine is added all the same: {ran:?}");
}

#[test]
fn what_is_no_case_is_refused_in_one_line() {
    let user = user_with_case();
    user.put("a file", "x");
    for folder in ["nowhere", "a file", "."] {
        user.run(&["case", "report", folder]).fails(2, &["is not a case"]);
    }
    let good = String::from_utf8(user.read("Somebody.case/case.json")).unwrap();
    let bad = [
        (good.replace("\"version\": 1", "\"version\": 9"), "newer than this Patchveil"),
        (good.replace("evidence/002-", "evidence/../../"), "outside the case"),
        (good[..200].to_owned(), "is damaged"),
        ("\u{7f}".to_owned(), "is damaged"),
    ];
    for (text, why) in bad {
        user.put("Somebody.case/case.json", text);
        user.run(&["case", "report", "Somebody.case"]).fails(1, &["case.json", why]);
    }
}

/// A time-stamping authority of one's own.
struct Authority<'a>(&'a User);

impl Authority<'_> {
    fn new(user: &User) -> Authority<'_> {
        let authority = Authority(user);
        user.put("tsa/serial", "01");
        user.put(
            "tsa/tsa.cnf",
            "[tsa]\ndefault_tsa = one\n[one]\nserial = tsa/serial\ndefault_policy = 1.2.3.4.1\nsigner_digest = sha256\ndigests = sha256, \
             sha512\naccuracy = secs:1, millisecs:500\nordering = yes\ntsa_name = yes\n[ext]\nextendedKeyUsage = \
             critical,timeStamping\n[req]\ndistinguished_name = dn\n[dn]\n",
        );
        authority.openssl(
            "req -x509 -newkey rsa:2048 -nodes -keyout tsa/key.pem -out tsa/cert.pem -days 2 -config tsa/tsa.cnf \
             -extensions ext -subj /O=Müller/CN=Test-TSA -utf8",
        );
        authority
    }

    fn openssl(&self, arguments: &str) {
        let arguments: Vec<&str> = arguments.split(' ').collect();
        let ran = Ran::of(&mut self.0.within(Command::new("openssl"), &arguments));
        assert_eq!(ran.code, Some(0), "{ran:?}");
    }

    fn reply(&self, request: &str, reply: &str) {
        self.openssl(&format!(
            "ts -reply -queryfile {request} -signer tsa/cert.pem -inkey tsa/key.pem -config tsa/tsa.cnf -out {reply}"
        ));
    }
}

#[test]
fn a_time_stamp_of_the_hash_list_is_asked_for_and_its_reply_belongs_to_it() {
    if !is_there("openssl") {
        return skipped("time stamps", "openssl is missing", true);
    }
    let user = user_with_case();
    let said = user.run(&["case", "add", "Somebody.case", "--stamp-request"]).succeeds().out;
    assert!(said.contains("nothing was sent") && said.contains("curl"), "{said}");
    let evidence = "Somebody.case/evidence";
    let list = String::from_utf8(user.read(format!("{evidence}/006-hashes.sha256"))).unwrap();
    assert_eq!(list.lines().count(), 5);
    let authority = Authority::new(&user);
    let request = format!("{evidence}/007-hashes.tsq");
    authority.reply(&request, "reply.tsr");
    // What openssl made of our request is accepted, and verifies with openssl as the report says.
    user.run(&["case", "add", "Somebody.case", "reply.tsr"]).succeeds();
    authority.openssl(&format!(
        "ts -verify -data {evidence}/006-hashes.sha256 -in {evidence}/008-reply.tsr -CAfile tsa/cert.pem"
    ));
    authority.openssl(&format!(
        "ts -verify -queryfile {request} -in {evidence}/008-reply.tsr -CAfile tsa/cert.pem"
    ));
    user.run(&["case", "report", "Somebody.case"]).succeeds();
    let page = report(&user);
    for text in [
        "006-hashes.sha256",
        "Test-TSA",
        "openssl ts -verify -data",
        "signatures of the authorities were not",
    ] {
        assert!(page.contains(text), "{text} is not in the report");
    }
    assert!(!page.contains("rest on the clocks"));
}

#[test]
fn a_time_stamp_of_something_else_is_refused() {
    if !is_there("openssl") {
        return skipped("time stamps", "openssl is missing", true);
    }
    let user = user_with_case();
    let authority = Authority::new(&user);
    user.put("other.txt", "something else");
    authority.openssl("ts -query -data other.txt -sha512 -out other.tsq -config tsa/tsa.cnf");
    authority.reply("other.tsq", "other.tsr");
    user.run(&["case", "add", "Somebody.case", "other.tsr"])
        .fails(1, &["other.tsr", "not in this case"]);
    // Once what was stamped is there, so may the stamp be.
    user.run(&["case", "add", "Somebody.case", "other.txt"]).succeeds();
    let added = user.run(&["case", "add", "Somebody.case", "other.tsr"]).succeeds().out;
    assert!(added.starts_with("time-stamp reply"), "{added}");
    // A policy that the authority does not offer: it refuses, and so do we.
    authority.openssl(
        "ts -query -data other.txt -tspolicy 1.2.3.4.9 -out policy.tsq -config tsa/tsa.cnf",
    );
    let refusal = "ts -reply -queryfile policy.tsq -signer tsa/cert.pem -inkey tsa/key.pem -config tsa/tsa.cnf -out refused.tsr";
    let refusal: Vec<&str> = refusal.split(' ').collect();
    Ran::of(&mut user.within(Command::new("openssl"), &refusal));
    assert!(Path::new(&user.path("refused.tsr")).exists());
    user.run(&["case", "add", "Somebody.case", "refused.tsr"]).fails(1, &["granted no time stamp"]);
}

#[cfg(unix)]
#[test]
fn two_commands_that_add_at_once_lose_nothing() {
    let user = user_with_case();
    let lock = fs::File::options().write(true).open(user.path("Somebody.case/.lock")).unwrap();
    lock.lock().unwrap();
    user.put("a.txt", "a");
    user.run(&["case", "add", "Somebody.case", "a.txt"]).fails(1, &["another command is adding"]);
    drop(lock);
    user.run(&["case", "add", "Somebody.case", "a.txt"]).succeeds();
}
