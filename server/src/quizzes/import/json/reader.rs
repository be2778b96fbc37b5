//! A parser for strangers' JSON that keeps the line of each value, so that faults can be reported with their
//! place and in our own words.

use crate::workers::Budget;

/// How deep lists and objects may be nested; a quiz needs about five.
const DEPTH: usize = 40;

/// A value, and the line in which it begins, from 1.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Node {
    pub(super) line: u32,
    pub(super) value: Value,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    Null,
    Bool(bool),
    /// A number, as its text in the file.
    Number(String),
    Text(String),
    List(Vec<Node>),
    /// In the order of the file; of two fields with one name the first counts.
    Object(Vec<(String, Node)>),
}

/// Why a text is no JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct JsonError {
    pub(super) line: u32,
    pub(super) column: usize,
    /// The fault, as the end of a sentence: "a comma is missing".
    pub(super) why: &'static str,
}

/// Parses a whole text: one value, and nothing but spaces after it.
pub(super) fn parse(text: &str, budget: &Budget) -> Result<Node, JsonError> {
    let mut reader = Reader { text, at: 0, line: 1, budget };
    let node = reader.node(0)?;
    reader.pass_spaces();
    if reader.rest().is_empty() { Ok(node) } else { Err(reader.broken("it should be over here")) }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    line: u32,
    budget: &'a Budget,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn broken(&self, why: &'static str) -> JsonError {
        let before = self.text.get(..self.at).unwrap_or_default();
        let begins = before.rfind('\n').map_or(0, |at| at + 1);
        let column = before.get(begins..).map_or(0, |line| line.chars().count()) + 1;
        let why = if self.rest().is_empty() { "it breaks off" } else { why };
        JsonError { line: self.line, column, why }
    }

    fn pass_spaces(&mut self) {
        while let Some(space @ (b' ' | b'\t' | b'\n' | b'\r')) = self.peek() {
            self.line += u32::from(space == b'\n');
            self.at += 1;
        }
    }

    /// Skips a sign if it is the next one; true if it is.
    fn takes(&mut self, sign: u8) -> bool {
        self.pass_spaces();
        let is_next = self.peek() == Some(sign);
        self.at += usize::from(is_next);
        is_next
    }

    fn node(&mut self, depth: usize) -> Result<Node, JsonError> {
        self.pass_spaces();
        self.budget.step().map_err(|_| self.broken("there is too much in it"))?;
        self.budget.hold(size_of::<Node>()).map_err(|_| self.broken("there is too much in it"))?;
        if depth > DEPTH {
            return Err(self.broken("there are too many brackets within each other"));
        }
        let line = self.line;
        let value = match self.peek() {
            Some(b'{') => self.object(depth)?,
            Some(b'[') => self.list(depth)?,
            Some(b'"') => Value::Text(self.text()?),
            Some(b'-' | b'0'..=b'9') => self.number(),
            _ => self.word()?,
        };
        Ok(Node { line, value })
    }

    fn object(&mut self, depth: usize) -> Result<Value, JsonError> {
        self.at += 1;
        let mut fields: Vec<(String, Node)> = Vec::new();
        while !self.takes(b'}') {
            if !fields.is_empty() && !self.takes(b',') {
                return Err(self.broken("a comma or “}” is missing"));
            }
            // A comma after the last field is accepted.
            if !fields.is_empty() && self.takes(b'}') {
                break;
            }
            self.pass_spaces();
            if self.peek() != Some(b'"') {
                return Err(self.broken("a name between quotes is missing"));
            }
            let name = self.text()?;
            if !self.takes(b':') {
                return Err(self.broken("a colon is missing"));
            }
            let node = self.node(depth + 1)?;
            fields.push((name, node));
        }
        Ok(Value::Object(fields))
    }

    fn list(&mut self, depth: usize) -> Result<Value, JsonError> {
        self.at += 1;
        let mut list = Vec::new();
        while !self.takes(b']') {
            if !list.is_empty() && !self.takes(b',') {
                return Err(self.broken("a comma or “]” is missing"));
            }
            if !list.is_empty() && self.takes(b']') {
                break;
            }
            list.push(self.node(depth + 1)?);
        }
        Ok(Value::List(list))
    }

    fn number(&mut self) -> Value {
        let is_part = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '+' | '.');
        let rest = self.rest();
        let end = rest.find(|letter| !is_part(letter)).unwrap_or(rest.len());
        self.at += end;
        Value::Number(rest.get(..end.min(64)).unwrap_or_default().to_owned())
    }

    fn word(&mut self) -> Result<Value, JsonError> {
        for (word, value) in [("true", Value::Bool(true)), ("false", Value::Bool(false)), ("null", Value::Null)] {
            if self.rest().starts_with(word) {
                self.at += word.len();
                return Ok(value);
            }
        }
        Err(self.broken("a value is missing, or its quotes"))
    }

    /// Parses a text in quotes.
    fn text(&mut self) -> Result<String, JsonError> {
        self.at += 1;
        let mut units: Vec<u16> = Vec::new();
        let mut text = String::new();
        loop {
            let rest = self.rest();
            let end = rest.find(['"', '\\', '\n']).unwrap_or(rest.len());
            let part = rest.get(..end).unwrap_or_default();
            self.budget.hold(part.len()).map_err(|_| self.broken("there is too much in it"))?;
            if !part.is_empty() {
                flush(&mut units, &mut text);
                text.push_str(part);
            }
            self.at += end;
            match self.peek() {
                Some(b'"') => break,
                Some(b'\\') => match self.escape()? {
                    Escape::Unit(unit) => units.push(unit),
                    Escape::Letter(letter) => {
                        flush(&mut units, &mut text);
                        text.push(letter);
                    }
                },
                _ => return Err(self.broken("the quotes of a text are not closed")),
            }
        }
        self.at += 1;
        flush(&mut units, &mut text);
        Ok(text)
    }

    fn escape(&mut self) -> Result<Escape, JsonError> {
        self.at += 1;
        let letter = match self.peek() {
            Some(b'n') => '\n',
            Some(b't') => '\t',
            Some(b'r') => '\r',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{C}',
            Some(sign @ (b'"' | b'\\' | b'/')) => char::from(sign),
            Some(b'u') => {
                let digits = self.rest().get(1..5).filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()));
                let unit = digits.and_then(|digits| u16::from_str_radix(digits, 16).ok());
                let unit = unit.ok_or_else(|| self.broken("“\\u” needs four digits after it"))?;
                self.at += 5;
                return Ok(Escape::Unit(unit));
            }
            _ => return Err(self.broken("“\\” stands before a letter that means nothing with it")),
        };
        self.at += 1;
        Ok(Escape::Letter(letter))
    }
}

