//! Running a signal through a process block by block, as a host does.

/// Calls `process` with every block of `channels` (channels × samples, in place) and the timeline
/// position of its first sample. The first block begins at `position`; blocks take the `lengths` in
/// turn, over and over, and the last one is cut short. All channels are as long as the first.
///
/// # Panics
/// If no length is above 0, or a channel is shorter than the first.
///
/// ```
/// let mut positions = Vec::new();
/// patchveil_test_support::blocks::process(&mut [vec![0.0; 10]], 100, &[4, 3], |position, block| {
///     positions.push((position, block[0].len()));
/// });
/// assert_eq!(positions, [(100, 4), (104, 3), (107, 3)]);
/// ```
pub fn process<T>(
    channels: &mut [Vec<T>],
    position: i64,
    lengths: &[usize],
    mut process: impl FnMut(i64, &mut [&mut [T]]),
) {
    assert!(lengths.iter().any(|&length| length > 0), "blocks need a length");
    let len = channels.first().map_or(0, Vec::len);
    let mut done = 0;
    for length in lengths.iter().cycle() {
        if done == len {
            return;
        }
        let end = (done + length).min(len);
        let mut block: Vec<&mut [T]> =
            channels.iter_mut().map(|channel| &mut channel[done..end]).collect();
        process(position + done as i64, &mut block);
        done = end;
    }
}

/// [`process`] for one channel: gives back what `process` makes of a copy of `input`.
pub fn process_mono<T: Clone>(
    input: &[T],
    position: i64,
    lengths: &[usize],
    process: impl FnMut(i64, &mut [&mut [T]]),
) -> Vec<T> {
    let mut channels = [input.to_vec()];
    self::process(&mut channels, position, lengths, process);
    let [output] = channels;
    output
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sample_passes_once_and_in_order() {
        let input: Vec<i64> = (0..1_000).collect();
        let output = process_mono(&input, 5, &[1, 0, 64, 7], |position, block| {
            for (n, x) in block[0].iter_mut().enumerate() {
                assert_eq!(*x + 5, position + n as i64);
                *x = -*x;
            }
        });
        assert!(output.iter().zip(&input).all(|(y, x)| *y == -x));
    }

    #[test]
    fn an_empty_signal_has_no_blocks() {
        process(&mut [Vec::<f32>::new()], 0, &[64], |_, _| panic!("a block of nothing"));
        process(&mut Vec::<Vec<f32>>::new(), 0, &[64], |_, _| panic!("a block of nothing"));
    }
}
