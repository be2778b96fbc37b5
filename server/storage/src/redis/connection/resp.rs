//! The part of RESP3 that this connection uses.
//!
//! <https://github.com/redis/redis-specifications/blob/master/protocol/RESP3.md>

#[cfg(any(test, fuzzing))]
pub(crate) mod fuzzing;

/// How deep lists may be nested; answers to our commands need less.
const DEPTH: usize = 8;
/// The longest line: a type and a length, or an error.
const LINE: usize = 64 * 1024;
/// Elements of a list that are allocated in advance; more are when they come.
const ROOM: usize = 16;

/// A value of RESP3, read where it lies in the buffer.
#[derive(Clone, Debug, PartialEq)]
pub enum RespValue<'a> {
    /// A string of any kind.
    Text(&'a [u8]),
    /// A whole number, or a boolean as 0 or 1.
    Number(i64),
    /// The absence of a value.
    Null,
    /// An error; its first word is the code.
    Error(&'a [u8]),
    /// A list or set; a map, with keys and values in turn.
    List(Vec<RespValue<'a>>),
    /// A push message, no answer; its first element is the kind.
    Push(Vec<RespValue<'a>>),
}

/// Why no value could be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RespError {
    /// The rest has not arrived yet.
    Incomplete,
    /// The bytes are not RESP3; the connection is closed.
    Malformed,
}

/// Decodes the first value, and how many bytes it takes.
pub(super) fn decode(bytes: &[u8]) -> Result<(RespValue<'_>, usize), RespError> {
    let mut reader = Reader { bytes, at: 0 };
    let value = reader.value(DEPTH)?;
    Ok((value, reader.at))
}

/// Appends a command as a list of strings.
pub(super) fn write(out: &mut Vec<u8>, words: &[&[u8]]) {
    out.reserve(words.iter().map(|word| word.len() + 16).sum());
    head(out, b'*', words.len());
    for word in words {
        head(out, b'$', word.len());
        out.extend_from_slice(word);
        out.extend_from_slice(b"\r\n");
    }
}

fn head(out: &mut Vec<u8>, kind: u8, number: usize) {
    out.push(kind);
    out.extend_from_slice(decimal(number as u64, &mut [0; 20]));
    out.extend_from_slice(b"\r\n");
}

/// Writes a number in decimal to the end of `room`.
fn decimal(mut number: u64, room: &mut [u8; 20]) -> &[u8] {
    let mut from = room.len();
    loop {
        from -= 1;
        room[from] = b'0' + (number % 10) as u8;
        number /= 10;
        if number == 0 {
            return &room[from..];
        }
    }
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn value(&mut self, depth: usize) -> Result<RespValue<'a>, RespError> {
        let (kind, line) = self.line()?.split_first().ok_or(RespError::Malformed)?;
        match kind {
            b'+' | b',' | b'(' => Ok(RespValue::Text(line)),
            b'-' => Ok(RespValue::Error(line)),
            b':' => Ok(RespValue::Number(number(line)?)),
            b'#' => Ok(RespValue::Number((line == b"t").into())),
            b'_' => Ok(RespValue::Null),
            b'$' => Ok(self.body(line)?.map_or(RespValue::Null, RespValue::Text)),
            // The first three letters tell the kind of text.
            b'=' => Ok(self.body(line)?.map_or(RespValue::Null, |body| RespValue::Text(body.get(4..).unwrap_or(body)))),
            b'!' => Ok(self.body(line)?.map_or(RespValue::Null, RespValue::Error)),
            b'*' | b'~' => Ok(self.list(line, 1, depth)?.map_or(RespValue::Null, RespValue::List)),
            b'%' => Ok(self.list(line, 2, depth)?.map_or(RespValue::Null, RespValue::List)),
            b'>' => Ok(RespValue::Push(self.list(line, 1, depth)?.unwrap_or_default())),
            b'|' => {
                // Attributes of the next value, which were not asked for. They count as a level: each takes stack.
                self.list(line, 2, depth)?;
                self.value(depth.checked_sub(1).ok_or(RespError::Malformed)?)
            }
            _ => Err(RespError::Malformed),
        }
    }

    /// The bytes up to the end of the line.
    fn line(&mut self) -> Result<&'a [u8], RespError> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let Some(length) = rest.iter().take(LINE).position(|byte| *byte == b'\r') else {
            return Err(if rest.len() < LINE { RespError::Incomplete } else { RespError::Malformed });
        };
        self.at += length;
        self.end()?;
        Ok(&rest[..length])
    }

    /// As many bytes as `line` says; `None` for a negative length.
    fn body(&mut self, line: &[u8]) -> Result<Option<&'a [u8]>, RespError> {
        let Ok(length) = usize::try_from(number(line)?) else { return Ok(None) };
        let from = self.at;
        self.at = from.checked_add(length).ok_or(RespError::Malformed)?;
        self.end()?;
        Ok(Some(&self.bytes[from..from + length]))
    }

    fn list(&mut self, line: &[u8], each: usize, depth: usize) -> Result<Option<Vec<RespValue<'a>>>, RespError> {
        let Ok(count) = usize::try_from(number(line)?) else { return Ok(None) };
        let (count, depth) =
            (count.checked_mul(each).ok_or(RespError::Malformed)?, depth.checked_sub(1).ok_or(RespError::Malformed)?);
        let mut words = Vec::with_capacity(count.min(ROOM));
        for _ in 0..count {
            words.push(self.value(depth)?);
        }
        Ok(Some(words))
    }

    fn end(&mut self) -> Result<(), RespError> {
        match self.bytes.get(self.at..self.at + 2) {
            Some(b"\r\n") => {
                self.at += 2;
                Ok(())
            }
            Some(_) => Err(RespError::Malformed),
            None => Err(RespError::Incomplete),
        }
    }
}

