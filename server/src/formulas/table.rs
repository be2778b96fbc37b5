//! Parses matrices, cases and aligned lines.

use pulldown_latex::event::{ArrayColumn, ColumnAlignment, Grouping};

use super::Wrong;
use super::element::Node;
use super::reader::{Enclosure, Reader, RowEnd};

/// The alignment of columns, as classes of the style sheet.
enum Columns {
    Centred,
    Left,
    Right,
    /// Right and left in turn, around a relation.
    Aligned,
    /// The alignment of each, and whether a rule is before it.
    Each(Vec<(ColumnAlignment, bool)>),
}

/// Parses the table of a grouping that has just begun.
pub(super) fn parse(reader: &mut Reader<'_>, grouping: &Grouping) -> Result<Node, Wrong> {
    let columns = match grouping {
        Grouping::Normal | Grouping::LeftRight(..) => return Err(Wrong),
        Grouping::Array(columns) => each(columns),
        Grouping::Matrix { alignment } | Grouping::SubArray { alignment } => match alignment {
            ColumnAlignment::Left => Columns::Left,
            ColumnAlignment::Center => Columns::Centred,
            ColumnAlignment::Right => Columns::Right,
        },
        Grouping::Cases { .. } => Columns::Left,
        Grouping::Align { .. }
        | Grouping::Aligned
        | Grouping::Alignat { .. }
        | Grouping::Alignedat { .. }
        | Grouping::Split => Columns::Aligned,
        Grouping::Equation { .. } | Grouping::Gather { .. } | Grouping::Gathered | Grouping::Multline => {
            Columns::Centred
        }
    };
    let table = Node::branch("mtable", lines(reader, &columns)?);
    let table = match columns {
        Columns::Left => table.with("class", "formula__left"),
        Columns::Right => table.with("class", "formula__right"),
        Columns::Aligned => table.with("class", "formula__aligned"),
        Columns::Centred | Columns::Each(_) => table,
    };
    Ok(match grouping {
        Grouping::Cases { left: true } => Node::row(vec![brace("{"), table]),
        Grouping::Cases { left: false } => Node::row(vec![table, brace("}")]),
        _ => table,
    })
}

fn brace(sign: &str) -> Node {
    Node::leaf("mo", sign).with("stretchy", "true")
}

fn each(columns: &[ArrayColumn]) -> Columns {
    let mut is_ruled = false;
    let mut each = Vec::new();
    for column in columns {
        match column {
            ArrayColumn::Separator(_) => is_ruled = true,
            ArrayColumn::Column(alignment) => each.push((*alignment, std::mem::take(&mut is_ruled))),
        }
    }
    Columns::Each(each)
}

fn lines(reader: &mut Reader<'_>, columns: &Columns) -> Result<Vec<Node>, Wrong> {
    let (mut lines, mut cells) = (Vec::new(), Vec::new());
    let mut is_ruled = reader.first_rule();
    loop {
        let (nodes, ended) = reader.row(Enclosure::Cell)?;
        let is_empty = nodes.is_empty();
        cells.push(cell(nodes, cells.len(), columns));
        if ended == RowEnd::Cell {
            continue;
        }
        // No line follows the last line break.
        let is_last_and_empty = ended == RowEnd::Whole && is_empty && cells.len() == 1 && !lines.is_empty();
        let line = Node::branch("mtr", std::mem::take(&mut cells));
        if !is_last_and_empty {
            lines.push(if is_ruled { line.with("class", "formula__ruled") } else { line });
        }
        match ended {
            RowEnd::Line { is_ruled: next } => is_ruled = next,
            RowEnd::Whole | RowEnd::Cell => return Ok(lines),
        }
    }
}

fn cell(nodes: Vec<Node>, at: usize, columns: &Columns) -> Node {
    let cell = Node::branch("mtd", nodes);
    let Columns::Each(each) = columns else { return cell };
    match each.get(at) {
        Some((ColumnAlignment::Left, false)) => cell.with("class", "formula__left"),
        Some((ColumnAlignment::Left, true)) => cell.with("class", "formula__left formula__beside"),
        Some((ColumnAlignment::Right, false)) => cell.with("class", "formula__right"),
        Some((ColumnAlignment::Right, true)) => cell.with("class", "formula__right formula__beside"),
        Some((ColumnAlignment::Center, true)) => cell.with("class", "formula__beside"),
        Some((ColumnAlignment::Center, false)) | None => cell,
    }
}
