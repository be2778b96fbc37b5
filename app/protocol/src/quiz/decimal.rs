//! Decimal numbers as people write them, without the surprises of binary fractions.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::digits::digit;

/// The most digits after the point.
const PLACES: usize = 6;
const ONE: i64 = 1_000_000;
/// The most digits before the point.
const WHOLE: usize = 12;

/// A decimal number: up to 12 digits before the point and 6 after it. A text
/// on the wire, such as `"-3.5"`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Decimal(i64);

/// Why a text is no [`Decimal`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidDecimal {
    /// It is no number, or has too many digits.
    #[error("a number has up to 12 digits before the point and 6 after it")]
    NotANumber,
    /// Such as `1,000`: for some people the comma groups thousands, for others it begins the fraction.
    #[error("this can mean {thousands} or {fraction}")]
    Ambiguous {
        /// The number, if the sign groups thousands.
        thousands: Decimal,
        /// The number, if the sign begins the fraction.
        fraction: Decimal,
    },
}

impl InvalidDecimal {
    /// What to do about it, as a sentence for the person who typed it.
    #[must_use]
    pub fn advice(self) -> &'static str {
        match self {
            Self::NotANumber => "Type a number, such as 12 or 3.5.",
            Self::Ambiguous { .. } => "Is that a thousand or a fraction? Type it as 1000, or as 1.0.",
        }
    }
}

impl Decimal {
    /// The absolute difference of two numbers.
    #[must_use]
    pub fn distance(self, other: Self) -> Self {
        // Both are far from the limits of an i64.
        Self((self.0 - other.0).abs())
    }

    /// The number with these digits before and after the point.
    fn new(sign: i64, whole: &str, part: &str) -> Result<Self, InvalidDecimal> {
        let is_number = |digits: &str| digits.bytes().all(|digit| digit.is_ascii_digit());
        let is_short = whole.len() <= WHOLE && part.len() <= PLACES;
        if !is_short || whole.len() + part.len() == 0 || !is_number(whole) || !is_number(part) {
            return Err(InvalidDecimal::NotANumber);
        }
        let number = |digits: &str| if digits.is_empty() { Ok(0) } else { digits.parse::<i64>() };
        let whole = number(whole).map_err(|_| InvalidDecimal::NotANumber)?;
        let part = number(&format!("{part:0<PLACES$}")).map_err(|_| InvalidDecimal::NotANumber)?;
        Ok(Self(sign * (whole * ONE + part)))
    }
}

impl FromStr for Decimal {
    type Err = InvalidDecimal;

    /// Parses `12`, `-3.5`, `+0,25`, `1 000`, `1.000,5` and `١٢`: spaces are ignored, a comma may be a point,
    /// and digits of all scripts count. What is ambiguous (`1,000`, `1.500`) is not guessed; nothing
    /// that [`fmt::Display`] writes is.
    fn from_str(text: &str) -> Result<Self, InvalidDecimal> {
        let text: String = text.chars().filter_map(plain).collect();
        let (sign, digits) = match text.strip_prefix('-') {
            Some(digits) => (-1, digits),
            None => (1, text.strip_prefix('+').unwrap_or(&text)),
        };
        let Some(at) = digits.rfind(is_mark) else { return Self::new(sign, digits, "") };
        let (whole, part) = (&digits[..at], &digits[at + 1..]);
        let last = &digits[at..=at];
        let ungrouped = || whole.replace(is_mark, "");
        match whole.find(is_mark).map(|first| &whole[first..=first]) {
            // One kind of mark, repeated: thousands. `1.2.3` is neither.
            Some(first) if first == last && is_grouped(digits, last) => {
                Self::new(sign, &digits.replace(is_mark, ""), "")
            }
            // Two kinds: the last one begins the fraction.
            Some(first) if first != last && last != "'" && is_grouped(whole, first) => {
                Self::new(sign, &ungrouped(), part)
            }
            Some(_) => Err(InvalidDecimal::NotANumber),
            None if last == "'" && is_grouped(digits, last) => Self::new(sign, &format!("{whole}{part}"), ""),
            None if last == "'" => Err(InvalidDecimal::NotANumber),
            None => {
                let fraction = Self::new(sign, whole, part)?;
                let can_group = is_grouped(digits, last) && (last == "," || part.ends_with('0'));
                match Self::new(sign, &format!("{whole}{part}"), "") {
                    Ok(thousands) if can_group => Err(InvalidDecimal::Ambiguous { thousands, fraction }),
                    _ => Ok(fraction),
                }
            }
        }
    }
}

