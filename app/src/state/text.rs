//! The text of a message, divided into plain text and links.

use super::links;

/// A piece of a message's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    /// Plain text, as it was written.
    Plain(String),
    /// A link to a web or mail address.
    Link {
        /// The address that the link leads to.
        href: String,
        /// The address as it was typed.
        text: String,
    },
}

/// Divides a text into plain text and links. Only web and mail addresses become links; nothing else that
/// a browser might follow.
pub(crate) fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut done = 0;
    while let Some(found) = links::next(text, done) {
        if found.at.start > done {
            pieces.push(Piece::Plain(text[done..found.at.start].to_owned()));
        }
        done = found.at.end;
        pieces.push(Piece::Link { href: found.href, text: text[found.at].to_owned() });
    }
    if done < text.len() {
        pieces.push(Piece::Plain(text[done..].to_owned()));
    }
    pieces
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
            "https://",
            "https://.",
            "http://[x]/",
            "http://[::1",
            "https://bank.example@evil.example/",
            "www.",
            "www.example",
            "wwww.example.org",
            "xhttps://example.org",
            "ada@example",
            "@ada",
            "ada@@example.org",
            "plain",
            "",
        ] {
            assert_eq!(links(text), Vec::<String>::new(), "{text}");
        }
    }

    #[test]
    fn an_address_ends_where_its_sentence_goes_on() {
        for (text, href) in [
            ("https://example.org/道。次に", "https://example.org/道"),
            ("（https://example.org/a）です", "https://example.org/a"),
            ("「https://example.org」と", "https://example.org"),
            ("https://example.org、そして", "https://example.org"),
            ("https://example.orgを見て", "https://example.org"),
            ("見てhttps://example.org/a\u{3000}次", "https://example.org/a"),
            ("https://example.org/a\u{a0}and more", "https://example.org/a"),
            ("https://example.org/a…", "https://example.org/a"),
            ("“https://example.org/a”, she said", "https://example.org/a"),
            ("https://example.org/a\u{200b}b", "https://example.org/a"),
            ("https://example.org/a، ثم", "https://example.org/a"),
            ("(see https://example.org/wiki/Cat_(animal))", "https://example.org/wiki/Cat_(animal)"),
            ("https://example.org/a?b=1&c=[2]!", "https://example.org/a?b=1&c=[2]"),
            ("https://example.org.", "https://example.org"),
            ("https://example.org:", "https://example.org"),
            ("<https://example.org/a>", "https://example.org/a"),
            ("ada@example.org。次", "mailto:ada@example.org"),
            ("mail ada.l+x@mail.example.org.", "mailto:ada.l+x@mail.example.org"),
        ] {
            assert_eq!(links(text), [href], "{text}");
        }
    }

    #[test]
    fn an_address_is_whole() {
        for text in [
            "https://example.org#top",
            "https://example.org?q=1",
            "HTTPS://example.org/A",
            "http://[::1]:3000/",
            "http://localhost:3000/rooms/x",
            "https://例え.テスト/道",
            "https://münchen.example/Straße",
            "https://пример.испытание/путь?а=б",
            "http://192.168.0.7:3000/play",
            "https://example.org/a/../b;c=1,2?x=~y#/z",
        ] {
            assert_eq!(links(&format!("look: {text} there")), [text]);
        }
        assert_eq!(
            links("www.example.org/a, WWW.Example.org"),
            ["https://www.example.org/a", "https://WWW.Example.org"]
        );
    }

    #[test]
    fn no_letter_is_lost() {
        let text = "a http://x.example b file:///y c\nada@example.org、é\u{0}www.例え.org";
        let joined: String = pieces(text)
            .into_iter()
            .map(|piece| match piece {
                Piece::Plain(text) | Piece::Link { text, .. } => text,
            })
            .collect();
        assert_eq!(joined, text);
    }
}
