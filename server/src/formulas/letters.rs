//! Letters in mathematical fonts. MathML Core has no attribute for them: `\mathbb{R}` is the letter ℝ.

use pulldown_latex::event::Font;

/// The first code points of a font's letters: of A, a, 0, Α and α.
struct FontOffsets {
    upper: u32,
    lower: u32,
    digits: Option<u32>,
    greek: Option<(u32, u32)>,
}

/// Letters that Unicode had before the others of their font, at other places.
const EARLIER: [(Font, &str, &str); 4] = [
    (Font::Italic, "h", "ℎ"),
    (Font::Script, "BEFHILMRego", "ℬℰℱℋℐℒℳℛℯℊℴ"),
    (Font::Fraktur, "CHIRZ", "ℭℌℑℜℨ"),
    (Font::DoubleStruck, "CHNPQRZ", "ℂℍℕℙℚℝℤ"),
];

/// The letter in a font; unchanged where the font does not have it.
pub(super) fn styled(font: Font, letter: char) -> char {
    let font = match font {
        // Letters of this font are slanted, digits are not.
        Font::BoldSymbol if letter.is_ascii_digit() || letter.is_uppercase() && !letter.is_ascii() => Font::Bold,
        Font::BoldSymbol => Font::BoldItalic,
        Font::DoubleStruckItalic => Font::DoubleStruck,
        font => font,
    };
    earlier(font, letter).or_else(|| placed(&places(font)?, letter)).unwrap_or(letter)
}

fn earlier(font: Font, letter: char) -> Option<char> {
    let (_, letters, styled) = EARLIER.iter().find(|(other, ..)| *other == font)?;
    let at = letters.chars().position(|other| other == letter)?;
    styled.chars().nth(at)
}

fn placed(places: &FontOffsets, letter: char) -> Option<char> {
    let (begin, first) = match letter {
        'A'..='Z' => (places.upper, 'A'),
        'a'..='z' => (places.lower, 'a'),
        '0'..='9' => (places.digits?, '0'),
        'Α'..='Ω' => (places.greek?.0, 'Α'),
        'α'..='ω' => (places.greek?.1, 'α'),
        _ => return None,
    };
    char::from_u32(begin + u32::from(letter) - u32::from(first))
}

fn places(font: Font) -> Option<FontOffsets> {
    let (upper, lower, digits, greek) = match font {
        Font::Bold => (0x1D400, 0x1D41A, Some(0x1D7CE), Some((0x1D6A8, 0x1D6C2))),
        Font::Italic => (0x1D434, 0x1D44E, None, Some((0x1D6E2, 0x1D6FC))),
        Font::BoldItalic => (0x1D468, 0x1D482, None, Some((0x1D71C, 0x1D736))),
        Font::Script => (0x1D49C, 0x1D4B6, None, None),
        Font::BoldScript => (0x1D4D0, 0x1D4EA, None, None),
        Font::Fraktur => (0x1D504, 0x1D51E, None, None),
        Font::DoubleStruck => (0x1D538, 0x1D552, Some(0x1D7D8), None),
        Font::BoldFraktur => (0x1D56C, 0x1D586, None, None),
        Font::SansSerif => (0x1D5A0, 0x1D5BA, Some(0x1D7E2), None),
        Font::BoldSansSerif => (0x1D5D4, 0x1D5EE, Some(0x1D7EC), None),
        Font::SansSerifItalic => (0x1D608, 0x1D622, None, None),
        Font::SansSerifBoldItalic => (0x1D63C, 0x1D656, None, None),
        Font::Monospace => (0x1D670, 0x1D68A, Some(0x1D7F6), None),
        Font::BoldSymbol | Font::DoubleStruckItalic | Font::UpRight => return None,
    };
    Some(FontOffsets { upper, lower, digits, greek })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_those_of_their_font() {
        for (font, letters, expected) in [
            (Font::DoubleStruck, "RNZAk1", "ℝℕℤ𝔸𝕜𝟙"),
            (Font::Bold, "xA7αΩ", "𝐱𝐀𝟕𝛂𝛀"),
            (Font::BoldSymbol, "xα7Ω", "𝒙𝜶𝟕𝛀"),
            (Font::Script, "LAe", "ℒ𝒜ℯ"),
            (Font::Fraktur, "gC", "𝔤ℭ"),
            (Font::Italic, "hi", "ℎ𝑖"),
            (Font::Monospace, "x1", "𝚡𝟷"),
            (Font::UpRight, "kgΔ", "kgΔ"),
            (Font::Bold, "é+", "é+"),
        ] {
            let styled: String = letters.chars().map(|letter| styled(font, letter)).collect();
            assert_eq!(styled, expected, "{font:?}");
        }
    }
}