fn number(line: &[u8]) -> Result<i64, RespError> {
    std::str::from_utf8(line).ok().and_then(|line| line.parse().ok()).ok_or(RespError::Malformed)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn text(text: &str) -> RespValue<'_> {
        RespValue::Text(text.as_bytes())
    }

    #[test]
    fn every_kind_of_word_is_read() {
        for (said, word) in [
            ("+OK\r\n", text("OK")),
            (",1.5\r\n", text("1.5")),
            (":-7\r\n", RespValue::Number(-7)),
            ("#t\r\n", RespValue::Number(1)),
            ("_\r\n", RespValue::Null),
            ("$-1\r\n", RespValue::Null),
            ("*-1\r\n", RespValue::Null),
            ("$4\r\na\r\nb\r\n", text("a\r\nb")),
            ("=6\r\ntxt:hi\r\n", text("hi")),
            ("-MOVED 1 a:1\r\n", RespValue::Error(b"MOVED 1 a:1")),
            ("!3\r\nOOM\r\n", RespValue::Error(b"OOM")),
            ("*2\r\n:1\r\n*0\r\n", RespValue::List(vec![RespValue::Number(1), RespValue::List(vec![])])),
            ("%1\r\n+a\r\n:1\r\n", RespValue::List(vec![text("a"), RespValue::Number(1)])),
            (">2\r\n+message\r\n$1\r\nx\r\n", RespValue::Push(vec![text("message"), text("x")])),
            ("|1\r\n+ttl\r\n:5\r\n+OK\r\n", text("OK")),
        ] {
            assert_eq!(decode(said.as_bytes()), Ok((word, said.len())), "{said:?}");
            for part in 0..said.len() {
                assert_eq!(decode(&said.as_bytes()[..part]), Err(RespError::Incomplete), "{said:?} up to {part}");
            }
        }
    }

    #[test]
    fn what_redis_does_not_say_is_not_read() {
        let deep = "*1\r\n".repeat(DEPTH + 1);
        let attributes = "|0\r\n".repeat(100_000);
        let long = format!("+{}", "a".repeat(LINE));
        for said in [
            "\r\n",
            "?1\r\n",
            ":x\r\n",
            "$1\r\nabc\r\n",
            "+a\rb",
            "$18446744073709551615\r\n",
            &deep,
            &attributes,
            &long,
        ] {
            assert_eq!(decode(said.as_bytes()), Err(RespError::Malformed), "{said:?}");
        }
    }

    #[test]
    fn a_command_is_a_list_of_texts() {
        let mut out = Vec::new();
        write(&mut out, &[b"GET", b"", b"a\r\n"]);
        assert_eq!(out, b"*3\r\n$3\r\nGET\r\n$0\r\n\r\n$3\r\na\r\n\r\n");
        assert_eq!(decimal(u64::MAX, &mut [0; 20]), b"18446744073709551615");
    }

    proptest! {
        #[test]
        fn whatever_comes_does_no_harm(bytes in proptest::collection::vec(any::<u8>(), 0..64), kind in "[+:$*%>=!|~_#(,-]") {
            let _ = decode(&[kind.as_bytes(), &bytes].concat());
            let _ = decode(&[kind.as_bytes(), b"9223372036854775807\r\n", &bytes].concat());
        }

        #[test]
        fn what_is_written_is_read(words in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..40), 0..9)) {
            let words: Vec<&[u8]> = words.iter().map(Vec::as_slice).collect();
            let mut out = Vec::new();
            write(&mut out, &words);
            let length = out.len();
            prop_assert_eq!(decode(&out), Ok((RespValue::List(words.into_iter().map(RespValue::Text).collect()), length)));
        }
    }
}
