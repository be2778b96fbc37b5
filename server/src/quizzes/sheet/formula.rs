//! Escapes cells of a CSV, so that no spreadsheet calculates with them, whatever its delimiter: `a;=1+1` is
//! two cells for an Excel that separates by semicolons, and the second one would be a formula.
//!
//! As OWASP advises in "CSV Injection" (<https://owasp.org/www-community/attacks/CSV_Injection>), a `'` is
//! put before what could begin one. [`plain`] removes it.

use std::borrow::Cow;

/// Characters that may begin a formula, full-width ones too.
const BEGINS: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '\u{FF1D}', '\u{FF0B}', '\u{FF0D}', '\u{FF20}'];
/// Characters that some spreadsheet takes for the end of a cell.
const ENDS: [char; 6] = [';', ',', '\t', '|', '\n', '\r'];

/// Escapes a cell that could begin a formula.
pub(super) fn harmless(cell: &str) -> Cow<'_, str> {
    if !cell.contains(BEGINS) {
        return Cow::Borrowed(cell);
    }
    let mut harmless = String::with_capacity(cell.len() + 4);
    for (before, rest) in beginnings(cell) {
        if is_formula(before, rest) {
            harmless.push('\'');
        }
        harmless.extend(rest.chars().next());
    }
    Cow::Owned(harmless)
}

/// The text that a cell had before [`harmless`] put an apostrophe into it.
pub(super) fn plain(cell: &str) -> Cow<'_, str> {
    if !cell.contains('\'') {
        return Cow::Borrowed(cell);
    }
    let mut plain = String::with_capacity(cell.len());
    for (before, rest) in beginnings(cell) {
        if !(rest.starts_with('\'') && is_formula(before, rest)) {
            plain.extend(rest.chars().next());
        }
    }
    Cow::Owned(plain)
}

/// The rest of the cell from each character on, with the character before it; `None` for the first.
fn beginnings(cell: &str) -> impl Iterator<Item = (Option<char>, &str)> {
    let mut before = None;
    cell.char_indices().map(move |(at, letter)| {
        let rest = cell.get(at..).unwrap_or_default();
        (before.replace(letter), rest)
    })
}

/// Whether a formula could begin here. Spreadsheets may strip quotes and spaces; text that already begins
/// with `'` gets another one, because reading removes one.
fn is_formula(before: Option<char>, rest: &str) -> bool {
    let begins = |rest: &str| rest.starts_with(BEGINS);
    let is_passed_over = |letter: char| matches!(letter, '\'' | '"' | ' ');
    match before {
        None => begins(rest.trim_start_matches(is_passed_over)),
        // "5, -3" is no formula: no spreadsheet splits a cell in quotes at its own comma.
        Some(',') => begins(rest.trim_start_matches(['\'', '"'])),
        Some(end) if ENDS.contains(&end) => begins(rest.trim_start_matches(is_passed_over)),
        Some(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn no_part_of_a_cell_is_a_formula() {
        for (cell, expected) in [
            ("=1+1", "'=1+1"),
            ("-1", "'-1"),
            (" =1", "' =1"),
            ("a;=1+1;", "a;'=1+1;"),
            ("a; =1", "a;' =1"),
            ("a;\"=1\"", "a;'\"=1\""),
            ("a|@x", "a|'@x"),
            ("a,=1", "a,'=1"),
            ("a\n=1", "a\n'=1"),
            ("\t=1", "'\t'=1"),
            ("\u{FF1D}1", "'\u{FF1D}1"),
            ("x = 1 + 1", "x = 1 + 1"),
            ("5, -3", "5, -3"),
            ("a;b", "a;b"),
            ("'tis", "'tis"),
            ("it's 3-4", "it's 3-4"),
        ] {
            assert_eq!(harmless(cell), expected, "{cell:?}");
            assert_eq!(plain(&harmless(cell)), cell, "{cell:?}");
        }
    }

    proptest! {
        #[test]
        fn what_was_made_harmless_comes_back(cell in "[-=+'@a,\";|\t\n é]{0,9}") {
            prop_assert_eq!(plain(&harmless(&cell)).into_owned(), cell.clone());
        }

        #[test]
        fn wherever_a_cell_is_parted_no_part_is_a_formula(cell in "[-=+'@a,\";|\t\n é]{0,9}") {
            let harmless = harmless(&cell);
            for part in harmless.split([';', '|', '\t', '\n', ',']) {
                prop_assert!(!part.starts_with(['=', '+', '-', '@']), "{:?} in {:?}", part, harmless);
            }
        }
    }
}
