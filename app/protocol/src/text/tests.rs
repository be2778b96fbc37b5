//! What stays, what goes, and what holds for any text.

use proptest::prelude::*;
use unicode_normalization::is_nfc;

use super::Shape::{Line, Lines};
use super::*;

#[track_caller]
fn check(shape: Shape, cases: &[(&str, &str)]) {
    for (typed, cleaned) in cases {
        assert_eq!(clean(typed, shape), *cleaned, "{typed:?}");
    }
}

#[test]
fn what_people_write_stays_as_it_is() {
    for text in [
        "Hello, I'm Ada.",
        "fn main() {\n\tprintln!(\"  two spaces\");\n}",
        "a\n\nb",
        "نور الهدى",
        "می\u{200C}خواهم",
        "श्री\u{200D}", // A joiner that ends a word, as Malayalam and Bengali have them.
        "ක්\u{200D}රිකට්",
        "שָּׁלוֹם",
        "အကြွေး",
        "👨\u{200D}👩\u{200D}👧",
        "🏳\u{FE0F}\u{200D}🌈",
        "👩🏽\u{200D}⚕\u{FE0F}",
        "1\u{FE0F}\u{20E3}",
        "🏴\u{E0067}\u{E0062}\u{E0073}\u{E0063}\u{E0074}\u{E007F}",
        "葛\u{E0100}城",
        "Tiếng Việt ệ",
        "ก็ที่",
        "ཧཱུྃ",
        "ᠠ\u{180E}ᠠ",
        "\u{1FAFF}", // An emoji of tomorrow.
        "\u{F8FF}",
        "\u{FFFD}",
    ] {
        check(Lines, &[(text, text)]);
    }
}

#[test]
fn what_cannot_be_seen_is_taken_out() {
    let invisible = [
        '\0',
        '\u{7}',
        '\u{1B}',
        '\u{7F}',
        '\u{9B}',
        '\u{AD}',
        '\u{34F}',
        '\u{61C}',
        '\u{115F}',
        '\u{17B4}',
        '\u{200B}',
        '\u{200E}',
        '\u{202E}',
        '\u{2060}',
        '\u{2066}',
        '\u{2069}',
        '\u{206F}',
        '\u{378}',
        '\u{FDD0}',
        '\u{FEFF}',
        '\u{FFF9}',
        '\u{FFFC}',
        '\u{FFFE}',
        '\u{1D173}',
        '\u{1FFFF}',
        '\u{E0001}',
        '\u{E0041}',
        '\u{E0FFF}',
        '\u{10FFFF}',
        '\u{200C}',
        '\u{200D}',
        '\u{FE0F}',
        '\u{E0100}',
        '\u{180B}',
    ];
    for c in invisible {
        for shape in [Line, Lines] {
            assert_eq!(clean(&format!("a{c}b"), shape), "ab", "{c:?}");
            assert_eq!(clean(&format!("{c}"), shape), "", "{c:?}");
        }
    }
    check(Lines, &[("🏴\u{E0061}\u{E0062}", "🏴"), ("😀\u{FE0F}\u{FE0F}\u{FE01}", "😀\u{FE0F}")]);
}

#[test]
fn blanks_are_spaces_and_lines_end_in_one_way() {
    check(
        Line,
        &[
            ("  a \u{3164}\u{2800} b\t", "a b"),
            ("a\r\nb\u{2028}c\u{85}d", "a b c d"),
            ("山田\u{3000}太郎", "山田 太郎"),
            ("\u{2800}", ""),
        ],
    );
    check(
        Lines,
        &[
            ("a\r\nb\rc\u{2029}d\u{C}e", "a\nb\nc\nd\ne"),
            ("\n \r\n  a\u{2800}b \n\t", "  a b"),
            ("山田\u{3000}太郎", "山田\u{3000}太郎"),
            ("\n", ""),
        ],
    );
}

#[test]
fn marks_are_not_heaped_and_none_begins_a_text() {
    let heap = format!("Z{}a", "\u{301}\u{302}\u{303}\u{304}".repeat(30));
    assert_eq!(clean(&heap, Line), "Ź\u{302}\u{303}a", "three in all");
    let thai = format!("ก{}", "\u{E47}".repeat(120));
    check(Lines, &[(&thai, "ก็"), ("\u{301}a", "a"), ("\u{FE0F}\u{20E3}", "")]);
}

#[test]
fn letters_that_are_written_in_two_ways_are_one() {
    check(Line, &[("Cafe\u{301}", "Café"), ("\u{212B}", "Å"), ("e\u{200B}\u{301}", "é")]);
}

#[test]
fn of_what_was_kept_is_shown_what_there_is_room_for() {
    assert_eq!(shown(&"x ".repeat(30_000), Line, 4), "x x");
    assert_eq!(shown("a\0b", Lines, 4), "ab");
}

/// Texts of characters that matter to cleaning, between any others.
fn text() -> impl Strategy<Value = String> {
    let odd = prop::sample::select(vec![
        '\0',
        '\r',
        '\n',
        '\t',
        ' ',
        '\u{85}',
        '\u{AD}',
        '\u{301}',
        '\u{316}',
        '\u{344}',
        '\u{3099}',
        '\u{FB2C}',
        '\u{1D160}',
        '\u{200B}',
        '\u{200C}',
        '\u{200D}',
        '\u{FE0F}',
        '\u{E0100}',
        '\u{E0067}',
        '\u{E007F}',
        '🏴',
        '👩',
        'e',
        'é',
        'が',
        'क',
        '\u{94D}',
        'ม',
        '\u{E47}',
        '\u{1100}',
        '\u{1161}',
        '\u{1160}',
        '\u{3164}',
        '\u{2800}',
        '葛',
        '\u{F900}',
    ]);
    prop::collection::vec(prop_oneof![3 => odd, 1 => any::<char>()], 0..40).prop_map(|all| all.into_iter().collect())
}

/// What an HTML parser makes of a text that stands between two tags.
fn parsed(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n").replace('\0', "")
}

proptest! {
    #[test]
    fn cleaning_again_changes_nothing(text in text()) {
        for shape in [Line, Lines] {
            let cleaned = clean(&text, shape).into_owned();
            prop_assert_eq!(clean(&cleaned, shape), cleaned.as_str());
            prop_assert!(is_nfc(&cleaned));
        }
        let line = clean(&text, Line).into_owned();
        prop_assert_eq!(clean(&line, Lines), line.as_str(), "a line is a text of one line");
    }

    #[test]
    fn a_page_shows_what_was_kept(text in text()) {
        for shape in [Line, Lines] {
            let cleaned = clean(&text, shape);
            prop_assert_eq!(parsed(&cleaned), cleaned.as_ref());
            prop_assert!(!cleaned.starts_with('\n'), "the first line end of a text field is dropped");
            prop_assert_eq!(cleaned.trim_end(), cleaned.as_ref());
        }
        prop_assert!(!clean(&text, Line).contains(['\n', '\t']));
    }

    #[test]
    fn a_text_hardly_grows(text in text(), most in 0_usize..40) {
        // A letter comes apart into four at most.
        prop_assert!(clean(&text, Lines).chars().count() <= 4 * text.chars().count());
        let shown = shown(&text, Line, most).into_owned();
        prop_assert!(shown.chars().count() <= most);
        prop_assert_eq!(clean(&shown, Line), shown.as_str());
    }
}
