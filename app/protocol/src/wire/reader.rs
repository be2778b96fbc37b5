//! Reads JSON into our types, in few bytes.
//!
//! serde_json says in sentences what is wrong with a text, prints numbers for
//! them, and takes every struct from a list too. In a browser that costs more
//! than all of the reading; this says only that a text is not what was asked
//! for, and knows no fractions, of which we have none. Tests hold it to
//! serde_json's opinion.

use std::borrow::Cow;
use std::fmt;

use serde::Deserializer;
use serde::de::value::StrDeserializer;
use serde::de::{DeserializeSeed, EnumAccess, Error, MapAccess, SeqAccess, VariantAccess, Visitor};

/// Lists in lists in lists: whoever sends more means harm to the stack.
const DEEPEST: usize = 64;

/// The text is not what was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Unreadable;

type Outcome<T> = Result<T, Unreadable>;

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not what was asked for")
    }
}

impl std::error::Error for Unreadable {}

impl Error for Unreadable {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
}

/// A text that is being read.
pub(super) struct Reader<'de> {
    /// What is still to be read.
    rest: &'de str,
    /// How many lists and objects that is in.
    depth: usize,
}

impl<'de> Reader<'de> {
    pub(super) fn new(text: &'de str) -> Self {
        Self { rest: text, depth: 0 }
    }

    /// Only spaces may follow.
    pub(super) fn end(mut self) -> Outcome<()> {
        self.skip_spaces();
        if self.rest.is_empty() { Ok(()) } else { Err(Unreadable) }
    }

    /// Calls `each` with the name and the text of everything in an object.
    pub(super) fn object(&mut self, mut each: impl FnMut(&str, &'de str)) -> Outcome<()> {
        self.open('{')?;
        let mut is_first = true;
        while self.goes_on('}', &mut is_first)? {
            let name = self.string()?;
            self.expect(':')?;
            let before = self.rest;
            self.value()?;
            each(&name, before.get(..before.len() - self.rest.len()).ok_or(Unreadable)?);
        }
        Ok(())
    }

    fn skip_spaces(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t', '\n', '\r']);
    }

    /// The first letter of what comes next.
    fn peek(&mut self) -> Outcome<u8> {
        self.skip_spaces();
        self.rest.bytes().next().ok_or(Unreadable)
    }

    fn expect(&mut self, mark: char) -> Outcome<()> {
        self.skip_spaces();
        self.rest = self.rest.strip_prefix(mark).ok_or(Unreadable)?;
        Ok(())
    }

    fn open(&mut self, mark: char) -> Outcome<()> {
        self.expect(mark)?;
        self.depth += 1;
        if self.depth > DEEPEST { Err(Unreadable) } else { Ok(()) }
    }

    /// Whether a list or an object has something more, or ends here.
    fn goes_on(&mut self, close: char, is_first: &mut bool) -> Outcome<bool> {
        if self.expect(close).is_ok() {
            self.depth -= 1;
            return Ok(false);
        }
        if !std::mem::take(is_first) {
            self.expect(',')?;
        }
        Ok(true)
    }

    /// It has to end here.
    fn close(&mut self, mark: char) -> Outcome<()> {
        if self.goes_on(mark, &mut false)? { Err(Unreadable) } else { Ok(()) }
    }

    /// `true`, `false` or `null`.
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
        self.expect('"')?;
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

    /// The four digits after `\u`, and those of the other half where it takes two.
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
        // A sign would be taken for a number too.
        let is_plain = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        u16::from_str_radix(digits, 16).ok().filter(|_| is_plain).ok_or(Unreadable)
    }

    /// Anything, left aside.
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

macro_rules! whole_numbers {
    ($($name:ident $visit:ident $kind:ty),*) => {
        $(fn $name<V: Visitor<'de>>(self, visitor: V) -> Outcome<V::Value> {
            visitor.$visit(self.number()?.parse::<$kind>().map_err(|_| Unreadable)?)
        })*
    };
}

