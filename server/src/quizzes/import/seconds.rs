//! Parses time limits as people write them.

use protocol::limits;
use protocol::quiz::digit;

/// Words for seconds in several languages.
const SECONDS: [&str; 10] = ["s", "sec", "secs", "second", "seconds", "sek", "sekunden", "seg", "segundos", "sekunde"];
/// Words for minutes in several languages.
const MINUTES: [&str; 8] = ["m", "min", "mins", "minute", "minutes", "minuten", "minutos", "minuti"];
/// The longest time limit, in characters; a cell may have thousands.
const CHARS: usize = 40;
/// Words for no limit at all.
const NONE: [&str; 5] = ["none", "no limit", "unlimited", "∞", "off"];

/// Parses `20`, `20 sec`, `1 min`, `1:30` and `0:00:20`.
///
/// # Errors Why it is invalid, as a part of a sentence.
pub(crate) fn seconds(text: &str) -> Result<u32, String> {
    let plain = |letter: char| digit(letter).and_then(|value| char::from_digit(value, 10)).unwrap_or(letter);
    let said: String = text.trim().chars().map(plain).flat_map(char::to_lowercase).collect();
    if NONE.contains(&said.as_str()) {
        return Ok(0);
    }
    let parsed = Some(&said).filter(|said| said.len() <= CHARS).and_then(|said| parse(said));
    let thousandths = parsed.ok_or_else(|| {
        let most = limits::ANSWER_SECONDS;
        format!("“{}” is no time limit; write seconds up to {most}, such as 20", super::cut(text.trim(), 30))
    })?;
    if thousandths % 1000 > 0 {
        return Err(format!("“{}” is no whole number of seconds", super::cut(text.trim(), 30)));
    }
    match u32::try_from(thousandths / 1000) {
        Ok(seconds) if seconds <= limits::ANSWER_SECONDS => Ok(seconds),
        _ => Err(format!(
            "“{}” is longer than a question may take; {} seconds is the most",
            super::cut(text.trim(), 30),
            limits::ANSWER_SECONDS
        )),
    }
}

/// Parses a time into thousandths of a second.
fn parse(said: &str) -> Option<u64> {
    if said.contains(':') {
        return clock(said);
    }
    let end = said.find(|letter: char| !(letter.is_ascii_digit() || letter == '.' || letter == ','));
    let (number, unit) = said.split_at(end.unwrap_or(said.len()));
    let number = thousandths(number)?;
    // As in `1 min 30 s` and `1m30`.
    let unit_end = unit.find(|letter: char| letter.is_ascii_digit()).unwrap_or(unit.len());
    let (unit, rest) = unit.split_at(unit_end);
    let unit = unit.trim().trim_end_matches('.');
    match unit {
        _ if SECONDS.contains(&unit) || unit.is_empty() => rest.is_empty().then_some(number),
        _ if MINUTES.contains(&unit) => {
            let more = if rest.is_empty() { 0 } else { parse(rest)? };
            number.checked_mul(60)?.checked_add(more)
        }
        _ => None,
    }
}

/// Parses `1:30`, a minute and a half, and `0:00:20` or `00:00:20`, 20 seconds.
fn clock(said: &str) -> Option<u64> {
    let parts: Vec<_> = said.split(':').map(str::trim).collect();
    let is_clock = |part: &&str| (1..=2).contains(&part.len()) && part.bytes().all(|digit| digit.is_ascii_digit());
    if !matches!(parts.len(), 2 | 3) || !parts.iter().all(is_clock) {
        return None;
    }
    parts.iter().try_fold(0, |sum: u64, part| sum.checked_mul(60)?.checked_add(part.parse().ok()?)).map(|s| s * 1000)
}

/// Parses `20`, `20.0` and `1,5` into thousandths.
fn thousandths(number: &str) -> Option<u64> {
    let (whole, part) = number.split_once(['.', ',']).unwrap_or((number, ""));
    let is_number = |digits: &str| digits.bytes().all(|digit| digit.is_ascii_digit());
    // Three digits after a comma may be a thousand.
    if whole.is_empty() || whole.len() > 9 || part.len() > 2 || !is_number(whole) || !is_number(part) {
        return None;
    }
    whole.parse::<u64>().ok()?.checked_mul(1000)?.checked_add(format!("{part:0<3}").parse().ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_limits_are_read_as_people_write_them() {
        for (written, expected) in [
            ("20", 20),
            ("20 sec", 20),
            ("20s", 20),
            ("20.0", 20),
            ("20 Sek.", 20),
            ("1 min", 60),
            ("1,5 min", 90),
            ("2 minutes", 120),
            ("1 min 30 s", 90),
            ("1m30", 90),
            ("1:30", 90),
            ("0:20", 20),
            ("00:00:20", 20),
            ("٢٠", 20),
            ("２０", 20),
            ("0", 0),
            ("No limit", 0),
            ("600", 600),
        ] {
            assert_eq!(seconds(written), Ok(expected), "{written}");
        }
    }

    #[test]
    fn what_is_no_time_limit_is_not_guessed() {
        for (written, why) in [
            ("1e9", "is no time limit"),
            ("soon", "is no time limit"),
            ("-5", "is no time limit"),
            ("20-30", "is no time limit"),
            ("1 h", "is no time limit"),
            ("1:2:3:4", "is no time limit"),
            ("1,000", "is no time limit"),
            ("20 min", "is longer than a question may take"),
            ("601", "is longer than a question may take"),
            ("999999999 min", "is longer than a question may take"),
            ("0.3333333333333333", "is no time limit"),
            ("2.5", "is no whole number of seconds"),
        ] {
            assert!(seconds(written).is_err_and(|told| told.contains(why)), "{written}: {:?}", seconds(written));
        }
    }
}
