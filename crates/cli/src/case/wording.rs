//! Figures, times and commands as text, the same in reports and letters.

use jiff::Timestamp;
use patchveil_receipts::to_the_second;
use patchveil_spectral::axis::true_minus;

/// A moment to the second, in UTC.
pub(super) fn time(at: Timestamp) -> String {
    format!("{} UTC", to_the_second(&at.to_string()))
}

/// A p-value as scientists write it.
pub(super) fn probability(p: f64) -> String {
    if p >= 0.001 { format!("{p:.3}") } else { format!("{p:.0e}") }
}

/// A p-value as odds, for everybody.
pub(super) fn odds(p: f64) -> String {
    if p >= 0.5 {
        return "about as likely as not".to_owned();
    }
    if p < 1e-9 {
        return "less than 1 in 1,000,000,000".to_owned();
    }
    // Two digits, rounded down, so that no more is claimed than was found.
    let times = 1.0 / p;
    let unit = 10_f64.powf(times.log10().floor() - 1.0).max(1.0);
    format!("at most 1 in {}", grouped(((times / unit + 1e-9).floor() * unit) as u64))
}

/// A number with commas between thousands.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A score.
pub(super) fn score(sigmas: f64) -> String {
    format!("{}\u{a0}σ", decimal(sigmas))
}

/// A number with one decimal.
pub(super) fn decimal(number: f64) -> String {
    true_minus(&format!("{number:.1}"))
}

/// “1 recording”, “2 recordings”.
pub(super) fn count(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

/// A length in seconds, or in minutes where it is long.
pub(super) fn length(seconds: f64) -> String {
    if seconds < 180.0 {
        format!("{seconds:.1}\u{a0}s")
    } else {
        format!("{:.1}\u{a0}min", seconds / 60.0)
    }
}

/// The name of a file as a shell wants it, and no command takes it for an option.
#[must_use]
pub fn quoted(file: &str) -> String {
    if file.starts_with('-') {
        return shell_word(&format!("./{file}"));
    }
    shell_word(file)
}

/// An option with a value, as a shell wants it.
pub(super) fn option(name: &str, value: &str) -> String {
    // What begins with a hyphen would be taken for another option.
    let separator = if value.starts_with('-') { '=' } else { ' ' };
    format!("{name}{separator}{}", shell_word(value))
}

fn shell_word(argument: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_./,@%+=".contains(c);
    if !argument.is_empty() && argument.chars().all(plain) {
        return argument.to_owned();
    }
    let mut text = String::from("\"");
    for c in argument.chars() {
        if "\"\\$`".contains(c) {
            text.push('\\');
        }
        text.push(if c.is_control() { ' ' } else { c });
    }
    text.push('"');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odds_never_claim_more_than_p() {
        assert_eq!(odds(3e-7), "at most 1 in 3,300,000");
        assert_eq!(odds(1e-6), "at most 1 in 1,000,000");
        assert_eq!(odds(0.04), "at most 1 in 25");
        assert_eq!(odds(0.3), "at most 1 in 3");
        assert_eq!(odds(1e-92), "less than 1 in 1,000,000,000");
        assert_eq!(odds(1.0), "about as likely as not");
    }

    #[test]
    fn arguments_are_quoted_where_a_shell_needs_it() {
        assert_eq!(quoted("a/b-1.wav"), "a/b-1.wav");
        assert_eq!(quoted("Night Show"), "\"Night Show\"");
        assert_eq!(quoted("a\"$(b)`c`"), "\"a\\\"\\$(b)\\`c\\`\"");
        assert_eq!(quoted(""), "\"\"");
    }

    #[test]
    fn no_file_or_class_passes_for_an_option() {
        assert_eq!(quoted("--recipe=x.wav"), "./--recipe=x.wav");
        assert_eq!(quoted("-o out.wav"), "\"./-o out.wav\"");
        assert_eq!(quoted("-"), "./-");
        assert_eq!(option("--key", "Night Show"), "--key \"Night Show\"");
        assert_eq!(option("--key", "--all-keys"), "--key=--all-keys");
    }
}
