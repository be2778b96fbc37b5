//! Parses the cells of one sheet, and the shared texts of the workbook.

use std::collections::{BTreeMap, BTreeSet};
use std::io::BufRead;

use quick_xml::events::{BytesStart, Event};

use super::super::{COLUMNS, NotAQuiz, ROWS, Sheet};
use super::styles::{Shown, Styles};
use super::unreadable;
use super::xml::{Xml, attribute, unescape};
use crate::workers::Budget;

/// How many cells are looked at, empty ones included.
const CELLS: usize = 200_000;

/// The position of a cell: row and column, from 0.
type Place = (usize, usize);

/// A cell that is not empty.
pub(super) struct Cell {
    place: Place,
    value: Value,
}

enum Value {
    Text(String),
    /// A shared text, by its index.
    Shared(usize),
    /// A number whose shown form differs from its value.
    Number(Box<Shown>),
}

/// Parses the cells that can belong to a quiz; the size that the sheet declares is ignored.
pub(super) fn parse(mut xml: Xml<'_, impl BufRead>, styles: &Styles, budget: &Budget) -> Result<Vec<Cell>, NotAQuiz> {
    let mut cells = Vec::new();
    let mut seen = 0;
    let (mut row, mut column) = (0, 0);
    loop {
        match xml.next()? {
            Event::Start(tag) if tag.local_name().as_ref() == "row" => {
                if let Some(number) = attribute(&tag, "r") {
                    row = number
                        .parse::<usize>()
                        .ok()
                        .and_then(|row| row.checked_sub(1))
                        .ok_or_else(|| unreadable(()))?;
                }
            }
            Event::End(tag) if tag.local_name().as_ref() == "row" => (row, column) = (row.saturating_add(1), 0),
            Event::Start(tag) if tag.local_name().as_ref() == "c" => {
                seen += 1;
                if let Some(name) = attribute(&tag, "r") {
                    (row, column) = place(&name).ok_or_else(|| unreadable(()))?;
                }
                let (kind, style) = (kind(&tag), attribute(&tag, "s").and_then(|style| style.parse().ok()));
                let format = Format { kind, style, styles };
                // Rows are in order: nothing below this one is read.
                if seen > CELLS || row >= ROWS {
                    return Ok(cells);
                }
                let value = value(&mut xml, format)?;
                if let Some(value) = value.filter(|_| column < COLUMNS) {
                    budget.hold(size_of::<Cell>() + value.text_bytes()).map_err(unreadable)?;
                    cells.push(Cell { place: (row, column), value });
                }
                column = column.saturating_add(1);
            }
            Event::End(tag) if tag.local_name().as_ref() == "sheetData" => return Ok(cells),
            _ => {}
        }
    }
}

/// The type of a cell's value.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A number, or what a program wrote in its place.
    Number,
    Shared,
    Bool,
    /// The result of a formula, or a date.
    Text,
    Inline,
    Fault,
}

/// The type of a cell's value, and its style.
#[derive(Clone, Copy)]
struct Format<'a> {
    kind: Kind,
    /// The index of the workbook's style.
    style: Option<usize>,
    styles: &'a Styles,
}

impl Value {
    fn text_bytes(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Shared(_) => 0,
            Self::Number(shown) => size_of::<Shown>() + shown.text.len() + shown.plain.len(),
        }
    }
}

fn kind(tag: &BytesStart<'_>) -> Kind {
    match attribute(tag, "t").as_deref() {
        None | Some("n") => Kind::Number,
        Some("s") => Kind::Shared,
        Some("b") => Kind::Bool,
        Some("e") => Kind::Fault,
        Some("inlineStr" | "is") => Kind::Inline,
        Some(_) => Kind::Text,
    }
}

/// Parses the rest of a cell; `None` if it is empty.
fn value(xml: &mut Xml<'_, impl BufRead>, format: Format<'_>) -> Result<Option<Value>, NotAQuiz> {
    let mut value = None;
    loop {
        match xml.next()? {
            Event::Start(tag) => match tag.local_name().as_ref() {
                "is" => value = text(xml.rich_text()?),
                "v" if format.kind != Kind::Inline => value = shown(xml.text()?, format)?,
                // Formulas are not calculated here.
                _ => xml.skip()?,
            },
            Event::End(_) => return Ok(value),
            _ => {}
        }
    }
}