/// What a `\` and the characters after it stand for.
enum Escape {
    Letter(char),
    /// A unit of UTF-16; two of them may be one character.
    Unit(u16),
}

fn flush(units: &mut Vec<u16>, text: &mut String) {
    if !units.is_empty() {
        text.push_str(&String::from_utf16_lossy(units));
        units.clear();
    }
}

impl Node {
    /// The first field of an object with one of these names.
    pub(super) fn field(&self, names: &[&str]) -> Option<&Node> {
        let Value::Object(fields) = &self.value else { return None };
        let named = |name: &&str| fields.iter().find(|(other, _)| other == name).map(|(_, node)| node);
        names.iter().find_map(named).filter(|node| node.value != Value::Null)
    }

    pub(super) fn fields(&self) -> &[(String, Node)] {
        if let Value::Object(fields) = &self.value { fields } else { &[] }
    }

    pub(super) fn list(&self) -> Option<&[Node]> {
        if let Value::List(list) = &self.value { Some(list) } else { None }
    }

    pub(super) fn text(&self) -> Option<&str> {
        if let Value::Text(text) = &self.value { Some(text) } else { None }
    }

    /// A text, a number or a boolean as text.
    pub(super) fn words(&self) -> Option<String> {
        match &self.value {
            Value::Text(text) | Value::Number(text) => Some(text.clone()),
            Value::Bool(is_true) => Some(is_true.to_string()),
            _ => None,
        }
    }

    /// Whether it is `true`, `"true"`, `1` or `"1"`, which some programs write.
    pub(super) fn is_true(&self) -> bool {
        matches!(self.words().as_deref(), Some("true" | "True" | "1"))
    }

    /// A whole number, also in quotes.
    pub(super) fn number(&self) -> Option<usize> {
        self.words()?.trim().parse().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quizzes::import::LIMITS;

    fn broken(text: &str) -> (u32, usize, &'static str) {
        let JsonError { line, column, why } = parse(text, &Budget::of(LIMITS)).unwrap_err();
        (line, column, why)
    }

    #[test]
    fn a_text_is_what_was_meant() {
        let budget = Budget::of(LIMITS);
        let node = parse(r#" {"a": "\u00e4\ud83d\ude00\n\"ß", "b": [1.50, true, null,], } "#, &budget).unwrap();
        assert_eq!(node.field(&["a"]).unwrap().text(), Some("ä😀\n\"ß"));
        let list = node.field(&["x", "b"]).unwrap().list().unwrap();
        assert_eq!(list[0].value, Value::Number("1.50".into()));
        assert_eq!(list.len(), 3);
    }

    #[test]
    fn each_thing_knows_its_line() {
        let node = parse("{\n\"a\":\n\n[1,\n2]}", &Budget::of(LIMITS)).unwrap();
        let list = node.field(&["a"]).unwrap();
        assert_eq!((list.line, list.list().unwrap()[1].line), (4, 5));
    }

    #[test]
    fn what_is_broken_is_told_with_its_place() {
        for (text, told) in [
            ("{\"a\": 1\n \"b\": 2}", (2, 2, "a comma or “}” is missing")),
            ("{\"a\": [1 2]}", (1, 10, "a comma or “]” is missing")),
            ("{\"ä\" 1}", (1, 6, "a colon is missing")),
            ("{a: 1}", (1, 2, "a name between quotes is missing")),
            ("{\"a\": yes}", (1, 7, "a value is missing, or its quotes")),
            ("{\"a\": \"b\n\"}", (1, 9, "the quotes of a text are not closed")),
            ("{\"a\": \"\\x\"}", (1, 9, "“\\” stands before a letter that means nothing with it")),
            ("{\"a\": [", (1, 8, "it breaks off")),
            ("{} {}", (1, 4, "it should be over here")),
        ] {
            assert_eq!(broken(text), told, "{text}");
        }
        assert_eq!(broken(&"[".repeat(100)).2, "there are too many brackets within each other");
    }
}
