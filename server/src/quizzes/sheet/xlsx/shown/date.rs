//! Dates and times from a serial number of days.

use super::DateSystem;
use super::code::Token;

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const WEEKDAYS: [&str; 7] = ["Saturday", "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday"];
/// The last day of spreadsheets, in the year 9999.
const LAST_DAY: f64 = 2_958_466.0;
const DAY_SECONDS: i64 = 86_400;

/// The parts of a date and time.
struct Moment {
    year: i64,
    month: usize,
    day: i64,
    weekday: usize,
    /// Days since the epoch of the date system.
    days: i64,
    /// The whole seconds since midnight, from 0 to 86,399.
    seconds: i64,
}

/// A number as a date or time; `None` if it is no valid day.
pub(super) fn shown(number: f64, tokens: &[Token], system: DateSystem) -> Option<String> {
    let moment = moment(number, system)?;
    let is_halved = tokens.contains(&Token::AmPm);
    let mut shown = String::new();
    for (at, token) in tokens.iter().enumerate() {
        match token {
            Token::Literal(text) => shown.push_str(text),
            Token::Slash => shown.push('/'),
            Token::Date(letter, count) => {
                let is_minute = *letter == 'm' && is_minute(tokens, at);
                shown.push_str(&part(&moment, *letter, *count, is_minute, is_halved));
            }
            Token::Elapsed(letter, count) => {
                let (seconds, width) = (moment.days * DAY_SECONDS + moment.seconds, *count.min(&9));
                let elapsed = match letter {
                    'h' => seconds / 3600,
                    'm' => seconds / 60,
                    _ => seconds,
                };
                shown.push_str(&format!("{elapsed:0width$}"));
            }
            Token::AmPm => shown.push_str(if moment.seconds < DAY_SECONDS / 2 { "AM" } else { "PM" }),
            // Fractions of a second are rounded; their point is shown.
            Token::Digits(digits) => shown.push_str(&digits.replace(['#', '?'], "")),
            Token::Percent | Token::General => {}
        }
    }
    Some(shown.trim().to_owned())
}

/// Whether an `m` beside hours or seconds is a minute.
fn is_minute(tokens: &[Token], at: usize) -> bool {
    let is_part = |token: &&Token| matches!(token, Token::Date(..) | Token::Elapsed(..));
    let before = tokens.iter().take(at).rev().find(is_part);
    let after = tokens.iter().skip(at + 1).find(is_part);
    matches!(before, Some(Token::Date('h', _) | Token::Elapsed('h', _)))
        || matches!(after, Some(Token::Date('s', _) | Token::Elapsed('s', _)))
}

fn part(moment: &Moment, letter: char, count: usize, is_minute: bool, is_halved: bool) -> String {
    let two = |number: i64| if count >= 2 { format!("{number:02}") } else { number.to_string() };
    let name = |name: &str| if count == 3 { name.get(..3).unwrap_or(name).to_owned() } else { name.to_owned() };
    match letter {
        'y' if count <= 2 => format!("{:02}", moment.year % 100),
        'y' => moment.year.to_string(),
        'm' if is_minute => two(moment.seconds / 60 % 60),
        'm' if count >= 3 => name(MONTHS.get(moment.month - 1).unwrap_or(&"")),
        'm' => two(i64::try_from(moment.month).unwrap_or(0)),
        'd' if count >= 3 => name(WEEKDAYS.get(moment.weekday).unwrap_or(&"")),
        'd' => two(moment.day),
        'h' if is_halved => two((moment.seconds / 3600 + 11) % 12 + 1),
        'h' => two(moment.seconds / 3600),
        _ => two(moment.seconds % 60),
    }
}

fn moment(number: f64, system: DateSystem) -> Option<Moment> {
    if !(0.0..LAST_DAY).contains(&number) {
        return None;
    }
    // Some million days at most.
    let all = (number * 86_400.0).round() as i64;
    let (days, seconds) = (all / DAY_SECONDS, all % DAY_SECONDS);
    let weekday = usize::try_from((days + i64::from(system == DateSystem::Since1904) * 6) % 7).unwrap_or(0);
    let (year, month, day) = match system {
        // That day did not exist, but spreadsheets have it.
        DateSystem::Since1900 if days == 60 => (1900, 2, 29),
        DateSystem::Since1900 if days == 0 => (1900, 1, 0),
        // Counted from 30 December 1899, or a day later before the day that did not exist.
        DateSystem::Since1900 => civil(days + i64::from(days < 60) - 25_569),
        DateSystem::Since1904 => civil(days - 24_107),
    };
    Some(Moment { year, month, day, weekday, days, seconds })
}

/// Year, month and day of a number of days since
/// 1970: Howard Hinnant, <https://howardhinnant.github.io/date_algorithms.html#civil_from_days>.
fn civil(days: i64) -> (i64, usize, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    (year + era * 400 + i64::from(month <= 2), usize::try_from(month).unwrap_or(1), day)
}
