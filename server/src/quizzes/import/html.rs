//! Extracts text from the HTML in files of other programs.

/// The tags in such texts. Anything else between `<` and `>` is text, as in `1 < x > 0`.
const TAGS: [&str; 27] = [
    "a", "b", "br", "code", "div", "em", "font", "h1", "h2", "h3", "h4", "hr", "i", "img", "li", "mark", "ol", "p",
    "pre", "s", "small", "span", "strong", "sub", "sup", "u", "ul",
];
/// Those that begin a line.
const LINES: [&str; 9] = ["br", "div", "h1", "h2", "h3", "h4", "hr", "li", "p"];
/// The longest tag or entity, in characters.
const TAG_CHARS: usize = 500;
const ENTITY_CHARS: usize = 10;
/// The initial capacity of a text: most of a long piece is a picture.
const TEXT_BYTES: usize = 4 * 1024;

/// The text of a piece of HTML, without its tags.
pub(super) fn text(piece: &str) -> String {
    if !piece.contains(['<', '&']) {
        return piece.trim().to_owned();
    }
    let mut text = String::with_capacity(piece.len().min(TEXT_BYTES));
    let mut rest = piece;
    // After the last `>` no tag ends, so none is searched.
    let behind = piece.rfind('>').map_or(piece.len(), |last| piece.len() - last);
    while let Some(at) = rest.find(['<', '&']) {
        text.push_str(rest.get(..at).unwrap_or_default());
        rest = rest.get(at..).unwrap_or_default();
        let tag = if rest.len() >= behind { tag(rest) } else { None };
        let (said, after) = tag.or_else(|| entity(rest)).unwrap_or_else(|| rest.split_at(1));
        text.push_str(said);
        rest = after;
    }
    text.push_str(rest);
    let lines = text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

/// The source of the first picture in a piece of HTML.
pub(super) fn picture(piece: &str) -> Option<&str> {
    let tag = piece.get(piece.find("<img")?..)?;
    let tag = tag.get(..tag.find('>')?)?;
    let source = tag.get(tag.find("src=")? + "src=".len()..)?;
    let quote = source.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
    source.get(1..)?.split(quote).next().filter(|source| !source.is_empty())
}

/// The text that a tag at the beginning stands for, and the rest behind it.
fn tag(text: &str) -> Option<(&'static str, &str)> {
    let inside = text.strip_prefix('<')?;
    // A tag may contain a whole picture.
    let is_picture = inside.get(..3).is_some_and(|name| name.eq_ignore_ascii_case("img"));
    let end = if is_picture {
        inside.find('>')?
    } else {
        inside.char_indices().take(TAG_CHARS).find(|(_, letter)| *letter == '>')?.0
    };
    let name = inside.get(..end)?.trim_start_matches('/');
    let name = name.split(|letter: char| !letter.is_ascii_alphanumeric()).next()?.to_ascii_lowercase();
    let begins_line = LINES.contains(&name.as_str());
    TAGS.contains(&name.as_str()).then_some((if begins_line { "\n" } else { "" }, inside.get(end + 1..)?))
}

/// The character of an entity at the beginning, and the rest behind it.
fn entity(text: &str) -> Option<(&'static str, &str)> {
    let inside = text.strip_prefix('&')?;
    let end = inside.char_indices().take(ENTITY_CHARS).find(|(_, letter)| *letter == ';')?.0;
    let letter = match inside.get(..end)? {
        "nbsp" | "#160" => " ",
        "amp" => "&",
        "lt" => "<",
        "gt" => ">",
        "quot" | "#34" => "\"",
        "apos" | "#39" | "#039" | "#x27" | "rsquo" => "'",
        "lsquo" => "‘",
        "ldquo" => "“",
        "rdquo" => "”",
        "hellip" => "…",
        "ndash" => "–",
        "mdash" => "—",
        "deg" => "°",
        "auml" => "ä",
        "ouml" => "ö",
        "uuml" => "ü",
        "szlig" => "ß",
        "eacute" => "é",
        "egrave" => "è",
        "agrave" => "à",
        "ntilde" => "ñ",
        "shy" => "",
        _ => return None,
    };
    Some((letter, inside.get(end + 1..)?))
}

/// A text of at most `most` characters, with `…` where it is cut.
pub(crate) fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default().trim_end()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_go_and_what_somebody_wrote_stays() {
        for (piece, expected) in [
            ("<p>Which <b>planet</b>&nbsp;is&hellip;</p>", "Which planet is…"),
            ("<div>one</div>\n<div class=\"x\">two<br/>three</div>", "one\ntwo\nthree"),
            ("1 < x > 0 & y", "1 < x > 0 & y"),
            ("a &lt;b&gt; &amp;amp; &unknown;", "a <b> &amp; &unknown;"),
            ("H<sub>2</sub>O <", "H2O <"),
            (" plain ", "plain"),
        ] {
            assert_eq!(text(piece), expected, "{piece}");
        }
    }

    #[test]
    fn a_picture_is_found_and_leaves_no_trace_in_the_text() {
        let long = format!("<p>Which?<img alt='a' src=\"data:image/png;base64,{}\"/></p>", "A".repeat(100_000));
        assert_eq!(text(&long), "Which?");
        assert_eq!(picture(&long).map(str::len), Some(100_022));
        assert_eq!(picture("a <img class=\"x\" src='b.png'> c <img src='d'>"), Some("b.png"));
        for piece in ["", "<img>", "<img src=>", "<img src=''>", "<img src=\"a", "src='a'>"] {
            assert_eq!(picture(piece), None, "{piece}");
        }
        let hostile = format!(">{}", "<img".repeat(300_000));
        assert_eq!(text(&hostile).len(), hostile.len(), "and in no time");
    }

    #[test]
    fn a_long_text_is_seen_to_go_on() {
        assert_eq!((cut("abc", 3), cut("ab cd", 3)), ("abc".into(), "ab…".into()));
    }
}
