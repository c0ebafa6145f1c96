//! Both systems by their commands.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use patchveil_test_support::Rng;
use serde_json::Value;

use super::results::{Answer, FOUND_P, System};
use crate::run::{find, output};

/// The variable that names the program audiowmark.
const VARIABLE: &str = "AUDIOWMARK";
/// Bits of a message of audiowmark.
const BITS: u32 = 128;

/// Both commands, with keys of their own in a folder.
pub(super) struct Systems {
    pub(super) patchveil: PathBuf,
    pub(super) audiowmark: PathBuf,
    /// Options that name the recipe.
    pub(super) recipe: Vec<String>,
    pub(super) decoys: Option<u32>,
    pub(super) folder: PathBuf,
}

/// The program audiowmark, of the environment or of PATH.
pub(super) fn audiowmark() -> Result<PathBuf, String> {
    let named = std::env::var_os(VARIABLE).map(PathBuf::from).filter(|path| path.is_file());
    named.or_else(|| find("audiowmark")).ok_or_else(|| {
        format!(
            "audiowmark is missing: install it from your distribution or from \
             https://github.com/swesterfeld/audiowmark, or name the program in {VARIABLE}"
        )
    })
}

impl Systems {
    /// What the commands say of their versions.
    pub(super) fn versions(&self) -> Result<(String, String), String> {
        let version =
            |program| output(Command::new(program).arg("--version")).map(|v| v.trim().to_owned());
        Ok((version(&self.patchveil)?, version(&self.audiowmark)?))
    }

    /// A new key of either system.
    pub(super) fn new_key(&self, key: &str) -> Result<(), String> {
        output(self.patchveil().args(["key", "new", key]))?;
        let file = self.audiowmark_key(key);
        output(Command::new(&self.audiowmark).arg("gen-key").arg(file).args(["--name", key]))
            .map(drop)
    }

    /// The command that marks `from` as `to`.
    pub(super) fn mark(&self, system: System, key: &str, from: &Path, to: &Path) -> Command {
        match system {
            System::Patchveil => {
                let mut command = self.patchveil();
                command.arg("protect").arg(from).args(["--key", key]).args(&self.recipe);
                command.args(["--no-manifest", "--force", "--json", "--output"]).arg(to);
                command
            }
            System::Audiowmark => {
                let mut command = Command::new(&self.audiowmark);
                command.args(["add", "--key"]).arg(self.audiowmark_key(key));
                command.arg(from).arg(to).arg(message(key));
                command
            }
        }
    }

    /// The command that looks for some keys in a file. Only audiowmark has to be asked to look for
    /// other speeds.
    pub(super) fn look(&self, system: System, keys: &[&str], file: &Path, speed: bool) -> Command {
        match system {
            System::Patchveil => {
                let mut command = self.patchveil();
                command.arg("detect").arg(file).args(&self.recipe).arg("--json");
                if let Some(decoys) = self.decoys {
                    command.args(["--decoys", &decoys.to_string()]);
                }
                for key in keys {
                    command.args(["--key", key]);
                }
                command
            }
            System::Audiowmark => {
                let mut command = Command::new(&self.audiowmark);
                command.args(["get", "--json", "-"]);
                for key in keys {
                    command.arg("--key").arg(self.audiowmark_key(key));
                }
                command.args(speed.then_some("--detect-speed")).arg(file);
                command
            }
        }
    }

    /// Looks for some keys in a file; an answer for each.
    pub(super) fn answers(
        &self,
        system: System,
        keys: &[&str],
        file: &Path,
        speed: bool,
    ) -> Result<Vec<Answer>, String> {
        let mut command = self.look(system, keys, file, speed);
        let done = command.output().map_err(|e| format!("{}: {e}", system.name()))?;
        let printed = String::from_utf8_lossy(&done.stdout);
        let complaint = || {
            let said = String::from_utf8_lossy(&done.stderr);
            format!("{} on {}: {}{said}{printed}", system.name(), file.display(), done.status)
        };
        let answers = match system {
            System::Patchveil => patchveil_answers(&printed, keys),
            System::Audiowmark => audiowmark_answers(&printed, keys),
        };
        answers.ok_or_else(complaint)
    }

