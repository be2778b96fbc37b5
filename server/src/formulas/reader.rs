//! Makes elements of the crate's events. An event that is unknown, or in a place where it cannot be, makes
//! the whole formula wrong.

use std::iter::Peekable;

use pulldown_latex::event::{
    EnvironmentFlow, Event, Font, Grouping, ScriptPosition, ScriptType, StateChange, Style, Visual,
};
use pulldown_latex::{Parser, Storage};

use super::element::Node;
use super::row::{Atom, Item, spaced};
use super::signs::{accent, content_of, ems, sized, space};
use super::{Wrong, table};

/// How deep elements may be nested.
const DEPTH: usize = 32;
/// The most elements in one formula.
const ELEMENTS: usize = 600;

/// Parses a formula into elements.
pub(super) fn parse(latex: &str, is_block: bool) -> Result<Vec<Node>, Wrong> {
    let storage = Storage::new();
    let state = State { font: None, is_display: is_block };
    let mut reader = Reader { events: Parser::new(latex, &storage).peekable(), state, depth: 0, elements: 0 };
    reader.row(Enclosure::Formula).map(|(row, _)| row)
}

/// The style of what follows.
#[derive(Clone, Copy)]
struct State {
    font: Option<Font>,
    /// Whether sums have their limits above and below.
    is_display: bool,
}

/// The construct that a row belongs to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Enclosure {
    Formula,
    Group,
    Cell,
}

/// What ended the row that was read, and so where the next one belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RowEnd {
    /// The construct around the row ended; nothing follows in it.
    Whole,
    /// The cell ended; the next one is beside it.
    Cell,
    /// The line ended; the next cell begins a new one.
    Line {
        /// Whether a rule separates the two lines.
        is_ruled: bool,
    },
}

pub(super) struct Reader<'a> {
    events: Peekable<Parser<'a>>,
    state: State,
    depth: usize,
    elements: usize,
}