/// A value as it is shown; error values are dropped.
fn shown(value: String, format: Format<'_>) -> Result<Option<Value>, NotAQuiz> {
    Ok(match format.kind {
        Kind::Fault => None,
        _ if value.is_empty() => None,
        Kind::Shared => Some(Value::Shared(value.trim().parse().map_err(unreadable)?)),
        Kind::Bool => text(if matches!(value.trim(), "1" | "true") { "True" } else { "False" }.into()),
        Kind::Text | Kind::Inline => text(unescape(&value)),
        Kind::Number => match value.trim().parse::<f64>() {
            Ok(number) if number.is_finite() => {
                Some(Value::Number(Box::new(format.styles.shown(number, format.style))))
            }
            _ => text(value),
        },
    })
}

fn text(text: String) -> Option<Value> {
    (!text.is_empty()).then(|| Value::Text(text.replace("\r\n", "\n")))
}

/// Parses the name of a cell, such as `B12`.
fn place(name: &str) -> Option<Place> {
    let digits = name.find(|letter: char| !letter.is_ascii_alphabetic())?;
    let (letters, number) = name.split_at_checked(digits)?;
    let column = letters.bytes().try_fold(0_usize, |column, letter| {
        column.checked_mul(26)?.checked_add(usize::from(letter.to_ascii_uppercase() - b'A') + 1)
    })?;
    Some((number.parse::<usize>().ok()?.checked_sub(1)?, column.checked_sub(1)?))
}

/// The indices of the shared texts in these cells.
pub(super) fn shared(cells: &[Cell]) -> BTreeSet<usize> {
    let number = |cell: &Cell| if let Value::Shared(number) = cell.value { Some(number) } else { None };
    cells.iter().filter_map(number).collect()
}

/// Parses the texts that are wanted, and skips the others.
pub(super) fn texts(
    mut xml: Xml<'_, impl BufRead>,
    wanted: &BTreeSet<usize>,
    budget: &Budget,
) -> Result<BTreeMap<usize, String>, NotAQuiz> {
    let mut texts = BTreeMap::new();
    let mut number = 0;
    while texts.len() < wanted.len() {
        match xml.next()? {
            Event::Start(tag) if tag.local_name().as_ref() == "si" => {
                if wanted.contains(&number) {
                    let text = xml.rich_text()?.replace("\r\n", "\n");
                    budget.hold(text.len()).map_err(unreadable)?;
                    texts.insert(number, text);
                } else {
                    xml.skip()?;
                }
                number += 1;
            }
            Event::End(tag) if tag.local_name().as_ref() == "sst" => break,
            _ => {}
        }
    }
    Ok(texts)
}

/// Arranges the cells in a grid. A shared text counts for each cell that has it.
pub(super) fn arrange(cells: Vec<Cell>, texts: &BTreeMap<usize, String>, budget: &Budget) -> Result<Sheet, NotAQuiz> {
    let mut sheet = Sheet::default();
    for Cell { place, value } in cells {
        let text = match value {
            Value::Text(text) => text,
            Value::Shared(number) => {
                let text = texts.get(&number).ok_or_else(|| unreadable(()))?;
                budget.hold(text.len()).map_err(unreadable)?;
                text.clone()
            }
            Value::Number(shown) => {
                let Shown { text, plain, is_system_dependent } = *shown;
                sheet.has_system_dates |= is_system_dependent;
                if plain != text {
                    sheet.plain.insert(place, plain);
                }
                text
            }
        };
        if !text.is_empty() {
            sheet.put(place, text);
        }
    }
    Ok(sheet)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_have_names() {
        for (name, expected) in [
            ("A1", Some((0, 0))),
            ("B12", Some((11, 1))),
            ("aa3", Some((2, 26))),
            ("XFD1048576", Some((1_048_575, 16_383))),
        ] {
            assert_eq!(place(name), expected, "{name}");
        }
        for name in ["", "A", "1", "A0", "Ä1", "A1B", "ZZZZZZZZZZZZZZZZZZZZ1", "A99999999999999999999"] {
            assert_eq!(place(name), None, "{name}");
        }
    }
}
