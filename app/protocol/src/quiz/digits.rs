//! Digits of all scripts: ١٢, १२ and １２ are 12 too.

/// The zero of each script that has digits of its own; nine more follow each.
#[rustfmt::skip]
const ZEROS: [u32; 66] = [
    0x30, 0x660, 0x6F0, 0x7C0, 0x966, 0x9E6, 0xA66, 0xAE6, 0xB66, 0xBE6, 0xC66, 0xCE6, 0xD66, 0xDE6, 0xE50, 0xED0,
    0xF20, 0x1040, 0x1090, 0x17E0, 0x1810, 0x1946, 0x19D0, 0x1A80, 0x1A90, 0x1B50, 0x1BB0, 0x1C40, 0x1C50, 0xA620,
    0xA8D0, 0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0, 0xFF10, 0x1_04A0, 0x1_0D30, 0x1_1066, 0x1_10F0, 0x1_1136,
    0x1_11D0, 0x1_12F0, 0x1_1450, 0x1_14D0, 0x1_1650, 0x1_16C0, 0x1_1730, 0x1_18E0, 0x1_1950, 0x1_1C50, 0x1_1D50,
    0x1_1DA0, 0x1_6A60, 0x1_6AC0, 0x1_6B50, 0x1_D7CE, 0x1_D7D8, 0x1_D7E2, 0x1_D7EC, 0x1_D7F6, 0x1_E140, 0x1_E2F0,
    0x1_E950, 0x1_FBF0,
];

/// The value of a digit of any script; `None` for other characters.
pub fn digit(letter: char) -> Option<u32> {
    let letter = u32::from(letter);
    let after = ZEROS.partition_point(|zero| *zero <= letter);
    let value = letter - ZEROS.get(after.checked_sub(1)?)?;
    (value < 10).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nine_follow_each_zero() {
        for (letter, value) in [('0', 0), ('9', 9), ('٣', 3), ('९', 9), ('５', 5), ('𝟝', 5)] {
            assert_eq!(digit(letter), Some(value), "{letter}");
        }
        for letter in ['/', ':', 'a', '½', '²', '三'] {
            assert_eq!(digit(letter), None, "{letter}");
        }
        assert!(ZEROS.is_sorted_by(|one, next| one + 9 < *next));
    }
}
