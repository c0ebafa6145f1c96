//! A-law and µ-law: eight bits with steps that grow with the value (ITU-T G.711).

/// One of the two laws, with its 256 codes in the order of their values.
pub(super) struct Law {
    /// Value of each code, in steps of 1/32,768.
    values: [i16; 256],
    /// Codes from the lowest value to the highest.
    sorted: [u8; 256],
    /// What is added to a magnitude before its segments double.
    bias: i32,
    /// The least step, in steps of 1/32,768.
    least: i32,
}

pub(super) static A_LAW: Law = Law::new(a_law_values(), 0, 16);
pub(super) static MU_LAW: Law = Law::new(mu_law_values(), 132, 8);

/// Full scale in the steps of [`Law::values`].
const SCALE: f32 = 32_768.0;

impl Law {
    const fn new(values: [i16; 256], bias: i32, least: i32) -> Self {
        let mut sorted = [0; 256];
        let mut count = 0;
        while count < 256 {
            // Insertion; of the two zeros of µ-law, 0xff comes last and is the one that silence gets.
            let mut at = count;
            while at > 0 && values[sorted[at - 1] as usize] > values[count] {
                sorted[at] = sorted[at - 1];
                at -= 1;
            }
            sorted[at] = count as u8;
            count += 1;
        }
        Self { values, sorted, bias, least }
    }

    #[inline(always)]
    pub(super) fn decode(&self, code: u8) -> f32 {
        f32::from(self.values[usize::from(code)]) / SCALE
    }

    /// The nearest code, the higher one of two that are equally near; and whether `sample` is out of range.
    pub(super) fn encode(&self, sample: f32) -> (u8, bool) {
        let wanted = sample * SCALE;
        let value = |at: usize| f32::from(self.values[usize::from(self.sorted[at & 255])]);
        // The last whose midpoint to the one before is not above.
        let (mut low, mut high) = (0_usize, 255);
        while low < high {
            let middle = (low + high).div_ceil(2);
            if (value(middle - 1) + value(middle)) / 2.0 <= wanted {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        (self.sorted[low], sample.abs() > 1.0)
    }

    /// The width of what is rounded to the same value near `sample`, full scale being 1.
    pub(super) fn step_at(&self, sample: f32) -> f32 {
        let magnitude = (sample.abs() * SCALE).min(SCALE - 1.0) as i32 + self.bias;
        // Sixteen steps to a doubling.
        let step = (1_i32 << magnitude.max(1).ilog2()) / 16;
        step.max(self.least) as f32 / SCALE
    }
}

const fn a_law_values() -> [i16; 256] {
    let mut values = [0; 256];
    let mut code = 0;
    while code < 256 {
        // Even bits are stored inverted.
        let bits = code as u8 ^ 0x55;
        let (segment, mantissa) = ((bits >> 4) & 7, (bits & 15) as i16);
        let magnitude = match segment {
            0 => (mantissa << 4) + 8,
            _ => ((mantissa << 4) + 0x108) << (segment - 1),
        };
        values[code] = if bits & 0x80 != 0 { magnitude } else { -magnitude };
        code += 1;
    }
    values
}

const fn mu_law_values() -> [i16; 256] {
    let mut values = [0; 256];
    let mut code = 0;
    while code < 256 {
        let bits = !(code as u8);
        let (segment, mantissa) = ((bits >> 4) & 7, (bits & 15) as i16);
        let magnitude = (((mantissa << 3) + 0x84) << segment) - 0x84;
        values[code] = if bits & 0x80 != 0 { -magnitude } else { magnitude };
        code += 1;
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_the_nearest_to_its_own_value() {
        for law in [&A_LAW, &MU_LAW] {
            for code in 0..=255 {
                let (again, clamped) = law.encode(law.decode(code));
                assert!(!clamped && law.decode(again) == law.decode(code), "{code}");
            }
        }
        assert_eq!(MU_LAW.encode(0.0), (0xff, false));
    }

    #[test]
    fn what_is_encoded_is_at_most_half_a_step_off_and_what_is_out_of_range_is_clamped() {
        for law in [&A_LAW, &MU_LAW] {
            for i in -900..=900 {
                let sample = i as f32 / 1_000.0;
                let error = (law.decode(law.encode(sample).0) - sample).abs();
                // At an edge of segments, the wider step.
                assert!(error <= law.step_at(sample * 1.05) * 0.5001, "{sample}: {error}");
            }
            for sample in [1.5, f32::MAX, f32::INFINITY] {
                assert_eq!(law.encode(sample), (law.sorted[255], true));
                assert_eq!(law.encode(-sample), (law.sorted[0], true));
            }
        }
    }
}
