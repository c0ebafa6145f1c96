//! A report as a page of HTML that needs nothing else: style and pictures are inside, scripts are not.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::{Block, Document, Picture, Style, Table, Text};
use crate::html::escaped;

const STYLE: &str = include_str!("page.css");

/// The whole page.
pub(in crate::case) fn page(document: &Document) -> String {
    let title = escaped(&document.title);
    let body: String = document.blocks.iter().map(block).collect();
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" \
         content=\"width=device-width, initial-scale=1\">\n<meta http-equiv=\"Content-Security-Policy\" \
         content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\">\n<title>{title}</title>\n\
         <style>\n{STYLE}</style>\n</head>\n<body>\n<h1>{title}</h1>\n{body}<footer>{}</footer>\n</body>\n\
         </html>\n",
        escaped(&document.footer)
    )
}

fn block(block: &Block) -> String {
    match block {
        Block::Section(title) => format!("<h2>{}</h2>\n", escaped(title)),
        Block::Subsection(title) => format!("<h3>{}</h3>\n", escaped(title)),
        Block::Paragraph(said) => format!("<p>{}</p>\n", text(said)),
        Block::Notice(said) => format!("<p class=\"notice\">{}</p>\n", text(said)),
        Block::List(items) => {
            let item = |said| format!("<li>{}</li>\n", text(said));
            format!("<ul>\n{}</ul>\n", items.iter().map(item).collect::<String>())
        }
        Block::Facts(facts) => terms("facts", facts),
        Block::Terms(facts) => terms("terms", facts),
        Block::Table(rows) => table(rows),
        Block::Lines(lines) => format!("<pre>{}</pre>\n", escaped(&lines.join("\n"))),
        Block::Picture(shown) => picture(shown),
    }
}

fn text(text: &Text) -> String {
    let span = |span: &super::Span| {
        let inside = escaped(&span.text);
        match span.style {
            Style::Plain => inside,
            Style::Strong => format!("<strong>{inside}</strong>"),
            Style::Mono => format!("<code>{inside}</code>"),
        }
    };
    text.0.iter().map(span).collect()
}

fn terms(class: &str, facts: &[(String, Text)]) -> String {
    let row = |(label, value): &(String, Text)| {
        format!("<div><dt>{}</dt><dd>{}</dd></div>\n", escaped(label), text(value))
    };
    format!("<dl class=\"{class}\">\n{}</dl>\n", facts.iter().map(row).collect::<String>())
}

fn table(table: &Table) -> String {
    let class = |index: usize| match table.columns.get(index) {
        Some(column) if column.numbers => " class=\"number\"",
        _ => "",
    };
    let heads = table.columns.iter().enumerate();
    let head: String =
        heads.map(|(at, c)| format!("<th{}>{}</th>", class(at), escaped(c.heading))).collect();
    let mut rows = String::new();
    for row in &table.rows {
        let cells = row.cells.iter().enumerate();
        let cells: String =
            cells.map(|(at, cell)| format!("<td{}>{}</td>", class(at), text(cell))).collect();
        let split = if row.below.is_empty() { "" } else { " class=\"split\"" };
        rows += &format!("<tr{split}>{cells}</tr>\n");
        if !row.below.is_empty() {
            let below = row.below.iter().map(|line| escaped(line)).collect::<Vec<_>>().join("<br>");
            let wide = table.columns.len();
            rows += &format!("<tr><td class=\"below\" colspan=\"{wide}\">{below}</td></tr>\n");
        }
    }
    format!(
        "<div class=\"scroll\"><table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}</tbody>\n</table></div>\n"
    )
}

fn picture(picture: &Picture) -> String {
    let caption = escaped(&picture.caption);
    let (width, height) = picture.size;
    format!(
        "<figure>\n<img alt=\"{caption}\" width=\"{width}\" height=\"{height}\" \
         src=\"data:image/png;base64,{}\">\n<figcaption>{caption}</figcaption>\n</figure>\n",
        STANDARD.encode(&picture.png)
    )
}
