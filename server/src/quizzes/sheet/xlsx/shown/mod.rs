//! Numbers of a sheet as their cells show them: 32821 may be 09.11.1989, and 0.25 may be 25%.
//!
//! The codes are those of ECMA-376, part 1, 18.8.31. Colours, conditions and the rarest
//! signs are not supported.

mod code;
mod date;
mod number;

pub(super) use code::{builtin, is_system_dependent};

use code::{Token, section};

/// The epoch of serial days.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum DateSystem {
    /// 1 is 1 January 1900, and 1900 counts as a leap year.
    #[default]
    Since1900,
    /// 0 is 1 January 1904.
    Since1904,
}

/// A number in the form of this format code.
pub(super) fn shown(number: f64, code: &str, system: DateSystem) -> String {
    let Some((tokens, has_sign)) = section(code, number) else { return number::general(number) };
    let is_date = tokens.iter().any(|token| matches!(token, Token::Date(..) | Token::Elapsed(..) | Token::AmPm));
    if is_date {
        return date::shown(number, &tokens, system).unwrap_or_else(|| number::general(number));
    }
    let sign = if has_sign && number < 0.0 { "-" } else { "" };
    match number::shown(number.abs(), &tokens) {
        // A number that is rounded to zero has no sign.
        shown if sign.is_empty() || !shown.contains(|digit: char| ('1'..='9').contains(&digit)) => shown,
        shown => format!("{sign}{shown}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_shown_as_people_see_them() {
        for (number, code, expected) in [
            (20.0, "General", "20"),
            (0.1 + 0.2, "General", "0.3"),
            (1.0 / 3.0, "General", "0.333333333"),
            (123_456_789_012.0, "General", "123456789012"),
            (-1.5, "General", "-1.5"),
            (3.0, "0", "3"),
            (2.675, "0.00", "2.68"),
            (1000.0, "#,##0", "1,000"),
            (1_234_567.891, "#,##0.00", "1,234,567.89"),
            (0.25, "0%", "25%"),
            (0.125, "0.0%", "12.5%"),
            (7.0, "000", "007"),
            (1.5, "0.##", "1.5"),
            (2.0, "0.##", "2."),
            (9.99, "\"$\"#,##0.00", "$9.99"),
            (5.0, "0.00 [$€-407]", "5.00 €"),
            (20.0, "0\" s\"", "20 s"),
            (-3.0, "0;(0)", "(3)"),
            (-3.0, "0_);[Red]\\-0_)", "-3 "),
            (0.0, "0;-0;\"none\"", "none"),
            (-0.001, "0", "0"),
            (1_500_000.0, "0.0,,\" M\"", "1.5 M"),
            (0.5, "# ?/?", "1/2"),
            (2.75, "# ?/?", "2 3/4"),
            (12345.0, "0.00E+00", "1.23E+04"),
            (1.0, "@", "1"),
            (1.0, "[<5]0;0", "1"),
        ] {
            assert_eq!(shown(number, code, DateSystem::Since1900), expected, "{number} as {code}");
        }
    }

    #[test]
    fn dates_and_times_are_shown_as_people_see_them() {
        for (number, code, expected) in [
            (32821.0, "dd\\.mm\\.yyyy", "09.11.1989"),
            (32821.0, "DD.MM.YYYY", "09.11.1989"),
            (32821.0, "[$-407]d. mmmm yyyy", "9. November 1989"),
            (32821.0, "m/d/yy", "11/9/89"),
            (32821.0, "d-mmm-yy", "9-Nov-89"),
            (32821.0, "dddd", "Thursday"),
            (32821.0, "yyyy", "1989"),
            (1.0 / 3.0, "h:mm", "8:00"),
            (1.0 / 3.0, "hh:mm", "08:00"),
            (0.75, "h:mm AM/PM", "6:00 PM"),
            (0.0, "h:mm AM/PM", "12:00 AM"),
            (20.0 / 86_400.0, "h:mm:ss", "0:00:20"),
            (90.0 / 86_400.0, "mm:ss", "01:30"),
            (1.5, "[h]:mm", "36:00"),
            (32821.75, "dd.mm.yyyy hh:mm", "09.11.1989 18:00"),
            (1.0, "yyyy-mm-dd", "1900-01-01"),
            (60.0, "yyyy-mm-dd", "1900-02-29"),
            (61.0, "yyyy-mm-dd", "1900-03-01"),
            (45_350.0, "yyyy-mm-dd", "2024-02-28"),
            (-1.0, "yyyy-mm-dd", "-1"),
            (1e300, "yyyy-mm-dd", number::general(1e300).as_str()),
        ] {
            assert_eq!(shown(number, code, DateSystem::Since1900), expected, "{number} as {code}");
        }
        assert_eq!(shown(0.0, "yyyy-mm-dd", DateSystem::Since1904), "1904-01-01");
    }

    #[test]
    fn no_code_is_too_odd() {
        for code in
            ["", ";;;", "\"", "\\", "[", "[$", "_", "*", "0.0.0.0", "E+", "/", "?/?", "mmmmmmmmm", "[hhhh", "%%%%"]
        {
            for number in [0.0, -1.0, 1e308, 0.5] {
                let _ = shown(number, code, DateSystem::Since1900);
            }
        }
    }
}
