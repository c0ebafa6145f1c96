//! Level over time, in as many columns as a picture has.

/// Columns over time: the width of the picture's plots in pixels.
pub(super) const COLUMNS: usize = 1370;

/// Columns for a file of so many frames: at most one a frame.
pub(super) fn columns_of(frames: u64) -> usize {
    usize::try_from(frames).map_or(COLUMNS, |frames| frames.min(COLUMNS))
}

/// Highest absolute sample of every column, over all channels.
pub(super) struct Envelope {
    frames: u64,
    next_frame: u64,
    columns: Vec<f32>,
}

impl Envelope {
    pub(super) fn new(frames: u64) -> Self {
        Self { frames, next_frame: 0, columns: vec![0.0; columns_of(frames)] }
    }

    pub(super) fn push(&mut self, block: &[Vec<f32>]) {
        let len = block.first().map_or(0, Vec::len);
        let count = self.columns.len() as u64;
        let mut at = 0;
        while at < len {
            let index = self.next_frame * count / self.frames;
            let Some(column) = self.columns.get_mut(index as usize) else {
                return;
            };
            // The first frame that belongs to the next column.
            let column_end = ((index + 1) * self.frames).div_ceil(count);
            let left = usize::try_from(column_end - self.next_frame).unwrap_or(usize::MAX);
            let end = len.min(at.saturating_add(left));
            let samples = block.iter().flat_map(|channel| &channel[at..end]);
            *column = samples.fold(*column, |peak, x| peak.max(x.abs()));
            self.next_frame += (end - at) as u64;
            at = end;
        }
    }

    pub(super) fn finish(self) -> Vec<f32> {
        self.columns
    }
}