impl<'a> Reader<'a> {
    fn next(&mut self) -> Result<Event<'a>, Wrong> {
        self.events.next().and_then(Result::ok).ok_or(Wrong)
    }

    /// Parses something one level deeper, up to [`DEPTH`].
    fn inside<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T, Wrong>) -> Result<T, Wrong> {
        self.depth += 1;
        if self.depth > DEPTH {
            return Err(Wrong);
        }
        let state = self.state;
        let done = read(self)?;
        self.state = state;
        self.depth -= 1;
        Ok(done)
    }

    /// Parses elements up to the end of a row or cell.
    pub(super) fn row(&mut self, within: Enclosure) -> Result<(Vec<Node>, RowEnd), Wrong> {
        let (items, ended) = self.inside(|reader| reader.items(within))?;
        Ok((spaced(items)?, ended))
    }

    fn items(&mut self, within: Enclosure) -> Result<(Vec<Item>, RowEnd), Wrong> {
        let mut items = Vec::new();
        loop {
            if within == Enclosure::Formula && self.events.peek().is_none() {
                return Ok((items, RowEnd::Whole));
            }
            match self.next()? {
                Event::End if within != Enclosure::Formula => return Ok((items, RowEnd::Whole)),
                Event::EnvironmentFlow(EnvironmentFlow::Alignment) if within == Enclosure::Cell => {
                    return Ok((items, RowEnd::Cell));
                }
                Event::EnvironmentFlow(EnvironmentFlow::NewLine { horizontal_lines, .. })
                    if within == Enclosure::Cell =>
                {
                    return Ok((items, RowEnd::Line { is_ruled: !horizontal_lines.is_empty() }));
                }
                Event::StateChange(change) => {
                    if let Some(style) = self.change(change) {
                        // A style holds to the end of the row.
                        let (rest, ended) = self.row(within)?;
                        items.push(Item::new(sized(style, rest), Atom::Inner));
                        return Ok((items, ended));
                    }
                }
                event => items.push(self.element(event)?),
            }
        }
    }

    /// Applies a change of style. A size or font holds for elements; colours are ignored, because the page
    /// has to stay readable.
    fn change(&mut self, change: StateChange) -> Option<Style> {
        match change {
            StateChange::Font(font) => self.state.font = font,
            StateChange::Color(_) => {}
            StateChange::Style(style) => {
                self.state.is_display = style == Style::Display;
                return Some(style);
            }
        }
        None
    }

    /// Parses the one element that belongs to a command.
    fn operand(&mut self) -> Result<Item, Wrong> {
        loop {
            match self.next()? {
                Event::StateChange(change) => {
                    self.change(change);
                }
                event => return self.element(event),
            }
        }
    }

    fn element(&mut self, event: Event<'a>) -> Result<Item, Wrong> {
        self.elements += 1;
        if self.elements > ELEMENTS {
            return Err(Wrong);
        }
        self.inside(|reader| match event {
            Event::Content(content) => content_of(content, reader.state.font),
            Event::Begin(grouping) => reader.group(&grouping),
            Event::Visual(visual) => reader.visual(visual),
            Event::Script { ty, position } => reader.script(ty, position),
            Event::Space { width, height, depth } => space([("width", width), ("height", height), ("depth", depth)]),
            Event::End | Event::StateChange(_) | Event::EnvironmentFlow(_) => Err(Wrong),
        })
    }

    fn group(&mut self, grouping: &Grouping) -> Result<Item, Wrong> {
        let Grouping::LeftRight(open, close) = grouping else {
            if *grouping == Grouping::Normal {
                return self.braces();
            }
            // A font does not hold within tables.
            self.state.font = None;
            return table::parse(self, grouping).map(|node| Item::new(node, Atom::Inner));
        };
        let fence = |delimiter: &char| Node::leaf("mo", delimiter.to_string()).with("stretchy", "true");
        let mut nodes: Vec<_> = open.iter().map(fence).collect();
        nodes.extend(self.row(Enclosure::Group)?.0);
        nodes.extend(close.iter().map(fence));
        Ok(Item::new(Node::row(nodes), Atom::Inner))
    }

    fn braces(&mut self) -> Result<Item, Wrong> {
        let (mut items, _) = self.inside(|reader| reader.items(Enclosure::Group))?;
        match items.pop() {
            Some(only) if items.is_empty() => Ok(only.in_braces()),
            last => {
                items.extend(last);
                Ok(Item::new(Node::row(spaced(items)?), Atom::Inner))
            }
        }
    }

    fn visual(&mut self, visual: Visual) -> Result<Item, Wrong> {
        let mut operand = || self.operand().map(|item| item.node);
        let node = match visual {
            Visual::SquareRoot => Node::branch("msqrt", vec![operand()?]),
            Visual::Root => Node::branch("mroot", vec![operand()?, operand()?]),
            Visual::Fraction(thickness) => {
                let fraction = Node::branch("mfrac", vec![operand()?, operand()?]);
                match thickness {
                    Some(thickness) => fraction.measures("linethickness", ems(thickness))?,
                    None => fraction,
                }
            }
            Visual::Negation => {
                let Item { node, atom } = self.operand()?;
                return Ok(Item::new(node.struck()?, atom));
            }
        };
        Ok(Item::new(node, Atom::Inner))
    }

    fn script(&mut self, kind: ScriptType, position: ScriptPosition) -> Result<Item, Wrong> {
        let Item { node: base, atom } = self.operand()?;
        let is_stacked = match position {
            ScriptPosition::Right => false,
            ScriptPosition::AboveBelow => true,
            ScriptPosition::Movable => self.state.is_display,
        };
        let first = self.operand()?.in_braces().node;
        let accent = if is_stacked && kind != ScriptType::SubSuperscript { accent(&first) } else { None };
        let mut nodes = vec![base, accent.clone().unwrap_or(first)];
        if kind == ScriptType::SubSuperscript {
            nodes.push(self.operand()?.in_braces().node);
        }
        let (name, is_accent) = match (kind, is_stacked) {
            (ScriptType::Subscript, false) => ("msub", ""),
            (ScriptType::Superscript, false) => ("msup", ""),
            (ScriptType::SubSuperscript, false) => ("msubsup", ""),
            (ScriptType::Subscript, true) => ("munder", "accentunder"),
            (ScriptType::Superscript, true) => ("mover", "accent"),
            (ScriptType::SubSuperscript, true) => ("munderover", ""),
        };
        let node = Node::branch(name, nodes);
        let node = match accent.as_ref().map(|accent| accent.text()) {
            None => node,
            // Few fonts have lines of any length, so the style sheet draws them.
            Some(Some("‾")) => node.with(is_accent, "true").with("class", "formula__over"),
            Some(Some("_")) => node.with(is_accent, "true").with("class", "formula__under"),
            Some(_) => node.with(is_accent, "true"),
        };
        // A plus with a sign above it stays an operator; a group with an exponent becomes ordinary.
        let atom = match atom {
            Atom::Space | Atom::Inner | Atom::Punctuation => Atom::Ordinary,
            atom => atom,
        };
        Ok(Item::new(node, atom))
    }

    /// Skips the rules above the first line of a table; whether there were any.
    pub(super) fn first_rule(&mut self) -> bool {
        let is_rule =
            matches!(self.events.peek(), Some(Ok(Event::EnvironmentFlow(EnvironmentFlow::StartLines { .. }))));
        if !is_rule {
            return false;
        }
        match self.events.next() {
            Some(Ok(Event::EnvironmentFlow(EnvironmentFlow::StartLines { lines }))) => !lines.is_empty(),
            _ => false,
        }
    }
}
