//! Where in a text an address begins and ends.
//!
//! Addresses are typed between words of any script, so what no address has ends
//! one: white space of every kind, the marks of other scripts, brackets that were
//! opened before it, the full stop of its sentence.

use std::ops::Range;

/// An address in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct LinkMatch {
    /// Its position in the text, in bytes.
    pub(super) at: Range<usize>,
    /// The address that the link leads to.
    pub(super) href: String,
}

/// The first address in `text` from the byte `from` on.
pub(super) fn next(text: &str, from: usize) -> Option<LinkMatch> {
    text[from..].char_indices().map(|(at, _)| from + at).find_map(|at| web(text, at).or_else(|| mail(text, at)))
}

/// A web address that begins at the byte `at`.
fn web(text: &str, at: usize) -> Option<LinkMatch> {
    let (before, rest) = text.split_at(at);
    let is_within =
        |others: &'static str| before.ends_with(|it: char| it.is_ascii_alphanumeric() || others.contains(it));
    let scheme = ["http://", "https://"].into_iter().find(|scheme| begins(rest, scheme)).unwrap_or_default();
    let is_www = scheme.is_empty() && begins(rest, "www.");
    let is_begun = if is_www { !is_within("/@.-_:") } else { !scheme.is_empty() && !is_within("/@-_+") };
    if !is_begun {
        return None;
    }
    let rest = &rest[scheme.len()..];
    // Text before `@` may look like a host that people trust.
    let first = &rest[..rest.find(|it| "/?#".contains(it) || ends(it)).unwrap_or(rest.len())];
    if first.contains('@') {
        return None;
    }
    let host = if is_www { www(rest)? } else { authority(rest)? };
    let has_path = rest[host..].starts_with(['/', '?', '#']);
    let end = if has_path { host + path(&rest[host..]) } else { host };
    let end = scheme.len() + end;
    let written = &text[at..at + end];
    let href = if is_www { format!("https://{written}") } else { written.to_owned() };
    Some(LinkMatch { at: at..at + end, href })
}

fn begins(text: &str, with: &str) -> bool {
    text.get(..with.len()).is_some_and(|start| start.eq_ignore_ascii_case(with))
}

/// The length of a host with its port.
fn authority(text: &str) -> Option<usize> {
    let host = match text.strip_prefix('[') {
        Some(inside) => {
            let close = inside.find(|it: char| !it.is_ascii_hexdigit() && it != ':' && it != '.')?;
            (close > 1 && inside[close..].starts_with(']')).then_some(close + 2)?
        }
        None => names(text)?,
    };
    Some(host + port(&text[host..]))
}

/// The length of a host that is recognised by its `www.`.
fn www(text: &str) -> Option<usize> {
    let host = names(text)?;
    let labels: Vec<_> = text[..host].split('.').collect();
    let is_host = labels.len() > 2 && labels.last().is_some_and(|last| last.chars().nth(1).is_some());
    is_host.then(|| host + port(&text[host..]))
}

/// The length of a host's names, in any script, with dots between them.
fn names(text: &str) -> Option<usize> {
    let mut label_is_ascii = true;
    let mut label_length = 0;
    let mut end = 0;
    for (at, it) in text.char_indices() {
        match it {
            '.' if label_length == 0 => break,
            '.' => (label_is_ascii, label_length) = (true, 0),
            // In scripts without spaces the sentence goes on where a name in Latin letters ends.
            _ if is_unspaced(it) && label_is_ascii && label_length > 0 => break,
            '-' | '_' => label_length += 1,
            _ if it.is_alphanumeric() && !ends(it) => {
                label_is_ascii &= it.is_ascii();
                label_length += 1;
            }
            _ => break,
        }
        end = at + it.len_utf8();
    }
    let host = text[..end].trim_end_matches(['.', '-', '_']);
    (!host.is_empty()).then_some(host.len())
}

fn port(text: &str) -> usize {
    let digits = text.strip_prefix(':').map_or(0, |rest| rest.bytes().take_while(u8::is_ascii_digit).count());
    if (1..=5).contains(&digits) { digits + 1 } else { 0 }
}

/// The length of what follows a host, without what belongs to the sentence around it.
fn path(text: &str) -> usize {
    let path = &text[..text.find(ends).unwrap_or(text.len())];
    let unopened = |open, close| path.matches::<char>(close).count().saturating_sub(path.matches::<char>(open).count());
    let (mut round, mut square) = (unopened('(', ')'), unopened('[', ']'));
    let is_around = |it: char| match it {
        ')' => take_one(&mut round),
        ']' => take_one(&mut square),
        _ => ".,;:!?'*_~".contains(it),
    };
    path.trim_end_matches(is_around).len()
}

/// Takes one if any is left.
fn take_one(left: &mut usize) -> bool {
    let is_left = *left > 0;
    *left = left.saturating_sub(1);
    is_left
}

/// Whether a character ends an address.
fn ends(it: char) -> bool {
    it.is_whitespace()
        || it.is_control()
        || "<>\"`{}|\\^«»".contains(it)
        || matches!(it,
            // Punctuation of many scripts, invisible characters, and those that turn the direction.
            '\u{00AD}' | '\u{061C}' | '\u{060C}' | '\u{061B}' | '\u{061F}' | '\u{06D4}' | '\u{0964}' | '\u{0965}'
            | '\u{115F}' | '\u{1160}' | '\u{180E}' | '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{2010}'..='\u{205E}'
            | '\u{2060}'..='\u{206F}' | '\u{2800}' | '\u{3001}'..='\u{3003}' | '\u{3008}'..='\u{3011}'
            | '\u{3014}'..='\u{301F}' | '\u{3164}' | '\u{FEFF}' | '\u{FF01}'..='\u{FF0F}' | '\u{FF1A}'..='\u{FF20}'
            | '\u{FF3B}'..='\u{FF40}' | '\u{FF5B}'..='\u{FF65}' | '\u{FFA0}' | '\u{FFF9}'..='\u{FFFD}')
}

/// Whether a letter is of a script without spaces between words.
fn is_unspaced(it: char) -> bool {
    matches!(it, '\u{0E00}'..='\u{0EFF}' | '\u{1000}'..='\u{109F}' | '\u{1780}'..='\u{17FF}'
        | '\u{3005}'..='\u{30FF}' | '\u{3400}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7AF}' | '\u{F900}'..='\u{FAFF}'
        | '\u{20000}'..='\u{3FFFF}')
}

/// A mail address that begins at the byte `at`. Both sides in Latin letters.
fn mail(text: &str, at: usize) -> Option<LinkMatch> {
    let (before, rest) = text.split_at(at);
    let is_local = |it: char| it.is_ascii_alphanumeric() || "._%+-".contains(it);
    if before.ends_with(|it| is_local(it) || it == '@' || it == ':' || it == '/') || !rest.starts_with(is_local) {
        return None;
    }
    let local = rest.find(|it| !is_local(it))?;
    let domain = rest[local..].strip_prefix('@')?;
    let end = domain.find(|it: char| !it.is_ascii_alphanumeric() && it != '.' && it != '-').unwrap_or(domain.len());
    let domain = domain[..end].trim_end_matches(['.', '-']);
    let (name, last) = domain.rsplit_once('.')?;
    let is_domain =
        !name.split('.').any(str::is_empty) && last.len() > 1 && !last.starts_with(|it: char| it.is_ascii_digit());
    let length = local + 1 + domain.len();
    is_domain.then(|| LinkMatch { at: at..at + length, href: format!("mailto:{}", &rest[..length]) })
}
