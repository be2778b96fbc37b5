//! The text of a message, cut where it becomes a link.

use linkify::{LinkFinder, LinkKind};

/// A piece of a message's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    /// Written as it is.
    Plain(String),
    /// A link to somewhere harmless.
    Link {
        /// Where it leads.
        href: String,
        /// As it was typed.
        text: String,
    },
}

/// Cuts a text into what is written and what is a link. Only web and mail
/// addresses become links; nothing else that a browser might follow.
pub(crate) fn pieces(text: &str) -> Vec<Piece> {
    let mut finder = LinkFinder::new();
    finder.kinds(&[LinkKind::Url, LinkKind::Email]);
    let mut pieces: Vec<Piece> = Vec::new();
    for span in finder.spans(text) {
        let text = span.as_str().to_owned();
        let href = match span.kind() {
            Some(LinkKind::Url) if is_web(&text) => Some(text.clone()),
            Some(LinkKind::Email) => Some(format!("mailto:{text}")),
            _ => None,
        };
        match (href, pieces.last_mut()) {
            (Some(href), _) => pieces.push(Piece::Link { href, text }),
            (None, Some(Piece::Plain(before))) => before.push_str(&text),
            (None, _) => pieces.push(Piece::Plain(text)),
        }
    }
    pieces
}

fn is_web(url: &str) -> bool {
    let scheme = url.split_once("://").map(|(scheme, _)| scheme.to_ascii_lowercase());
    matches!(scheme.as_deref(), Some("http" | "https"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn links(text: &str) -> Vec<String> {
        pieces(text)
            .into_iter()
            .filter_map(|piece| match piece {
                Piece::Link { href, .. } => Some(href),
                Piece::Plain(_) => None,
            })
            .collect()
    }

    #[test]
    fn web_and_mail_addresses_are_links() {
        assert_eq!(
            links("The list (https://riverside.example/water), or ada@example.org."),
            ["https://riverside.example/water", "mailto:ada@example.org"]
        );
    }

    #[test]
    fn nothing_else_is() {
        for text in [
            "javascript:alert(1)",
            "javascript://example.org/%0aalert(1)",
            "file:///etc/passwd",
            "data:text/html,hi",
            "plain",
            "",
        ] {
            assert_eq!(links(text), Vec::<String>::new(), "{text}");
        }
    }

    #[test]
    fn no_letter_is_lost() {
        let text = "a http://x.example b file:///y c\nada@example.org";
        let joined: String = pieces(text)
            .into_iter()
            .map(|piece| match piece {
                Piece::Plain(text) | Piece::Link { text, .. } => text,
            })
            .collect();
        assert_eq!(joined, text);
    }
}