/// A character of a number in plain form; `None` for spaces and marks of writing direction.
fn plain(letter: char) -> Option<char> {
    match letter {
        '\u{61C}' | '\u{200E}' | '\u{200F}' | '\u{2066}'..='\u{2069}' => None,
        '\u{2212}' | '\u{2010}'..='\u{2013}' | '\u{FE63}' | '\u{FF0D}' => Some('-'),
        '\u{FF0B}' => Some('+'),
        '\u{66B}' | '\u{FF0E}' => Some('.'),
        '\u{66C}' | '\u{2019}' => Some('\''),
        '\u{FF0C}' => Some(','),
        letter if letter.is_whitespace() => None,
        letter => Some(digit(letter).and_then(|value| char::from_digit(value, 10)).unwrap_or(letter)),
    }
}

fn is_mark(letter: char) -> bool {
    matches!(letter, '.' | ',' | '\'')
}

/// Whether the mark groups the digits as thousands, `12,345,678`, or lakhs, `1,23,45,678`.
fn is_grouped(digits: &str, mark: &str) -> bool {
    let Some((start, last)) = digits.rsplit_once(mark) else { return false };
    let mut groups = start.split(mark);
    let first = groups.next().unwrap_or_default();
    let is_number = |group: &str| group.bytes().all(|digit| digit.is_ascii_digit());
    let begins = (1..=3).contains(&first.len()) && !first.starts_with('0') && is_number(first);
    let between = groups.clone().next().map_or(3, str::len);
    let is_even = matches!(between, 2 | 3) && groups.all(|group| group.len() == between && is_number(group));
    begins && is_even && last.len() == 3 && is_number(last)
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, part) = (self.0.unsigned_abs() / ONE.unsigned_abs(), self.0.unsigned_abs() % ONE.unsigned_abs());
        if self.0 < 0 {
            f.write_str("-")?;
        }
        write!(f, "{whole}")?;
        if part > 0 {
            write!(f, ".{}", format!("{part:0>PLACES$}").trim_end_matches('0'))?;
        }
        Ok(())
    }
}

impl TryFrom<String> for Decimal {
    type Error = InvalidDecimal;
    fn try_from(text: String) -> Result<Self, InvalidDecimal> {
        text.parse()
    }
}

impl From<Decimal> for String {
    fn from(number: Decimal) -> Self {
        number.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_people_write_them() {
        for (written, shown) in [
            ("12", "12"),
            (" -3,50 ", "-3.5"),
            ("+.25", "0.25"),
            ("1 000", "1000"),
            ("\u{2212}0.000001", "-0.000001"),
            ("\u{2013}5", "-5"),
            ("1,000,000", "1000000"),
            ("1.000.000", "1000000"),
            ("1,00,000", "100000"),
            ("1.000,5", "1000.5"),
            ("1,000.50", "1000.5"),
            ("1'000", "1000"),
            ("1’000.5", "1000.5"),
            ("0,125", "0.125"),
            ("3.142", "3.142"),
            ("1234,567", "1234.567"),
        ] {
            assert_eq!(written.parse::<Decimal>().unwrap().to_string(), shown, "{written}");
        }
        for wrong in
            ["", ".", "1e5", "1.2.3", "ten", "1234567890123", "0.1234567", "--1", "1'0", "1,00,0000", "1,000,5", "'"]
        {
            assert_eq!(wrong.parse::<Decimal>(), Err(InvalidDecimal::NotANumber), "{wrong:?}");
        }
    }

    #[test]
    fn digits_of_every_script_count() {
        for written in ["١٢٫٥", "۱۲٫۵", "१२.५", "১২.৫", "๑๒.๕", "１２．５", "\u{200F}١٢٫٥", "𝟙𝟚.𝟝"]
        {
            assert_eq!(written.parse::<Decimal>().unwrap().to_string(), "12.5", "{written}");
        }
        assert_eq!("－５".parse::<Decimal>().unwrap().to_string(), "-5");
    }

    #[test]
    fn what_can_be_read_in_two_ways_is_not_guessed() {
        for (written, thousands, fraction) in
            [("1,000", "1000", "1"), ("-3,142", "-3142", "-3.142"), ("1.500", "1500", "1.5"), ("20,000", "20000", "20")]
        {
            let [thousands, fraction] = [thousands, fraction].map(|number| number.parse().unwrap());
            let told = Err(InvalidDecimal::Ambiguous { thousands, fraction });
            assert_eq!(written.parse::<Decimal>(), told, "{written}");
        }
    }

    #[test]
    fn what_is_written_is_read() {
        for number in [0, 1, -1, 1_500_000, 1_000_000_000, 1_234_000, -999_999_999_999_999_999, 20_000_000_000] {
            let number = Decimal(number);
            assert_eq!(number.to_string().parse(), Ok(number), "{number}");
        }
    }

    #[test]
    fn a_tenth_is_a_tenth() {
        let [sum, three] = ["0.3", "0.1"].map(|text| text.parse::<Decimal>().unwrap());
        assert_eq!(sum.distance(three).to_string(), "0.2");
    }
}
