//! The signs of GIFT; behind a `\` the same characters are text.

/// The meaning of a character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sign {
    Open,
    Close,
    Right,
    Wrong,
    Feedback,
}

/// All signs of a text, with their positions.
pub(super) fn split(text: &str) -> impl Iterator<Item = (Sign, usize)> {
    let mut is_escaped = false;
    text.char_indices().filter_map(move |(at, letter)| {
        if std::mem::take(&mut is_escaped) {
            return None;
        }
        is_escaped = letter == '\\';
        let sign = match letter {
            '{' => Sign::Open,
            '}' => Sign::Close,
            '=' => Sign::Right,
            '~' => Sign::Wrong,
            '#' => Sign::Feedback,
            _ => return None,
        };
        Some((sign, at))
    })
}

/// Removes the `\` before signs.
pub(super) fn unescape(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match (letter, letters.peek()) {
            ('\\', Some('~' | '=' | '#' | '{' | '}' | ':' | '\\')) => plain.extend(letters.next()),
            ('\\', Some('n')) => {
                letters.next();
                plain.push('\n');
            }
            _ => plain.push(letter),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_escaped_is_no_sign() {
        let signs: Vec<_> = split(r"a \= b {=1 \~ 2#c}").map(|(sign, _)| sign).collect();
        assert_eq!(signs, [Sign::Open, Sign::Right, Sign::Feedback, Sign::Close]);
        assert_eq!(unescape(r"a \= b \{x\}\nc \d"), "a = b {x}\nc \\d");
    }
}
