//! Formulas in the texts of a quiz: where one is, and its rendered form.
//!
//! Text between dollars is a formula in LaTeX, by the rule of Pandoc's `tex_math_dollars`, so that prices
//! stay prices. Texts are sent as they are written, together with the formulas that the server has rendered,
//! so that a browser needs no LaTeX parser and other clients may ignore them.

use serde::{Deserialize, Serialize};

/// A part of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece<'t> {
    /// Plain text, to be shown as it is.
    Text(&'t str),
    /// A formula, to be shown rendered; if it was not, as it is written.
    Formula(Source<'t>),
}

/// A formula as it is written in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Source<'t> {
    /// The whole formula, with its dollars.
    pub written: &'t str,
    /// The LaTeX between the dollars, as the author wrote it.
    pub latex: &'t str,
    /// Whether it is between double dollars: displayed on a line of its own.
    pub is_block: bool,
}

/// A rendered formula with its source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Formula {
    /// The source in the texts, with its dollars.
    pub written: String,
    /// A `math` element of MathML, made by the server: nothing that somebody wrote is markup in it, so it may
    /// be put into a page as it is.
    pub markup: String,
}

/// The rendered formulas of some texts, each once. Invalid ones are not among them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Formulas(Vec<Formula>);

impl Formulas {
    /// Whether no formula was rendered, so that a frame leaves the field out.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The rendered form of a formula; `None` for an invalid one.
    pub fn markup(&self, source: Source<'_>) -> Option<&str> {
        self.0.iter().find(|formula| formula.written == source.written).map(|formula| formula.markup.as_str())
    }

    /// Adds a formula, unless it is there already.
    pub fn push(&mut self, formula: Formula) {
        self.0.push(formula);
    }
}

/// The plain texts and formulas of a text, in their order. `\$` is a dollar.
pub fn pieces(text: &str) -> Pieces<'_> {
    Pieces { rest: text, plain: 0, formula: None }
}

/// Whether a text contains a formula, valid or not.
pub fn has_formula(text: &str) -> bool {
    pieces(text).any(|piece| matches!(piece, Piece::Formula(_)))
}

/// An iterator over the pieces of a text.
#[derive(Clone, Debug)]
pub struct Pieces<'t> {
    rest: &'t str,
    /// How many bytes of the rest are plain text, whatever they look like.
    plain: usize,
    /// The formula after the plain text that was returned last.
    formula: Option<Source<'t>>,
}

impl<'t> Iterator for Pieces<'t> {
    type Item = Piece<'t>;

    fn next(&mut self) -> Option<Piece<'t>> {
        if let Some(formula) = self.formula.take() {
            return Some(Piece::Formula(formula));
        }
        let mut from = std::mem::take(&mut self.plain);
        while let Some(dollar) = dollar(self.rest, from) {
            let (text, behind) = self.rest.split_at(dollar);
            if let Some(text) = text.strip_suffix('\\') {
                (self.rest, from) = (behind, 1);
                if text.is_empty() {
                    continue;
                }
                self.plain = 1;
                return Some(Piece::Text(text));
            }
            let Some(formula) = begins(behind) else {
                from = dollar + 1;
                continue;
            };
            self.rest = behind.strip_prefix(formula.written).unwrap_or_default();
            if text.is_empty() {
                return Some(Piece::Formula(formula));
            }
            self.formula = Some(formula);
            return Some(Piece::Text(text));
        }
        let rest = std::mem::take(&mut self.rest);
        (!rest.is_empty()).then_some(Piece::Text(rest))
    }
}

/// The position of the next dollar from `from` on.
fn dollar(text: &str, from: usize) -> Option<usize> {
    text.get(from..)?.find('$').map(|at| from + at)
}

/// The formula that begins with the dollar at the start of `text`.
fn begins(text: &str) -> Option<Source<'_>> {
    let is_block = text.starts_with("$$");
    let mark = if is_block { "$$" } else { "$" };
    let inside = text.strip_prefix(mark)?;
    let (latex, behind) = inside.split_at(closing(inside, mark)?);
    let behind = behind.strip_prefix(mark)?;
    let is_price = || {
        let is_apart = latex.starts_with(char::is_whitespace) || latex.ends_with(char::is_whitespace);
        is_apart || behind.starts_with(|next: char| next.is_ascii_digit())
    };
    if latex.trim().is_empty() || !is_block && is_price() {
        return None;
    }
    let (written, _) = text.split_at(text.len() - behind.len());
    Some(Source { written, latex, is_block })
}

