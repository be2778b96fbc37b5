//! Prepares the source of a formula for the crate.

use std::borrow::Cow;

use protocol::limits;

use super::Wrong;

/// Commands that are refused: those that define others, by which a few letters could become a million, and
/// those with a number that the crate does not check.
const UNKNOWN: [&str; 9] =
    ["def", "edef", "gdef", "let", "futurelet", "newcommand", "renewcommand", "providecommand", "char"];
/// Environments with such a number.
const UNKNOWN_LINES: [&str; 2] = ["{alignat", "{alignedat"];

/// Checks the source, and rewrites what the crate misreads.
pub(super) fn prepared(latex: &str) -> Result<Cow<'_, str>, Wrong> {
    let is_short = latex.chars().nth(limits::FORMULA_CHARS).is_none();
    let is_known = !UNKNOWN_LINES.iter().any(|lines| latex.contains(lines));
    if !(is_short && is_known && is_plain(latex)) {
        return Err(Wrong);
    }
    // The crate assumes that every space is a single byte.
    let is_wide = |letter: char| letter.is_whitespace() && !letter.is_ascii();
    match grouped_indices(latex)? {
        latex if latex.contains(is_wide) => Ok(Cow::Owned(latex.replace(is_wide, " "))),
        latex => Ok(latex),
    }
}

/// Whether it defines no command and has no comment: a `%` hides what follows, which the author of a
/// quiz does not mean.
fn is_plain(latex: &str) -> bool {
    let mut rest = latex;
    while let Some(at) = rest.find(['\\', '%']) {
        let Some(behind) = rest.get(at..).and_then(|rest| rest.strip_prefix('\\')) else { return false };
        let end = behind.find(|letter: char| !letter.is_ascii_alphabetic()).unwrap_or(behind.len());
        let (name, after) = behind.split_at(end);
        if UNKNOWN.contains(&name) {
            return false;
        }
        // The character behind a `\` belongs to the command.
        rest = if name.is_empty() {
            after.get(after.chars().next().map_or(0, char::len_utf8)..).unwrap_or("")
        } else {
            after
        };
    }
    true
}

/// Puts braces around indices: of `\sqrt[2n]{x}` the crate takes `2` as the index, of
/// `\sqrt[{2n}]{x}` all of it.
fn grouped_indices(latex: &str) -> Result<Cow<'_, str>, Wrong> {
    const ROOT: &str = "\\sqrt";
    if !latex.contains(ROOT) {
        return Ok(Cow::Borrowed(latex));
    }
    let mut grouped = String::with_capacity(latex.len() + 8);
    let mut rest = latex;
    while let Some((before, behind)) = rest.split_once(ROOT) {
        grouped.push_str(before);
        grouped.push_str(ROOT);
        rest = behind;
        if let Some(inside) = behind.trim_start().strip_prefix('[') {
            let (index, after) = index(inside).ok_or(Wrong)?;
            grouped.extend(["[{", index, "}]"]);
            rest = after;
        }
    }
    grouped.push_str(rest);
    Ok(Cow::Owned(grouped))
}

/// The text before the bracket that ends an index, and the rest behind it.
fn index(inside: &str) -> Option<(&str, &str)> {
    let mut depth = 0_usize;
    for (at, letter) in inside.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' => depth = depth.checked_sub(1)?,
            ']' if depth == 0 => return Some((inside.get(..at)?, inside.get(at + 1..)?)),
            _ => {}
        }
    }
    None
}

/// The text in `\text{…}`, in which some characters are escaped with a `\`.
pub(super) fn words(text: &str) -> Result<String, Wrong> {
    // The crate's event for a no-break space.
    if text == "&nbsp;" {
        return Ok("\u{A0}".into());
    }
    let mut words = String::with_capacity(text.len());
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => words.push(letters.next().filter(|sign| "%$#&_{} ".contains(*sign)).ok_or(Wrong)?),
            '{' | '}' => {}
            '~' => words.push('\u{A0}'),
            letter => words.push(letter),
        }
    }
    // Browsers drop white space at the ends of an element.
    let inner = words.trim();
    let [before, after] = [words.starts_with(char::is_whitespace), words.ends_with(char::is_whitespace)]
        .map(|is_apart| if is_apart { "\u{A0}" } else { "" });
    Ok(format!("{before}{inner}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_defines_or_hides_something_is_wrong() {
        for latex in [
            r"\char60",
            r"\begin{alignat}{2}",
            r"\def\a{b}\a",
            r"x\newcommand{\a}[1]{b}",
            r"\let\a=b",
            "50% of x",
            r"a\\%b",
            r"\\\def",
        ] {
            assert_eq!(prepared(latex), Err(Wrong), "{latex}");
        }
        for latex in [r"50\%", r"a\\b", r"\definitely", r"\delta", "ä\\ö", "\\"] {
            assert_eq!(prepared(latex).as_deref(), Ok(latex));
        }
        assert_eq!(prepared("a\u{A0}b\u{3000}").as_deref(), Ok("a b "));
        assert!(prepared(&"x".repeat(limits::FORMULA_CHARS)).is_ok());
        assert_eq!(prepared(&"x".repeat(limits::FORMULA_CHARS + 1)), Err(Wrong));
    }

    #[test]
    fn an_index_is_read_as_a_whole() {
        for (latex, expected) in [
            (r"\sqrt[3]{x}", r"\sqrt[{3}]{x}"),
            (r"1+\sqrt [2n]{x}-\sqrt{y}", r"1+\sqrt[{2n}]{x}-\sqrt{y}"),
            (r"\sqrt[{a]b}]{x}", r"\sqrt[{{a]b}}]{x}"),
        ] {
            assert_eq!(prepared(latex).as_deref(), Ok(expected));
        }
        assert_eq!(prepared(r"\sqrt[3"), Err(Wrong));
    }

    #[test]
    fn words_in_a_formula_are_words() {
        for (text, expected) in [
            ("if ", "if\u{A0}"),
            (r" 50\% ", "\u{A0}50%\u{A0}"),
            ("a~{b}", "a\u{A0}b"),
            ("&nbsp;", "\u{A0}"),
            ("<b>", "<b>"),
        ] {
            assert_eq!(words(text).as_deref(), Ok(expected));
        }
        assert_eq!(words(r"\textbf{a}"), Err(Wrong));
    }
}
