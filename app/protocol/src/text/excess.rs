//! The sentence about a text that is too long: how long it is, and how much fits.

/// The sentence; advice may follow.
pub fn too_long(count: usize, most: usize) -> String {
    format!("That is {} characters; {} fit.", grouped(count as u64), grouped(most as u64))
}

/// A whole number with separators: `12,410`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_much_is_too_much_is_said_in_numbers_that_can_be_read() {
        assert_eq!(too_long(9_000, 4_000), "That is 9,000 characters; 4,000 fit.");
        assert_eq!(too_long(33, 32), "That is 33 characters; 32 fit.");
        assert_eq!([grouped(0), grouped(999), grouped(1_234_567)], ["0", "999", "1,234,567"]);
    }
}
