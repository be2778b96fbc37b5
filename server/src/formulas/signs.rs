//! Elements for letters, numbers, signs and spaces.

use pulldown_latex::event::{Content, DelimiterSize, DelimiterType, Dimension, DimensionUnit, Font, Style};

use super::Wrong;
use super::element::Node;
use super::letters::styled;
use super::row::{Atom, Item};
use super::source::words;

/// Signs that are accents above or below a letter.
const ACCENTS: &str = "´‾_˘ˇ˙¨`^~→˚←⇒↔↼⇀⏜⏠⏡⏞⏟⏝⎴⎵";
/// Those of them that stretch over what they mark.
const WIDE: &str = "‾_";

/// Makes an element of a letter, a number or a sign.
pub(super) fn content_of(content: Content<'_>, font: Option<Font>) -> Result<Item, Wrong> {
    let mo = |sign: char| Node::leaf("mo", sign);
    Ok(match content {
        Content::Text(text) => Item::new(Node::leaf("mtext", words(text)?), Atom::Ordinary),
        Content::Number(digits) => {
            let digits: String = digits.chars().map(|digit| font.map_or(digit, |font| styled(font, digit))).collect();
            Item::new(Node::leaf("mn", digits), Atom::Ordinary)
        }
        Content::Function(name) => {
            let is_name = |letter: char| letter.is_alphanumeric() || matches!(letter, ' ' | '-');
            if !name.chars().all(is_name) {
                return Err(Wrong);
            }
            let node = Node::leaf("mi", name);
            // A single letter would be slanted.
            let is_letter = name.chars().nth(1).is_none();
            Item::new(if is_letter { node.with("mathvariant", "normal") } else { node }, Atom::Function)
        }
        Content::Ordinary { content, stretchy: true } => Item::new(mo(content), Atom::Ordinary),
        Content::Ordinary { content, stretchy: false } => Item::new(letter(content, font), Atom::Ordinary),
        Content::LargeOp { content, small } => {
            let node = mo(content).with("movablelimits", "false");
            Item::new(if small { node.with("largeop", "false") } else { node }, Atom::Operator)
        }
        Content::BinaryOp { content, .. } => Item::new(mo(content), Atom::Binary),
        Content::Relation { content, .. } => {
            let mut bytes = [0; 8];
            let sign = std::str::from_utf8(content.encode_utf8_to_buf(&mut bytes)).map_err(|_| Wrong)?;
            Item::new(Node::leaf("mo", sign), Atom::Relation)
        }
        Content::Delimiter { content, size, ty } => {
            let atom = match ty {
                DelimiterType::Open => Atom::Opening,
                DelimiterType::Fence => Atom::Punctuation,
                DelimiterType::Close => Atom::Closing,
            };
            Item::new(delimiter(mo(content), size)?, atom)
        }
        Content::Punctuation(sign) => Item::new(mo(sign), Atom::Punctuation),
    })
}

/// Letters are slanted by default, except Greek capitals and those in upright fonts.
fn letter(letter: char, font: Option<Font>) -> Node {
    let is_upright = match font {
        None => letter.is_uppercase() && !letter.is_ascii(),
        Some(font) => font == Font::UpRight,
    };
    let node = Node::leaf("mi", font.map_or(letter, |font| styled(font, letter)));
    if is_upright { node.with("mathvariant", "normal") } else { node }
}

fn delimiter(node: Node, size: Option<DelimiterSize>) -> Result<Node, Wrong> {
    let em = match size {
        // It would stretch with its neighbours.
        None => return Ok(node.with("stretchy", "false")),
        Some(DelimiterSize::Big) => 1.2,
        Some(DelimiterSize::BIG) => 1.8,
        Some(DelimiterSize::Bigg) => 2.4,
        Some(DelimiterSize::BIGG) => 3.0,
    };
    node.with("stretchy", "true").with("symmetric", "true").measures("minsize", em)?.measures("maxsize", em)
}

/// The element as an accent, if it is one.
pub(super) fn accent(node: &Node) -> Option<Node> {
    let is_one = |text: &&str| text.chars().count() == 1 && ACCENTS.contains(*text);
    let sign = node.text().filter(is_one)?;
    // Others are operators already where they have to stretch.
    let is_wide = WIDE.contains(sign) || !node.is_sign();
    Some(Node::leaf("mo", sign).with("stretchy", if is_wide { "true" } else { "false" }))
}

pub(super) fn sized(style: Style, nodes: Vec<Node>) -> Node {
    let (is_display, level) = match style {
        Style::Display => ("true", "0"),
        Style::Text => ("false", "0"),
        Style::Script => ("false", "1"),
        Style::ScriptScript => ("false", "2"),
    };
    Node::branch("mstyle", nodes).with("displaystyle", is_display).with("scriptlevel", level)
}

pub(super) fn space(measures: [(&'static str, Option<Dimension>); 3]) -> Result<Item, Wrong> {
    let mut node = Node::branch("mspace", Vec::new());
    for (attribute, dimension) in measures {
        if let Some(dimension) = dimension {
            node = node.measures(attribute, ems(dimension))?;
        }
    }
    Ok(Item::new(node, Atom::Space))
}

/// A measure in em, of which one is ten points.
pub(super) fn ems(dimension: Dimension) -> f32 {
    let em = match dimension.unit {
        DimensionUnit::Em => 1.0,
        DimensionUnit::Mu => 1.0 / 18.0,
        DimensionUnit::Ex => 0.43,
        DimensionUnit::Pt | DimensionUnit::Bp => 0.1,
        DimensionUnit::Pc => 1.2,
        DimensionUnit::In => 7.227,
        DimensionUnit::Cm => 2.845,
        DimensionUnit::Mm => 0.2845,
        DimensionUnit::Dd => 0.107,
        DimensionUnit::Cc => 1.284,
        DimensionUnit::Sp => 0.1 / 65_536.0,
    };
    dimension.value * em
}