    fn patchveil(&self) -> Command {
        let mut command = Command::new(&self.patchveil);
        command.env("PATCHVEIL_KEYRING", self.folder.join("keyring"));
        command
    }

    fn audiowmark_key(&self, key: &str) -> PathBuf {
        self.folder.join(format!("{key}.key"))
    }

    /// Removes the keys of an earlier run.
    pub(super) fn clear(&self) -> Result<(), String> {
        let failed = |e| format!("{}: {e}", self.folder.display());
        if self.folder.exists() {
            fs::remove_dir_all(&self.folder).map_err(failed)?;
        }
        fs::create_dir_all(&self.folder).map_err(failed)
    }
}

/// The 128 bits that audiowmark hides with a key, in hexadecimal digits.
fn message(key: &str) -> String {
    let mut rng = Rng::from_text(key);
    format!("{:016x}{:016x}", rng.bits(), rng.bits())
}

/// JSON values, one after another. What they say of a key is looked for anywhere in them, so that a
/// new layout of the output needs no new bench. A file in which nothing can be judged says nothing
/// of any key, and no key is found in it.
fn patchveil_answers(printed: &str, keys: &[&str]) -> Option<Vec<Answer>> {
    let values = serde_json::Deserializer::from_str(printed).into_iter::<Value>();
    let values: Vec<Value> = values.collect::<Result<_, _>>().ok()?;
    if values.is_empty() {
        return None;
    }
    let answer = |key: &&str| {
        let mut answers = Vec::new();
        values.iter().for_each(|value| collect_answers(value, key, &mut answers));
        // A key may have several, one for each stretch that carries it.
        let p_value = |answer: &Answer| answer.p_value.unwrap_or(1.0);
        answers.into_iter().min_by(|a, b| p_value(a).total_cmp(&p_value(b))).unwrap_or_else(|| {
            eprintln!("counted as not found: {}", printed.trim());
            Answer::default()
        })
    };
    Some(keys.iter().map(answer).collect())
}

/// Everything that a value says of a key: objects that name it as their class or key, and what has
/// its name in an object, be it an object or only a p-value.
fn collect_answers(value: &Value, key: &str, answers: &mut Vec<Answer>) {
    match value {
        Value::Array(values) => {
            values.iter().for_each(|value| collect_answers(value, key, answers));
        }
        Value::Object(fields) => {
            if ["class", "key"].iter().any(|name| value[*name] == key) {
                answers.extend(patchveil_answer(value));
            }
            for (name, field) in fields {
                if name == key {
                    answers.extend(patchveil_answer(field));
                }
                collect_answers(field, key, answers);
            }
        }
        _ => {}
    }
}

/// An object with a p-value, or the p-value alone.
fn patchveil_answer(value: &Value) -> Option<Answer> {
    let p_value = value.as_f64().or_else(|| value["p_value"].as_f64())?;
    let found = p_value <= FOUND_P;
    Some(Answer {
        found,
        p_value: Some(p_value),
        sigmas: value["sigmas"].as_f64(),
        ..Answer::default()
    })
}

/// A list of patterns, each with its key. Found means that all bits of one are right.
fn audiowmark_answers(printed: &str, keys: &[&str]) -> Option<Vec<Answer>> {
    let start = printed.find('{')?;
    let printed: Value = serde_json::from_str(&printed[start..]).ok()?;
    let patterns = printed["matches"].as_array()?;
    let answer = |key: &&str| {
        let of_key = || patterns.iter().filter(|pattern| pattern["key"] == **key);
        let sent = u128::from_str_radix(&message(key), 16).ok();
        let wrong = |pattern: &Value| {
            let bits = u128::from_str_radix(pattern["bits"].as_str()?, 16).ok()?;
            Some((bits ^ sent?).count_ones())
        };
        let all_wrong: Vec<u32> = of_key().filter_map(wrong).collect();
        let wrong_bits = all_wrong.iter().min().copied();
        let syncs = of_key().filter_map(|pattern| pattern["quality"].as_f64());
        Answer {
            found: wrong_bits == Some(0),
            p_value: Some(wrong_bits.map_or(1.0, |wrong| chance(wrong, all_wrong.len()))),
            wrong_bits,
            sync: syncs.max_by(f64::total_cmp),
            ..Answer::default()
        }
    };
    Some(keys.iter().map(answer).collect())
}

