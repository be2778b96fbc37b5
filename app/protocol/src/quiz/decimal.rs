//! Numbers as people write them, without the surprises of fractions to base 2.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Digits after the point.
const PLACES: usize = 6;
const ONE: i64 = 1_000_000;
/// Digits before the point, at most.
const WHOLE: usize = 12;

/// A decimal number: up to 12 digits before the point and 6 after it. A text
/// on the wire, such as `"-3.5"`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Decimal(i64);

/// Why a text is no [`Decimal`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a number has up to 12 digits before the point and 6 after it")]
pub struct NoDecimal;

impl Decimal {
    /// How far two are apart.
    #[must_use]
    pub fn distance(self, other: Self) -> Self {
        // Both are far from the ends of an i64.
        Self((self.0 - other.0).abs())
    }
}

impl FromStr for Decimal {
    type Err = NoDecimal;

    /// Reads `12`, `-3.5`, `+0,25` and `1 000`: spaces are left aside, and a
    /// comma is a point.
    fn from_str(text: &str) -> Result<Self, NoDecimal> {
        let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        let (sign, digits) = match text.strip_prefix(['-', '\u{2212}']) {
            Some(digits) => (-1, digits),
            None => (1, text.strip_prefix('+').unwrap_or(&text)),
        };
        let (whole, part) = digits.split_once(['.', ',']).unwrap_or((digits, ""));
        let is_number = |digits: &str| digits.bytes().all(|digit| digit.is_ascii_digit());
        let is_short = whole.len() <= WHOLE && part.len() <= PLACES;
        if !is_short || whole.len() + part.len() == 0 || !is_number(whole) || !is_number(part) {
            return Err(NoDecimal);
        }
        let number = |digits: &str| if digits.is_empty() { Ok(0) } else { digits.parse::<i64>() };
        let whole = number(whole).map_err(|_| NoDecimal)?;
        let part = number(&format!("{part:0<PLACES$}")).map_err(|_| NoDecimal)?;
        Ok(Self(sign * (whole * ONE + part)))
    }
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
    type Error = NoDecimal;
    fn try_from(text: String) -> Result<Self, NoDecimal> {
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
        for (written, shown) in
            [("12", "12"), (" -3,50 ", "-3.5"), ("+.25", "0.25"), ("1 000", "1000"), ("\u{2212}0.000001", "-0.000001")]
        {
            assert_eq!(written.parse::<Decimal>().unwrap().to_string(), shown);
        }
        for wrong in ["", ".", "1e5", "1.2.3", "ten", "1234567890123", "0.1234567", "--1"] {
            assert_eq!(wrong.parse::<Decimal>(), Err(NoDecimal), "{wrong:?}");
        }
    }

    #[test]
    fn a_tenth_is_a_tenth() {
        let [sum, three] = ["0.3", "0.1"].map(|text| text.parse::<Decimal>().unwrap());
        assert_eq!(sum.distance(three).to_string(), "0.2");
    }
}
