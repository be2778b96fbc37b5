//! A JSON decoder for our types, of few bytes. This file parses the text, `types` implements serde's traits.
//!
//! serde_json has error sentences, prints numbers for them, and also accepts every struct as a list. In a
//! browser that costs more than all of the decoding; this one only says that a text is not of the expected
//! type, and knows no fractions, of which we have none. Tests compare it with serde_json.

mod types;
mod unreadable;

use std::borrow::Cow;

use unreadable::{Outcome, Unreadable};

/// How deep lists may be nested; deeper ones are an attack on the stack.
const DEEPEST: usize = 64;

/// A text that is being decoded.
pub(super) struct Reader<'de> {
    /// The part of the text that was not read yet.
    rest: &'de str,
    /// The number of lists and objects around it.
    depth: usize,
}

impl<'de> Reader<'de> {
    pub(super) fn new(text: &'de str) -> Self {
        Self { rest: text, depth: 0 }
    }

    /// Checks that only white space follows.
    pub(super) fn end(mut self) -> Outcome<()> {
        self.skip_spaces();
        if self.rest.is_empty() { Ok(()) } else { Err(Unreadable) }
    }

    /// Calls `each` with the name and the text of every field of an object.
    pub(super) fn object(&mut self, mut each: impl FnMut(&str, &'de str)) -> Outcome<()> {
        self.open('{')?;
        let mut is_first = true;
        while self.goes_on('}', &mut is_first)? {
            let name = self.string()?;
            self.mark(':')?;
            let before = self.rest;
            self.value()?;
            each(&name, before.get(..before.len() - self.rest.len()).ok_or(Unreadable)?);
        }
        Ok(())
    }

    fn skip_spaces(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t', '\n', '\r']);
    }

    /// The first byte of the next value.
    fn peek(&mut self) -> Outcome<u8> {
        self.skip_spaces();
        self.rest.bytes().next().ok_or(Unreadable)
    }

    fn mark(&mut self, mark: char) -> Outcome<()> {
        self.skip_spaces();
        self.rest = self.rest.strip_prefix(mark).ok_or(Unreadable)?;
        Ok(())
    }

    fn open(&mut self, mark: char) -> Outcome<()> {
        self.mark(mark)?;
        self.depth += 1;
        if self.depth > DEEPEST { Err(Unreadable) } else { Ok(()) }
    }

    /// Whether a list or an object has another element, or ends here.
    fn goes_on(&mut self, close: char, is_first: &mut bool) -> Outcome<bool> {
        if self.mark(close).is_ok() {
            self.depth -= 1;
            return Ok(false);
        }
        if !std::mem::take(is_first) {
            self.mark(',')?;
        }
        Ok(true)
    }

    /// Checks that it ends here.
    fn close(&mut self, mark: char) -> Outcome<()> {
        if self.goes_on(mark, &mut false)? { Err(Unreadable) } else { Ok(()) }
    }

    /// Skips `true`, `false` or `null`.
    fn word(&mut self, word: &str) -> Outcome<()> {
        self.rest = self.rest.strip_prefix(word).ok_or(Unreadable)?;
        Ok(())
    }

    fn bool(&mut self) -> Outcome<bool> {
        let is_so = self.peek()? == b't';
        self.word(if is_so { "true" } else { "false" })?;
        Ok(is_so)
    }

    fn number(&mut self) -> Outcome<&'de str> {
        self.skip_spaces();
        let before = self.rest;
        let _ = self.word("-");
        if self.word("0").is_err() {
            self.digits()?;
        }
        if self.word(".").is_ok() {
            self.digits()?;
        }
        if self.word("e").is_ok() || self.word("E").is_ok() {
            let _ = self.word("+").or_else(|_| self.word("-"));
            self.digits()?;
        }
        before.get(..before.len() - self.rest.len()).ok_or(Unreadable)
    }

    fn digits(&mut self) -> Outcome<()> {
        let after = self.rest.trim_start_matches(|c: char| c.is_ascii_digit());
        if after.len() == self.rest.len() {
            return Err(Unreadable);
        }
        self.rest = after;
        Ok(())
    }

    fn string(&mut self) -> Outcome<Cow<'de, str>> {
        self.mark('"')?;
        let mut whole = Cow::Borrowed("");
        loop {
            let mark = self.rest.bytes().position(|byte| byte == b'"' || byte == b'\\' || byte < b' ');
            let (plain, rest) = self.rest.split_at_checked(mark.ok_or(Unreadable)?).ok_or(Unreadable)?;
            whole += plain;
            self.rest = rest;
            if self.word("\"").is_ok() {
                return Ok(whole);
            }
            let letter = self.escaped()?;
            whole.to_mut().push(letter);
        }
    }

    fn escaped(&mut self) -> Outcome<char> {
        self.word("\\")?;
        let mut letters = self.rest.chars();
        let letter = letters.next().ok_or(Unreadable)?;
        self.rest = letters.as_str();
        Ok(match letter {
            '"' | '\\' | '/' => letter,
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'u' => self.unicode()?,
            _ => return Err(Unreadable),
        })
    }

    /// The character of the four digits after `\u`, and of a second `\u` if it needs one.
    fn unicode(&mut self) -> Outcome<char> {
        let mut units = vec![self.unit()?];
        if matches!(units[..], [0xD800..0xDC00]) {
            self.word("\\u")?;
            units.push(self.unit()?);
        }
        char::decode_utf16(units).next().and_then(Result::ok).ok_or(Unreadable)
    }

    fn unit(&mut self) -> Outcome<u16> {
        let (digits, rest) = self.rest.split_at_checked(4).ok_or(Unreadable)?;
        self.rest = rest;
        // Otherwise a sign would be accepted as part of a number.
        let is_plain = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        u16::from_str_radix(digits, 16).ok().filter(|_| is_plain).ok_or(Unreadable)
    }

    /// Skips a value of any type.
    fn value(&mut self) -> Outcome<()> {
        match self.peek()? {
            b'"' => self.string().map(drop),
            b'{' => self.object(|_, _| {}),
            b'[' => {
                self.open('[')?;
                let mut is_first = true;
                while self.goes_on(']', &mut is_first)? {
                    self.value()?;
                }
                Ok(())
            }
            b't' | b'f' => self.bool().map(drop),
            b'n' => self.word("null"),
            _ => self.number().map(drop),
        }
    }
}

#[cfg(test)]
mod tests;
