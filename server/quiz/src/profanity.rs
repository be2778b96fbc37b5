//! The filter of rude words, in the disguises that pupils think of first.
//!
//! A short list, for a host who wants the names on the wall to be harmless. It does not pretend to be
//! complete, and names that only contain such a word pass, unless the list says that nothing harmless does.

use unicode_security::confusable_detection::skeleton;

use crate::normalize::plain;

/// One word a line; `*` before it: no harmless word contains it. `#`: a comment.
const LIST: &str = include_str!("words.txt");

/// Whether a text contains a rude word: as a word, with digits for letters, or with
/// something between the letters.
pub(crate) fn is_rude(text: &str) -> bool {
    let plain: String = plain(text).chars().flat_map(latin).collect();
    let read: String = plain.chars().map(letter_of_sign).collect();
    let squeezed: String = read.chars().filter(|c| c.is_alphabetic()).collect();
    let mut words = words_of(&read);
    words.extend(words_of(&plain.replace(|c: char| c.is_ascii_digit(), " ")));
    words.push(squeezed.clone());
    let words: Vec<String> =
        words.iter().flat_map(|word| [word.clone(), collapse_repeats(word, 2), collapse_repeats(word, 1)]).collect();
    let squeezed = [collapse_repeats(&squeezed, 1), squeezed];

    let listed = LIST.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let mut listed = listed.map(|line| line.strip_prefix('*').map_or((line, false), |word| (word, true)));
    listed.any(|(rude, anywhere)| {
        words.iter().any(|word| word == rude) || anywhere && squeezed.iter().any(|text| text.contains(rude))
    })
}

/// The words of a text, and those that single letters spell together.
fn words_of(text: &str) -> Vec<String> {
    let (mut words, mut spelled) = (Vec::new(), String::new());
    for word in text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
        if word.chars().count() == 1 {
            spelled.push_str(word);
        } else {
            words.push(std::mem::take(&mut spelled));
            words.push(word.to_owned());
        }
    }
    words.push(spelled);
    words.retain(|word| !word.is_empty());
    words
}

/// Reduces letters that are repeated three times or more to `times` of them.
fn collapse_repeats(word: &str, times: usize) -> String {
    let letters: Vec<char> = word.chars().collect();
    let runs = letters.chunk_by(|a, b| a == b);
    runs.flat_map(|run| run.iter().take(if run.len() > 2 { times } else { 2 })).collect()
}

/// The Latin letter that a letter of another alphabet looks like.
fn latin(c: char) -> Vec<char> {
    if c.is_ascii() { vec![c] } else { skeleton(c.encode_utf8(&mut [0; 4])).collect() }
}

fn letter_of_sign(c: char) -> char {
    match c {
        '0' => 'o',
        '1' | '!' | '|' => 'i',
        '3' | '€' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' => 't',
        _ => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rude_word_is_seen_through_its_disguises() {
        for rude in [
            "fuck",
            "Fuck",
            "f u c k",
            "f.u.c.k",
            "FUUUUCK",
            "xXfuckXx",
            "fück",
            "fuсk",
            "sh1t",
            "5h1t",
            "$h!t",
            "shit2",
            "big a$$",
            "a s s",
            "asssss",
            "Hure",
            "Arschl0ch",
            "Scheiße!",
            "m3rde",
            "enculé",
            "Mierda",
            "adolf hitler",
            "ｆｕｃｋ",
            "b1tch",
            "Mr Dick",
        ] {
            assert!(is_rude(rude), "{rude}");
        }
    }

    #[test]
    fn a_harmless_name_passes() {
        for harmless in [
            "Ada",
            "Cassandra",
            "Hassan",
            "Scunthorpe",
            "Kshitij",
            "Dickens",
            "Essex",
            "Peacock",
            "Ass\u{e9}tou Ba",
            "Class 7b",
            "Kat3",
            "Bass 4",
            "Anna",
            "Otto",
            "Yu",
            "Nur Al Huda",
            "مريم",
            "小明",
            "Дмитрий",
            "",
            "42",
            "B A",
            "Computer",
            "Schulzwecke",
            "Ana Lisa",
            "Pass It On",
        ] {
            assert!(!is_rude(harmless), "{harmless}");
        }
    }

    #[test]
    fn the_list_is_written_as_it_is_compared() {
        for line in LIST.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let word = line.trim_start_matches('*');
            assert!(word.len() > 2 && word.bytes().all(|byte| byte.is_ascii_lowercase()), "{line}");
            assert!(is_rude(word), "{line}");
        }
    }
}
