//! Privacy accounting, by the Python package `dp-accounting` (Google). The crate `opendp` amplifies
//! by subsampling for pure and approximate differential privacy only, which is loose for the
//! subsampled Gaussian mechanism of DP-SGD by a factor.

use std::path::Path;
use std::process::{Command, Stdio};

use serde::{Deserialize, Serialize};

const SCRIPT: &str = include_str!("accountant.py");

/// What is accounted for: Poisson-sampled Gaussian mechanisms in a row. Neighbouring data sets
/// differ by one clip that is there or not.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Steps {
    /// Probability with which each clip takes part in a step.
    pub sampling: f64,
    /// Number of steps.
    pub steps: usize,
    /// δ.
    pub delta: f64,
}

/// A noise multiplier and the ε that it keeps.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Accounted {
    /// The ε that was asked for.
    pub asked: f64,
    /// Standard deviation of the noise as a multiple of the bound on gradients.
    pub multiplier: f64,
    /// The ε of this multiplier.
    pub epsilon: f64,
}

impl Steps {
    /// The smallest noise for each ε, and the ε that results.
    ///
    /// # Errors
    /// Why there is no answer, in one line that says what to do.
    pub fn noise_for(&self, epsilons: &[f64], python: &Path) -> Result<Vec<Accounted>, String> {
        let multipliers = self.ask("noise", epsilons, python)?;
        let accounted = self.epsilons_of(&multipliers, python)?;
        let all = epsilons.iter().zip(multipliers).zip(accounted);
        Ok(all
            .map(|((&asked, multiplier), epsilon)| Accounted { asked, multiplier, epsilon })
            .collect())
    }

    /// The ε of each noise multiplier.
    ///
    /// # Errors
    /// Why there is no answer, in one line that says what to do.
    pub fn epsilons_of(&self, multipliers: &[f64], python: &Path) -> Result<Vec<f64>, String> {
        self.ask("epsilon", multipliers, python)
    }

    fn ask(&self, kind: &str, values: &[f64], python: &Path) -> Result<Vec<f64>, String> {
        if values.is_empty() {
            return Ok(Vec::new());
        }
        let what = [self.sampling.to_string(), self.steps.to_string(), self.delta.to_string()];
        let output = Command::new(python)
            .args(["-c", SCRIPT])
            .args(what)
            .args(values.iter().flat_map(|value| [kind.to_owned(), value.to_string()]))
            .stdin(Stdio::null())
            .output()
            .map_err(|error| refused(&format!("{} does not start: {error}", python.display())))?;
        if !output.status.success() {
            let complaint = String::from_utf8_lossy(&output.stderr);
            return Err(refused(complaint.lines().last().unwrap_or("no reason given")));
        }
        let lines = String::from_utf8_lossy(&output.stdout);
        let answers: Vec<f64> = lines.lines().filter_map(|line| line.parse().ok()).collect();
        if answers.len() == values.len() {
            Ok(answers)
        } else {
            Err(refused(&format!("{} answers to {} questions", answers.len(), values.len())))
        }
    }
}

fn refused(why: &str) -> String {
    format!(
        "no privacy accounting: {why}; run “pip install dp-accounting” and name its interpreter with --python"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_python_the_reason_is_one_line_that_says_what_to_do() {
        let steps = Steps { sampling: 0.1, steps: 10, delta: 1e-5 };
        let reason = steps.epsilons_of(&[1.0], Path::new("no-such-python")).unwrap_err();
        assert!(reason.contains("no-such-python does not start"), "{reason}");
        assert!(reason.contains("pip install dp-accounting") && !reason.contains('\n'), "{reason}");
    }

    /// Skipped where the Python package is not installed, unless `PATCHVEIL_REQUIRE_TOOLS` is set.
    #[test]
    fn accounted_epsilons_are_the_known_ones() {
        let variable = |name: &str| std::env::var_os(name);
        let named = variable("PATCHVEIL_PYTHON").unwrap_or_else(|| "python3".into());
        let python = Path::new(&named);
        let epsilon = |sampling: f64, steps: usize, multiplier: f64| {
            let steps = Steps { sampling, steps, delta: 1e-5 };
            steps.epsilons_of(&[multiplier], python).map(|all| all[0])
        };
        let whole = match epsilon(1.0, 100, 10.0) {
            Ok(epsilon) => epsilon,
            Err(reason) => {
                assert!(variable("PATCHVEIL_REQUIRE_TOOLS").is_none(), "{reason}");
                return eprintln!("SKIPPED: {reason}");
            }
        };
        // 100 steps of σ = 10 are one of σ = 1; Balle and Wang, arXiv 1805.06530, theorem 8.
        assert!((whole - 4.377).abs() < 2e-3, "{whole}");
        // Abadi et al., arXiv 1607.00133, section 3.2, bound it by 1.26 with q = 0.01, σ = 4 and 10,000 steps.
        let sampled = epsilon(0.01, 10_000, 4.0).unwrap();
        assert!(sampled > 0.9 && sampled < 1.26, "{sampled}");
    }
}
