//! Parses the HTML of a page, as far as a test needs to tell markup from text.

/// An element's beginning, and what is text for a browser in it.
#[derive(Debug, Default)]
pub struct Tag {
    /// The tag's name, in lower case.
    pub name: String,
    /// The attributes as written, without quotes.
    pub attributes: Vec<(String, String)>,
    /// The content of a `script`, `style` or `title`, which contains no tags.
    pub raw: String,
}

/// The tags of a page, in their order.
pub fn tags(page: &str) -> Vec<Tag> {
    let (mut found, mut rest) = (Vec::new(), page);
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        if let Some(comment) = rest.strip_prefix("!--") {
            rest = comment.split_once("-->").map_or("", |(_, after)| after);
        } else if rest.starts_with(|letter: char| letter.is_ascii_alphabetic()) {
            let (mut tag, after) = tag(rest);
            rest = after;
            if matches!(tag.name.as_str(), "script" | "style" | "title" | "textarea") {
                let end = rest.to_ascii_lowercase().find(&format!("</{}", tag.name)).unwrap_or(rest.len());
                tag.raw = rest[..end].into();
                rest = &rest[end..];
            }
            found.push(tag);
        }
    }
    found
}

/// One beginning, and what comes after it.
fn tag(text: &str) -> (Tag, &str) {
    let is_end = |letter: char| letter.is_whitespace() || matches!(letter, '>' | '/');
    let (name, mut rest) = text.split_at(text.find(is_end).unwrap_or(text.len()));
    let mut tag = Tag { name: name.to_ascii_lowercase(), ..Tag::default() };
    loop {
        rest = rest.trim_start_matches(|letter: char| letter.is_whitespace() || letter == '/');
        if rest.is_empty() || rest.starts_with('>') {
            return (tag, rest.strip_prefix('>').unwrap_or(rest));
        }
        let end = rest.find(|letter| is_end(letter) || letter == '=').unwrap_or(rest.len());
        let (name, after) = rest.split_at(end.max(1));
        let (value, after) = match after.strip_prefix('=') {
            Some(after) => value(after),
            None => ("", after),
        };
        tag.attributes.push((name.to_ascii_lowercase(), value.into()));
        rest = after;
    }
}

fn value(text: &str) -> (&str, &str) {
    for quote in ['"', '\''] {
        if let Some(quoted) = text.strip_prefix(quote) {
            return quoted.split_once(quote).unwrap_or((quoted, ""));
        }
    }
    text.split_at(text.find(|letter: char| letter.is_whitespace() || letter == '>').unwrap_or(text.len()))
}

#[test]
fn what_a_browser_takes_for_markup_is_found() {
    let page = r#"<title>a</title><meta http-equiv=refresh content="0;url=//evil"><!-- <b> --><p id='x"y' hidden>1<2</p>
        <script>"<b>"</script>"#;
    let found = tags(page);
    let names: Vec<_> = found.iter().map(|tag| tag.name.as_str()).collect();
    assert_eq!(names, ["title", "meta", "p", "script"]);
    assert_eq!(found[0].raw, "a");
    assert_eq!(found[1].attributes[1], ("content".into(), "0;url=//evil".into()));
    assert_eq!(found[2].attributes, [("id".into(), "x\"y".into()), ("hidden".into(), String::new())]);
}