impl<'de> Deserializer<'de> for &mut Reader<'de> {
    type Error = Unreadable;

    whole_numbers!(
        deserialize_u8 visit_u64 u64, deserialize_u16 visit_u64 u64,
        deserialize_u32 visit_u64 u64, deserialize_u64 visit_u64 u64,
        deserialize_i8 visit_i64 i64, deserialize_i16 visit_i64 i64,
        deserialize_i32 visit_i64 i64, deserialize_i64 visit_i64 i64
    );

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Outcome<V::Value> {
        match self.peek()? {
            b'"' => self.deserialize_str(visitor),
            b'{' => self.deserialize_map(visitor),
            b'[' => self.deserialize_seq(visitor),
            b't' | b'f' => self.deserialize_bool(visitor),
            b'n' => self.deserialize_option(visitor),
            b'-' => self.deserialize_i64(visitor),
            _ => self.deserialize_u64(visitor),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Outcome<V::Value> {
        visitor.visit_bool(self.bool()?)
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Outcome<V::Value> {
        match self.string()? {
            Cow::Borrowed(text) => visitor.visit_borrowed_str(text),
            Cow::Owned(text) => visitor.visit_string(text),
        }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Outcome<V::Value> {
        self.deserialize_str(visitor)
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Outcome<V::Value> {
        self.deserialize_str(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Outcome<V::Value> {
        if self.peek()? != b'n' {
            return visitor.visit_some(self);
        }
        self.word("null")?;
        visitor.visit_none()
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Outcome<V::Value> {
        self.peek()?;
        self.word("null")?;
        visitor.visit_unit()
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Outcome<V::Value> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Outcome<V::Value> {
        self.open('[')?;
        let mut parts = Parts { reader: self, is_first: true, is_over: false };
        let value = visitor.visit_seq(&mut parts)?;
        // Whoever knows how many there are does not ask for the end.
        if !parts.is_over {
            parts.reader.close(']')?;
        }
        Ok(value)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Outcome<V::Value> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Outcome<V::Value> {
        self.open('{')?;
        let mut parts = Parts { reader: self, is_first: true, is_over: false };
        let value = visitor.visit_map(&mut parts)?;
        if parts.is_over { Ok(value) } else { Err(Unreadable) }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Outcome<V::Value> {
        self.deserialize_map(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Outcome<V::Value> {
        if self.peek()? == b'"' {
            return visitor.visit_enum(StrDeserializer::new(&self.string()?));
        }
        self.open('{')?;
        let value = visitor.visit_enum(&mut *self)?;
        self.close('}')?;
        Ok(value)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Outcome<V::Value> {
        self.value()?;
        visitor.visit_unit()
    }

    serde::forward_to_deserialize_any! { f32 f64 i128 u128 char bytes byte_buf unit_struct tuple_struct }
}

/// What is in a list or an object, one after the other.
struct Parts<'r, 'de> {
    reader: &'r mut Reader<'de>,
    is_first: bool,
    is_over: bool,
}

impl Parts<'_, '_> {
    fn goes_on(&mut self, close: char) -> Outcome<bool> {
        let goes_on = self.reader.goes_on(close, &mut self.is_first)?;
        self.is_over = !goes_on;
        Ok(goes_on)
    }
}

impl<'de> SeqAccess<'de> for Parts<'_, 'de> {
    type Error = Unreadable;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Outcome<Option<T::Value>> {
        if self.goes_on(']')? { seed.deserialize(&mut *self.reader).map(Some) } else { Ok(None) }
    }
}

impl<'de> MapAccess<'de> for Parts<'_, 'de> {
    type Error = Unreadable;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Outcome<Option<K::Value>> {
        if self.goes_on('}')? { seed.deserialize(&mut *self.reader).map(Some) } else { Ok(None) }
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Outcome<V::Value> {
        self.reader.expect(':')?;
        seed.deserialize(&mut *self.reader)
    }
}

impl<'de> EnumAccess<'de> for &mut Reader<'de> {
    type Error = Unreadable;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Outcome<(V::Value, Self)> {
        let variant = seed.deserialize(&mut *self)?;
        self.expect(':')?;
        Ok((variant, self))
    }
}

impl<'de> VariantAccess<'de> for &mut Reader<'de> {
    type Error = Unreadable;

    fn unit_variant(self) -> Outcome<()> {
        self.peek()?;
        self.word("null")
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Outcome<T::Value> {
        seed.deserialize(self)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Outcome<V::Value> {
        self.deserialize_seq(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(self, _: &'static [&'static str], visitor: V) -> Outcome<V::Value> {
        self.deserialize_map(visitor)
    }
}

#[cfg(test)]
mod tests;