/// The position of the mark that may end a formula: the first one in the same line without a `\` before it.
fn closing(inside: &str, mark: &str) -> Option<usize> {
    let mut is_escaped = false;
    for (at, letter) in inside.char_indices() {
        match letter {
            '\n' => return None,
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '$' if inside.get(at..).is_some_and(|rest| rest.starts_with(mark)) => return Some(at),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The pieces of a text, formulas between brackets and blocks between two of them.
    fn read(text: &str) -> String {
        let read = pieces(text).map(|piece| match piece {
            Piece::Text(text) => text.to_owned(),
            Piece::Formula(Source { latex, is_block: true, .. }) => format!("[[{latex}]]"),
            Piece::Formula(Source { latex, .. }) => format!("[{latex}]"),
        });
        read.collect()
    }

    #[test]
    fn formulas_stand_between_dollars() {
        for (text, expected) in [
            ("What is $x^2$?", "What is [x^2]?"),
            ("$a$", "[a]"),
            ("$a$$b$", "[a][b]"),
            ("H$_2$O and CO$_2$", "H[_2]O and CO[_2]"),
            ("$a$ oder $b$, ($c$)", "[a] oder [b], ([c])"),
            (r"$\text{in \$}$ each", r"[\text{in \$}] each"),
            ("one $$ x = 1 $$ block", "one [[ x = 1 ]] block"),
            ("$$\\int f$$", "[[\\int f]]"),
            ("نص $x$ نص", "نص [x] نص"),
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
    }

    #[test]
    fn prices_stay_prices() {
        for text in [
            "It costs $5 and $7",
            "It costs $5 and $7.",
            "$20,000 and USD$30,000",
            "5$ or 7$",
            "$ 5 $",
            "US$ or A$?",
            "$5-$10",
            "$",
            "$$",
            "$$$",
            "$$ $$",
            "one $a\nline$ only",
            "no end $x",
        ] {
            assert_eq!(read(text), text);
            assert!(!has_formula(text), "{text}");
        }
    }

    #[test]
    fn a_dollar_that_is_escaped_is_one() {
        for (text, expected) in [
            (r"\$5 and \$x$", "$5 and $x$"),
            (r"\$x\$ is not $x$", "$x$ is not [x]"),
            (r"\$", "$"),
            (r"\$\$\$", "$$$"),
            (r"a\b $c$", r"a\b [c]"),
            (r"no end $x\$", "no end $x$"),
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
    }

    #[test]
    fn what_was_drawn_is_found_by_how_it_is_written() {
        let mut formulas = Formulas::default();
        formulas.push(Formula { written: "$x$".into(), markup: "<math></math>".into() });
        let first = |text| match pieces(text).next() {
            Some(Piece::Formula(source)) => formulas.markup(source).map(str::to_owned),
            other => panic!("{other:?}"),
        };
        assert_eq!(first("$x$ again").as_deref(), Some("<math></math>"));
        assert_eq!((first("$y$"), first("$$x$$")), (None, None));
    }

    #[test]
    #[expect(clippy::disallowed_types, reason = "a test may look at the clock")]
    fn a_long_text_takes_no_longer_than_it_is() {
        for part in ["$", "$a", "$a ", "$$a", "\\$", "$a\\", "$$ ", "$1$1"] {
            let text = part.repeat(100_000);
            let began = std::time::Instant::now();
            assert!(pieces(&text).count() > 0);
            assert!(began.elapsed().as_secs() < 5, "{part}");
        }
    }

    proptest! {
        #[test]
        fn nothing_of_a_text_is_lost(text in r"([$\\ a1\n]|\PC){0,40}") {
            let written = pieces(&text).map(|piece| match piece {
                Piece::Text(text) => text,
                Piece::Formula(source) => source.written,
            });
            let written: String = written.collect();
            prop_assert_eq!(written.replace('\\', ""), text.replace('\\', ""));
        }
    }
}
