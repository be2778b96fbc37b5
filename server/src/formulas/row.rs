//! The elements of a row with the space that TeX puts between them: a `−` between two operands has some, one
//! before a number has none.

use super::Wrong;
use super::element::Node;

/// The space between a function and its neighbours, in em.
const THIN: f32 = 3.0 / 18.0;
/// FUNCTION APPLICATION, an invisible operator.
const APPLIED: &str = "\u{2061}";

/// The class of an element, which decides the space to its neighbours (TeXbook, chapter 17).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Atom {
    /// A letter, a number or a sign.
    Ordinary,
    /// A large operator such as a sum.
    Operator,
    /// A named function such as sine.
    Function,
    /// An operator such as plus, when it is between two operands.
    Binary,
    /// A relation such as an equals sign.
    Relation,
    Opening,
    Closing,
    Punctuation,
    /// A group such as a fraction.
    Inner,
    /// Space, which is skipped when neighbours are compared.
    Space,
}

/// An element with its class.
#[derive(Clone, Debug)]
pub(super) struct Item {
    pub(super) node: Node,
    pub(super) atom: Atom,
}

impl Item {
    pub(super) fn new(node: Node, atom: Atom) -> Self {
        Self { node, atom }
    }

    /// The item as in braces of its own: an operator becomes ordinary.
    pub(super) fn in_braces(self) -> Self {
        match self.atom {
            Atom::Binary | Atom::Relation | Atom::Punctuation => Self::new(self.node.into_sign(), Atom::Ordinary),
            _ => self,
        }
    }
}

/// The elements of a row, with spaces between them.
pub(super) fn spaced(items: Vec<Item>) -> Result<Vec<Node>, Wrong> {
    let atoms: Vec<_> = items.iter().map(|item| item.atom).collect();
    let mut nodes = Vec::with_capacity(items.len());
    let mut before = None;
    for (at, Item { node, atom }) in items.into_iter().enumerate() {
        let after = atoms.iter().skip(at + 1).copied().find(|atom| *atom != Atom::Space);
        match atom {
            Atom::Space => {
                nodes.push(node);
                continue;
            }
            Atom::Binary if !(ends_something(before) && begins_something(after)) => {
                nodes.push(node.into_sign());
                before = Some(Atom::Ordinary);
                continue;
            }
            Atom::Function => {
                if ends_something(before) {
                    nodes.push(Node::space("width", THIN)?);
                }
                nodes.push(node);
                if begins_something(after) {
                    nodes.push(Node::leaf("mo", APPLIED));
                    if after != Some(Atom::Opening) {
                        nodes.push(Node::space("width", THIN)?);
                    }
                }
            }
            _ => nodes.push(node),
        }
        before = Some(atom);
    }
    Ok(nodes)
}

fn ends_something(before: Option<Atom>) -> bool {
    matches!(before, Some(Atom::Ordinary | Atom::Closing | Atom::Inner))
}

fn begins_something(after: Option<Atom>) -> bool {
    matches!(after, Some(Atom::Ordinary | Atom::Opening | Atom::Operator | Atom::Function | Atom::Inner))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The markup of a row of signs, each with what it is.
    fn row(items: &[(&'static str, &str, Atom)]) -> String {
        let items = items.iter().map(|(name, text, atom)| Item::new(Node::leaf(name, *text), *atom));
        let nodes = spaced(items.collect()).unwrap();
        nodes.iter().map(|node| node.markup(1000).unwrap()).collect()
    }

    #[test]
    fn a_minus_takes_space_between_two_things_alone() {
        let (x, minus) = (("mi", "x", Atom::Ordinary), ("mo", "−", Atom::Binary));
        assert_eq!(row(&[x, minus, x]), "<mi>x</mi><mo>−</mo><mi>x</mi>");
        assert_eq!(row(&[minus, x]), "<mi>−</mi><mi>x</mi>");
        assert_eq!(row(&[x, minus]), "<mi>x</mi><mi>−</mi>");
        let equals = ("mo", "=", Atom::Relation);
        assert_eq!(row(&[x, equals, minus, x]), "<mi>x</mi><mo>=</mo><mi>−</mi><mi>x</mi>");
        let in_braces = Item::new(Node::leaf("mo", "="), Atom::Relation).in_braces();
        assert_eq!((in_braces.node, in_braces.atom), (Node::leaf("mi", "="), Atom::Ordinary));
    }

    #[test]
    fn a_function_is_taken_of_what_follows() {
        let (sin, x) = (("mi", "sin", Atom::Function), ("mi", "x", Atom::Ordinary));
        let thin = "<mspace width=\"0.167em\"></mspace>";
        let taken = "<mi>sin</mi><mo>\u{2061}</mo>";
        assert_eq!(row(&[sin, x]), format!("{taken}{thin}<mi>x</mi>"));
        assert_eq!(row(&[sin, ("mo", "(", Atom::Opening)]), format!("{taken}<mo>(</mo>"));
        assert_eq!(row(&[x, sin]), format!("<mi>x</mi>{thin}<mi>sin</mi>"));
    }
}
