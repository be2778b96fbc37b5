//! Elements of MathML Core, and how they are encoded.
//!
//! Their names and attributes are constants of ours or measures. What somebody wrote is in texts, and in the
//! two attributes that repeat a formula: both are escaped here.

use super::Wrong;

/// The longest measure, in em: nothing in a formula is larger than a screen.
const EMS: f32 = 10.0;

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Node {
    name: &'static str,
    attributes: Vec<(&'static str, Value)>,
    content: Content,
}

#[derive(Clone, Debug, PartialEq)]
enum Content {
    Text(String),
    Nodes(Vec<Node>),
}

#[derive(Clone, Debug, PartialEq)]
enum Value {
    Word(&'static str),
    Em(f32),
    Said(String),
}

impl Node {
    /// An element that contains a text.
    pub(super) fn leaf(name: &'static str, text: impl Into<String>) -> Self {
        Self { name, attributes: Vec::new(), content: Content::Text(text.into()) }
    }

    /// An element that contains other elements.
    pub(super) fn branch(name: &'static str, nodes: Vec<Self>) -> Self {
        Self { name, attributes: Vec::new(), content: Content::Nodes(nodes) }
    }

    /// An element with some space in it.
    ///
    /// # Errors [`Wrong`] for more than fits.
    pub(super) fn space(attribute: &'static str, em: f32) -> Result<Self, Wrong> {
        Self::branch("mspace", Vec::new()).measures(attribute, em)
    }

    /// A row of elements; a single element is returned as it is.
    pub(super) fn row(mut nodes: Vec<Self>) -> Self {
        match nodes.pop() {
            Some(only) if nodes.is_empty() => only,
            last => {
                nodes.extend(last);
                Self::branch("mrow", nodes)
            }
        }
    }

    pub(super) fn with(mut self, attribute: &'static str, word: &'static str) -> Self {
        self.attributes.push((attribute, Value::Word(word)));
        self
    }

    pub(super) fn measures(mut self, attribute: &'static str, em: f32) -> Result<Self, Wrong> {
        if !em.is_finite() || em.abs() > EMS {
            return Err(Wrong);
        }
        self.attributes.push((attribute, Value::Em(em.max(0.0))));
        Ok(self)
    }

    pub(super) fn attribute_text(mut self, attribute: &'static str, words: &str) -> Self {
        self.attributes.push((attribute, Value::Said(words.to_owned())));
        self
    }

    /// Its text, if it contains one.
    pub(super) fn text(&self) -> Option<&str> {
        if let Content::Text(text) = &self.content { Some(text) } else { None }
    }

    /// Whether it is an identifier (`mi`), and no operator.
    pub(super) fn is_sign(&self) -> bool {
        self.name == "mi"
    }

    /// Makes an operator an ordinary sign, with no space around it.
    pub(super) fn into_sign(mut self) -> Self {
        if self.name == "mo" {
            (self.name, self.attributes) = ("mi", Vec::new());
        }
        self
    }

    /// Strikes its text through with a slash, as in “≠”; an error where it is no text.
    pub(super) fn struck(mut self) -> Result<Self, Wrong> {
        let Content::Text(text) = &mut self.content else { return Err(Wrong) };
        text.push('\u{338}');
        Ok(self)
    }

    /// Encodes it as markup.
    ///
    /// # Errors [`Wrong`] for more than `most` bytes, and for characters that no text may contain.
    pub(super) fn markup(&self, most: usize) -> Result<String, Wrong> {
        let mut markup = String::new();
        self.write(&mut markup, most)?;
        Ok(markup)
    }

    fn write(&self, to: &mut String, most: usize) -> Result<(), Wrong> {
        to.extend(["<", self.name]);
        for (name, value) in &self.attributes {
            to.extend([" ", name, "=\""]);
            match value {
                Value::Word(word) => to.push_str(word),
                Value::Em(em) => to.push_str(&measure(*em)),
                Value::Said(words) => escape(words, to)?,
            }
            to.push('"');
        }
        to.push('>');
        match &self.content {
            Content::Text(text) => escape(text, to)?,
            Content::Nodes(nodes) => nodes.iter().try_for_each(|node| node.write(to, most))?,
        }
        to.extend(["</", self.name, ">"]);
        if to.len() > most { Err(Wrong) } else { Ok(()) }
    }
}

/// A length in MathML's notation, to a thousandth: `0.167em`.
fn measure(em: f32) -> String {
    let digits = format!("{em:.3}");
    format!("{}em", digits.trim_end_matches('0').trim_end_matches('.'))
}

fn escape(text: &str, to: &mut String) -> Result<(), Wrong> {
    for letter in text.chars() {
        match letter {
            '&' => to.push_str("&amp;"),
            '<' => to.push_str("&lt;"),
            '>' => to.push_str("&gt;"),
            '"' => to.push_str("&quot;"),
            // HTML parsers replace some of these.
            letter if letter.is_control() => return Err(Wrong),
            letter => to.push(letter),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_somebody_wrote_is_markup() {
        let node = Node::branch("math", vec![Node::leaf("mi", "<b>&\"'")]).attribute_text("alttext", "\"><script>");
        let expected = "<math alttext=\"&quot;&gt;&lt;script&gt;\"><mi>&lt;b&gt;&amp;&quot;'</mi></math>";
        assert_eq!(node.markup(1000).as_deref(), Ok(expected));
        assert_eq!(Node::leaf("mi", "\0").markup(1000), Err(Wrong));
        assert_eq!(node.markup(40), Err(Wrong), "it has an end");
    }

    #[test]
    fn measures_are_numbers_and_not_large() {
        let markup = |em| Node::space("width", em).and_then(|node| node.markup(100));
        assert_eq!(markup(3.0 / 18.0).as_deref(), Ok("<mspace width=\"0.167em\"></mspace>"));
        assert_eq!(markup(2.0).as_deref(), Ok("<mspace width=\"2em\"></mspace>"));
        assert_eq!(markup(-0.1).as_deref(), Ok("<mspace width=\"0em\"></mspace>"));
        for em in [f32::NAN, f32::INFINITY, 1e9, -1e9] {
            assert_eq!(markup(em), Err(Wrong));
        }
    }

    #[test]
    fn a_row_of_one_is_that_one() {
        let one = || Node::leaf("mi", "x");
        assert_eq!(Node::row(vec![one()]), one());
        assert_eq!(Node::row(Vec::new()), Node::branch("mrow", Vec::new()));
        assert_eq!(Node::row(vec![one(), one()]), Node::branch("mrow", vec![one(), one()]));
    }
}