/// Probability, or a little more, that one of so many patterns has at most `wrong` bits wrong where
/// the message is not in the file: its bits are then fair coins to the pattern, so the number of
/// wrong ones is binomial.
fn chance(wrong: u32, patterns: usize) -> f64 {
    let mut ways = 0.5_f64.powi(BITS as i32);
    let mut sum = ways;
    for k in 0..wrong {
        ways *= f64::from(BITS - k) / f64::from(k + 1);
        sum += ways;
    }
    (sum * patterns as f64).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_found_if_any_stretch_has_a_p_value_of_a_millionth() {
        let printed = r#"{"class":"a","found":false,"p_value":0.4,"sigmas":0.1}
            {"class":"a","found":true,"p_value":1e-6,"sigmas":7.0}
            {"class":"b","found":true,"p_value":0.001,"sigmas":3.5}"#;
        let answers = patchveil_answers(printed, &["a", "b"]).unwrap();
        assert!(answers[0].found && answers[0].p_value == Some(1e-6));
        assert_eq!(answers[0].sigmas, Some(7.0));
        assert!(!answers[1].found && answers[1].p_value == Some(0.001));
        assert!(patchveil_answers("", &["a"]).is_none());
        assert!(patchveil_answers("error: no such file", &["a"]).is_none());
    }

    #[test]
    fn p_values_are_read_from_any_layout() {
        for printed in [
            r#"{"status":"done","p_values":{"a":2e-9,"b":0.3}}"#,
            r#"{"keys":{"a":{"p_value":2e-9,"seconds":[[0,3]]},"b":{"p_value":0.3}}}"#,
            r#"[{"input":"x.wav","keys":[{"class":"a","p_value":2e-9},{"class":"b","p_value":0.3}]}]"#,
            "{\n  \"key\": \"a\",\n  \"p_value\": 2e-9\n}\n{\"key\": \"b\", \"p_value\": 0.3}",
        ] {
            let answers = patchveil_answers(printed, &["a", "b"]).unwrap();
            let p_values = answers.iter().map(|answer| answer.p_value);
            assert!(p_values.eq([Some(2e-9), Some(0.3)]), "{printed}");
            assert!(answers[0].found && !answers[1].found);
        }
    }

    #[test]
    fn no_key_is_found_where_nothing_can_be_judged() {
        let answers = patchveil_answers(r#"{"status":"silent","input":"x.wav"}"#, &["a"]).unwrap();
        assert!(!answers[0].found && answers[0].p_value.is_none());
    }

    #[test]
    fn a_message_of_audiowmark_counts_only_with_all_its_bits() {
        let right = message("a");
        let one_wrong = format!("{:032x}", u128::from_str_radix(&right, 16).unwrap() ^ 1);
        let of = |bits: &str| {
            let printed = format!(
                r#"{{"matches":[{{"key":"a","bits":"{bits}","quality":1.5}},
                    {{"key":"b","bits":"{right}","quality":0.2}}]}}"#
            );
            audiowmark_answers(&printed, &["a", "b"]).unwrap()
        };
        assert!(of(&right)[0].found && !of(&right)[1].found);
        assert_eq!((of(&one_wrong)[0].found, of(&one_wrong)[0].wrong_bits), (false, Some(1)));
        assert_eq!(of(&right)[0].sync, Some(1.5));
    }

    #[test]
    fn half_of_the_bits_are_right_by_chance() {
        assert!((chance(0, 1) - 0.5_f64.powi(128)).abs() < 1e-45);
        // 64 of 128, and half of the others.
        assert!((chance(64, 1) - 0.535_19).abs() < 1e-4, "{}", chance(64, 1));
        assert_eq!(chance(64, 8), 1.0);
        assert!(chance(30, 8) < 1e-6 && chance(40, 8) > 1e-6);
    }
}
