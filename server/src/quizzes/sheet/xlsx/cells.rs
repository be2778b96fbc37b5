//! The cells of one sheet, and the texts that they share.

use std::collections::{BTreeMap, BTreeSet};
use std::io::BufRead;

use quick_xml::events::{BytesStart, Event};

use super::super::{COLUMNS, NotAQuiz, ROWS, Sheet};
use super::styles::{Shown, Styles};
use super::unreadable;
use super::xml::{Xml, attribute, unescape};
use crate::workers::Budget;

/// Cells that are looked at, those without anything in them too.
const CELLS: usize = 200_000;

/// Where a cell is: row and column, from 0.
type Place = (usize, usize);

/// A cell with something in it.
pub(super) struct Cell {
    place: Place,
    value: Value,
}

enum Value {
    Text(String),
    /// A text that cells share, by its number.
    Shared(usize),
    /// A number that is shown in another way than it is calculated with.
    Number(Box<Shown>),
}

/// Reads the cells that can belong to a quiz; what the sheet says about its own size is left aside.
pub(super) fn read(mut xml: Xml<'_, impl BufRead>, styles: &Styles, budget: &Budget) -> Result<Vec<Cell>, NotAQuiz> {
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
                // Rows come in their order: below this one nothing is read.
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

/// What a cell's value is.
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

/// What a cell's value is, and how it is shown.
#[derive(Clone, Copy)]
struct Format<'a> {
    kind: Kind,
    /// Which of the workbook's styles.
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

/// Reads the rest of a cell; `None` where nothing is in it.
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

/// A value as it is shown. Faults are no part of a quiz.
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

/// A place by its name, such as `B12`.
fn place(name: &str) -> Option<Place> {
    let digits = name.find(|letter: char| !letter.is_ascii_alphabetic())?;
    let (letters, number) = name.split_at_checked(digits)?;
    let column = letters.bytes().try_fold(0_usize, |column, letter| {
        column.checked_mul(26)?.checked_add(usize::from(letter.to_ascii_uppercase() - b'A') + 1)
    })?;
    Some((number.parse::<usize>().ok()?.checked_sub(1)?, column.checked_sub(1)?))
}

/// Which of the texts that cells share are in these.
pub(super) fn shared(cells: &[Cell]) -> BTreeSet<usize> {
    let number = |cell: &Cell| if let Value::Shared(number) = cell.value { Some(number) } else { None };
    cells.iter().filter_map(number).collect()
}

/// Reads the texts that are wanted, and passes over the others.
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

/// Puts the cells in their places. A text counts for each cell that has it, however often it is shared.
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
                let Shown { text, plain, is_told_by_the_system } = *shown;
                sheet.has_dates_of_the_system |= is_told_by_the_system;
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
