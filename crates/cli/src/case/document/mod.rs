//! A report as a list of blocks, and the two forms it is written in. Page and paper are made from the same
//! blocks, so they never differ.

mod html;
mod pdf;

pub(super) use html::page;
pub(super) use pdf::paper;

/// A report.
pub(super) struct Document {
    pub(super) title: String,
    /// One line at the foot of each sheet of paper.
    pub(super) footer: String,
    /// When it was made: year, month, day, hour, minute, second in UTC.
    pub(super) made: (u16, [u8; 5]),
    pub(super) blocks: Vec<Block>,
}

/// A part of a report.
pub(super) enum Block {
    /// Begins a section.
    Section(String),
    /// Begins a part of a section.
    Subsection(String),
    Paragraph(Text),
    /// A paragraph that must not be overlooked.
    Notice(Text),
    List(Vec<Text>),
    /// Labels and values.
    Facts(Vec<(String, Text)>),
    /// Terms and what they mean.
    Terms(Vec<(String, Text)>),
    Table(Table),
    /// Lines to type or to compare, never broken within a word where that can be helped.
    Lines(Vec<String>),
    Picture(Picture),
}

/// Rows under headings.
pub(super) struct Table {
    pub(super) columns: Vec<Column>,
    pub(super) rows: Vec<Row>,
}

pub(super) struct Column {
    pub(super) heading: &'static str,
    /// Share of the table's width, compared with the other columns'.
    pub(super) share: f32,
    /// Whether it holds numbers, which are aligned to the right.
    pub(super) numbers: bool,
}

pub(super) struct Row {
    /// As many as there are columns.
    pub(super) cells: Vec<Text>,
    /// What is too long for a column, such as hashes: lines below the cells, as wide as the table.
    pub(super) below: Vec<String>,
}

/// A picture with its caption.
pub(super) struct Picture {
    pub(super) png: Vec<u8>,
    /// Width and height in pixels.
    pub(super) size: (u32, u32),
    pub(super) caption: String,
}

/// A text in up to three styles.
#[derive(Debug, Clone, Default)]
pub(super) struct Text(pub(super) Vec<Span>);

/// A stretch of a text in one style.
#[derive(Debug, Clone)]
pub(super) struct Span {
    pub(super) text: String,
    pub(super) style: Style,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    Plain,
    Strong,
    /// Commands, file names, hashes.
    Mono,
}

impl Text {
    pub(super) fn plain(self, text: impl Into<String>) -> Self {
        self.with(text.into(), Style::Plain)
    }

    pub(super) fn strong(self, text: impl Into<String>) -> Self {
        self.with(text.into(), Style::Strong)
    }

    pub(super) fn mono(self, text: impl Into<String>) -> Self {
        self.with(text.into(), Style::Mono)
    }

    fn with(mut self, text: String, style: Style) -> Self {
        self.0.push(Span { text, style });
        self
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self::default().plain(text)
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self::default().plain(text)
    }
}

/// Commands, file names, hashes.
pub(super) fn mono(text: impl Into<String>) -> Text {
    Text::default().mono(text)
}

/// A column of text.
pub(super) fn column(heading: &'static str, share: f32) -> Column {
    Column { heading, share, numbers: false }
}

/// A column of numbers.
pub(super) fn numbers(heading: &'static str, share: f32) -> Column {
    Column { heading, share, numbers: true }
}
