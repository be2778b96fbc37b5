//! Plain numbers, percentages, fractions, and large ones in a short form.

use super::code::Token;

/// How many digits a cell without a format shows.
const DIGITS: usize = 10;
/// The most digits after the point.
const PLACES: usize = 15;

/// A number in general form, about as spreadsheets show it: in eleven characters.
pub(super) fn general(number: f64) -> String {
    let size = number.abs();
    if size >= 1e15 || (size > 0.0 && size < 1e-9) {
        return number.to_string();
    }
    if number.fract() == 0.0 {
        // To avoid "-0".
        return format!("{:.0}", number + 0.0);
    }
    let whole = format!("{:.0}", size.trunc()).len();
    let text = format!("{:.*}", DIGITS.saturating_sub(whole), nudged(number));
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".into() } else { text.to_owned() }
}

/// A number that is not negative, by the tokens of its format.
pub(super) fn shown(number: f64, tokens: &[Token]) -> String {
    if let Some(at) = tokens.iter().position(|token| *token == Token::Slash) {
        return fraction(number, tokens, at);
    }
    let percents = tokens.iter().filter(|token| **token == Token::Percent).count().min(3);
    let number = (0..percents).fold(number, |number, _| number * 100.0);
    let mut shown = String::new();
    let mut is_written = false;
    for token in tokens {
        match token {
            Token::Literal(text) => shown.push_str(text),
            Token::Percent => shown.push('%'),
            Token::General => shown.push_str(&general(number)),
            // The number is written once.
            Token::Digits(pattern) if !is_written => {
                shown.push_str(&digits(number, pattern));
                is_written = true;
            }
            _ => {}
        }
    }
    shown
}

/// A number by a pattern such as `#,##0.00`.
fn digits(number: f64, pattern: &str) -> String {
    if let Some((mantissa, exponent)) = pattern.split_once('E') {
        return scientific(number, mantissa, exponent.trim_start_matches(['+', '-']).len());
    }
    let scaled = pattern.trim_end_matches(',');
    let thousands = (pattern.len() - scaled.len()).min(10);
    let number = (0..thousands).fold(number, |number, _| number / 1000.0);
    let (whole, part) = scaled.split_once('.').unwrap_or((scaled, ""));
    let places = part.chars().filter(|sign| matches!(sign, '0' | '#' | '?')).count().min(PLACES);
    let needed = part.rfind('0').map_or(0, |at| at + 1);
    let text = format!("{:.places$}", nudged(number));
    let (digits, mut after) = match text.split_once('.') {
        Some((digits, after)) => (digits.to_owned(), after.to_owned()),
        None => (text, String::new()),
    };
    while after.len() > needed && after.ends_with('0') {
        after.pop();
    }
    let width = whole.chars().filter(|sign| *sign == '0').count();
    let digits = if width == 0 && digits == "0" { String::new() } else { format!("{digits:0>width$}") };
    let digits = if whole.contains(',') { grouped(&digits) } else { digits };
    if scaled.contains('.') { format!("{digits}.{after}") } else { digits }
}

fn scientific(number: f64, mantissa: &str, width: usize) -> String {
    let places = mantissa.split_once('.').map_or(0, |(_, part)| part.len()).min(PLACES);
    let text = format!("{number:.places$e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let (sign, exponent) = exponent.strip_prefix('-').map_or(('+', exponent), |rest| ('-', rest));
    format!("{mantissa}E{sign}{exponent:0>width$}")
}

/// `2 3/4`: the nearest fraction with as many digits as the format has in the denominator.
fn fraction(number: f64, tokens: &[Token], slash: usize) -> String {
    let width = match tokens.get(slash + 1) {
        Some(Token::Digits(digits)) => digits.len().clamp(1, 3),
        _ => 1,
    };
    let most = [9_u32, 99, 999].get(width - 1).copied().unwrap_or(9);
    let (whole, part) = (number.trunc(), number.fract());
    let error = |below: u32| (part * f64::from(below)).round() / f64::from(below) - part;
    let nearest = (1..=most).min_by(|one, other| error(*one).abs().total_cmp(&error(*other).abs())).unwrap_or(1);
    let above = (part * f64::from(nearest)).round();
    if above == 0.0 {
        format!("{whole:.0}")
    } else if above >= f64::from(nearest) {
        format!("{:.0}", whole + 1.0)
    } else if whole == 0.0 {
        format!("{above:.0}/{nearest}")
    } else {
        format!("{whole:.0} {above:.0}/{nearest}")
    }
}

fn grouped(digits: &str) -> String {
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// Rounds a half away from 0 even if it is stored as a little less.
fn nudged(number: f64) -> f64 {
    number + number * 1e-15
}
