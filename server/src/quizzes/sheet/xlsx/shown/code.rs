//! Tokenizes a number format's code.

/// The most tokens of one section.
const TOKENS: usize = 100;

/// One part of a format code, such as `0.00" kg"`.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    /// Text that is shown as it is.
    Literal(String),
    /// A run of `0`, `#`, `?`, `.`, `,` and `E+`: the number.
    Digits(String),
    /// A percent sign, `%`, which also multiplies the number by 100.
    Percent,
    /// The bar of a fraction, `/`.
    Slash,
    /// A letter of a date or time, and how often it is repeated.
    Date(char, usize),
    /// The same in brackets: hours that count beyond 24.
    Elapsed(char, usize),
    /// Before or after noon, AM or PM.
    AmPm,
    /// The number in general form.
    General,
}

/// The code of a built-in format.
pub(in super::super) fn builtin(id: usize) -> Option<&'static str> {
    Some(match id {
        1 => "0",
        2 => "0.00",
        3 => "#,##0",
        4 => "#,##0.00",
        5..=8 => "#,##0.00",
        9 => "0%",
        10 => "0.00%",
        11 => "0.00E+00",
        12 => "# ?/?",
        13 => "# ??/??",
        14 | 27..=31 | 36 | 50..=54 | 57 | 58 => "yyyy-mm-dd",
        15 => "d-mmm-yy",
        16 => "d-mmm",
        17 => "mmm-yy",
        18 => "h:mm AM/PM",
        19 => "h:mm:ss AM/PM",
        20 | 32 | 34 | 55 => "h:mm",
        21 | 33 | 35 | 56 => "h:mm:ss",
        22 => "yyyy-mm-dd h:mm",
        37 | 38 => "#,##0;-#,##0",
        39 | 40 => "#,##0.00;-#,##0.00",
        41..=44 => "#,##0.00;-#,##0.00",
        45 => "mm:ss",
        46 => "[h]:mm:ss",
        47 => "mm:ss.0",
        48 => "##0.0E+0",
        _ => return None,
    })
}

/// Whether a built-in date format depends on the system's settings, which the file does not contain.
pub(in super::super) fn is_system_dependent(id: usize) -> bool {
    matches!(id, 14 | 22 | 27..=31 | 36 | 50..=54 | 57 | 58)
}

/// The tokens of the section for this number, and whether a sign has to precede them; `None`
/// for the general form.
pub(super) fn section(code: &str, number: f64) -> Option<(Vec<Token>, bool)> {
    let sections = split(code);
    let (at, has_sign) = match sections.len() {
        0 => return None,
        1 => (0, true),
        2 => (usize::from(number < 0.0), false),
        _ if number == 0.0 => (2, false),
        _ => (usize::from(number < 0.0), false),
    };
    // Sections with conditions are not supported.
    let is_conditional = |section: &str| section.contains("[<") || section.contains("[>") || section.contains("[=");
    let section = sections.get(at)?;
    if sections.iter().any(|section| is_conditional(section)) || section.eq_ignore_ascii_case("general") {
        return None;
    }
    let tokens = tokens(section);
    (!tokens.is_empty()).then_some((tokens, has_sign))
}

/// The sections, split at semicolons outside of quotes.
fn split(code: &str) -> Vec<&str> {
    let mut sections = Vec::new();
    let (mut begins, mut is_quoted, mut is_escaped) = (0, false, false);
    for (at, letter) in code.char_indices() {
        match letter {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = !is_quoted,
            '"' => is_quoted = !is_quoted,
            ';' if !is_quoted => {
                sections.push(code.get(begins..at).unwrap_or_default());
                begins = at + 1;
            }
            _ => {}
        }
    }
    sections.push(code.get(begins..).unwrap_or_default());
    sections
}

fn tokens(section: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut rest = section;
    while let (Some(letter), true) = (rest.chars().next(), tokens.len() < TOKENS) {
        let after = rest.get(letter.len_utf8()..).unwrap_or_default();
        let (token, after) = match letter {
            '"' => {
                let (text, after) = after.split_once('"').unwrap_or((after, ""));
                (Some(Token::Literal(text.into())), after)
            }
            '\\' => one(after, |letter| Some(Token::Literal(letter.into()))),
            // A space of a letter's width; a fill with a letter.
            '_' => one(after, |_| Some(Token::Literal(" ".into()))),
            '*' => one(after, |_| None),
            '[' => {
                let (inside, after) = after.split_once(']').unwrap_or((after, ""));
                (bracket(inside), after)
            }
            '0' | '#' | '?' | '.' | ',' => {
                let end = rest.find(|letter| !matches!(letter, '0' | '#' | '?' | '.' | ',')).unwrap_or(rest.len());
                let end = end + exponent(rest.get(end..).unwrap_or_default());
                (Some(Token::Digits(rest.get(..end).unwrap_or_default().into())), rest.get(end..).unwrap_or_default())
            }
            '%' => (Some(Token::Percent), after),
            '/' => (Some(Token::Slash), after),
            '@' => (Some(Token::General), after),
            _ => match ["AM/PM", "A/P"].iter().find(|mark| begins_with(rest, mark)) {
                Some(mark) => (Some(Token::AmPm), rest.get(mark.len()..).unwrap_or_default()),
                None if begins_with(rest, "General") => (Some(Token::General), rest.get(7..).unwrap_or_default()),
                None if is_date_letter(letter) => {
                    let count = rest.chars().take_while(|other| other.eq_ignore_ascii_case(&letter)).count();
                    let token = Token::Date(letter.to_ascii_lowercase(), count);
                    (Some(token), rest.get(count..).unwrap_or_default())
                }
                None => (Some(Token::Literal(letter.into())), after),
            },
        };
        tokens.extend(token);
        rest = after;
    }
    tokens
}

fn one(text: &str, token: impl Fn(char) -> Option<Token>) -> (Option<Token>, &str) {
    match text.chars().next() {
        Some(letter) => (token(letter), text.get(letter.len_utf8()..).unwrap_or_default()),
        None => (None, ""),
    }
}

/// The token of a bracket such as `[h]`, `[$€-407]` or `[Red]`.
fn bracket(inside: &str) -> Option<Token> {
    if let Some(currency) = inside.strip_prefix('$') {
        let sign = currency.split_once('-').map_or(currency, |(sign, _)| sign);
        return Some(Token::Literal(sign.into()));
    }
    let letter = inside.chars().next()?.to_ascii_lowercase();
    let is_elapsed = matches!(letter, 'h' | 'm' | 's') && inside.chars().all(|c| c.eq_ignore_ascii_case(&letter));
    is_elapsed.then_some(Token::Elapsed(letter, inside.len()))
}

/// The length of an exponent such as `E+00` at the beginning.
fn exponent(text: &str) -> usize {
    let Some(rest) = text.strip_prefix("E+").or_else(|| text.strip_prefix("E-")) else { return 0 };
    2 + rest.bytes().take_while(|byte| matches!(byte, b'0' | b'#' | b'?')).count()
}

fn begins_with(text: &str, start: &str) -> bool {
    text.get(..start.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(start))
}

fn is_date_letter(letter: char) -> bool {
    matches!(letter.to_ascii_lowercase(), 'y' | 'm' | 'd' | 'h' | 's')
}
