//! Makes elements of the events that the crate reads. Whatever it does not know,
//! or finds in another place than it should be, makes the whole formula wrong.

use std::iter::Peekable;

use pulldown_latex::event::{
    EnvironmentFlow, Event, Font, Grouping, ScriptPosition, ScriptType, StateChange, Style, Visual,
};
use pulldown_latex::{Parser, Storage};

use super::element::Node;
use super::row::{Atom, Item, spaced};
use super::signs::{accent, content_of, ems, sized, space};
use super::{Wrong, table};

/// Elements within each other.
const DEPTH: usize = 32;
/// Elements that one formula may have in all.
const ELEMENTS: usize = 600;

/// The elements of a formula.
pub(super) fn read(latex: &str, is_block: bool) -> Result<Vec<Node>, Wrong> {
    let storage = Storage::new();
    let state = State { font: None, is_display: is_block };
    let mut reader = Reader { events: Parser::new(latex, &storage).peekable(), state, depth: 0, elements: 0 };
    reader.row(Within::Formula).map(|(row, _)| row)
}

/// How what follows is drawn.
#[derive(Clone, Copy)]
struct State {
    font: Option<Font>,
    /// Sums have their limits above and beneath.
    is_display: bool,
}

/// What a row is a part of.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Within {
    Formula,
    Group,
    Cell,
}

/// What a row ended with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ended {
    /// All of what it is a part of.
    Whole,
    /// A cell: the next one is beside it.
    Cell,
    /// A cell: the next one is in the next line.
    Line {
        /// With a rule between the two.
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

    /// One level deeper.
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

    /// Elements beside each other, and what they ended with.
    pub(super) fn row(&mut self, within: Within) -> Result<(Vec<Node>, Ended), Wrong> {
        let (items, ended) = self.inside(|reader| reader.items(within))?;
        Ok((spaced(items)?, ended))
    }

    fn items(&mut self, within: Within) -> Result<(Vec<Item>, Ended), Wrong> {
        let mut items = Vec::new();
        loop {
            if within == Within::Formula && self.events.peek().is_none() {
                return Ok((items, Ended::Whole));
            }
            match self.next()? {
                Event::End if within != Within::Formula => return Ok((items, Ended::Whole)),
                Event::EnvironmentFlow(EnvironmentFlow::Alignment) if within == Within::Cell => {
                    return Ok((items, Ended::Cell));
                }
                Event::EnvironmentFlow(EnvironmentFlow::NewLine { horizontal_lines, .. }) if within == Within::Cell => {
                    return Ok((items, Ended::Line { is_ruled: !horizontal_lines.is_empty() }));
                }
                Event::StateChange(change) => {
                    if let Some(style) = self.change(change) {
                        // It holds to the end of the row.
                        let (rest, ended) = self.row(within)?;
                        items.push(Item::new(sized(style, rest), Atom::Inner));
                        return Ok((items, ended));
                    }
                }
                event => items.push(self.element(event)?),
            }
        }
    }

    /// Takes note of a change. A style holds for elements; colours are left aside,
    /// because what can be read on a page is chosen by the page.
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

    /// The next element, which belongs to another one.
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
            // Fonts do not go into tables.
            self.state.font = None;
            return table::read(self, grouping).map(|node| Item::new(node, Atom::Inner));
        };
        let fence = |delimiter: &char| Node::leaf("mo", delimiter.to_string()).with("stretchy", "true");
        let mut nodes: Vec<_> = open.iter().map(fence).collect();
        nodes.extend(self.row(Within::Group)?.0);
        nodes.extend(close.iter().map(fence));
        Ok(Item::new(Node::row(nodes), Atom::Inner))
    }

    fn braces(&mut self) -> Result<Item, Wrong> {
        let (mut items, _) = self.inside(|reader| reader.items(Within::Group))?;
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
            // Few fonts have lines of any length: the style sheet draws them.
            Some(Some("‾")) => node.with(is_accent, "true").with("class", "formula__over"),
            Some(Some("_")) => node.with(is_accent, "true").with("class", "formula__under"),
            Some(_) => node.with(is_accent, "true"),
        };
        // A plus with something above it is one still, a group with an exponent a thing.
        let atom = match atom {
            Atom::Space | Atom::Inner | Atom::Punctuation => Atom::Ordinary,
            atom => atom,
        };
        Ok(Item::new(node, atom))
    }

    /// Passes over the rules above the first line of a table; whether there were some.
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
