//! Parses strangers' XML, event by event. Each event has a largest size, nesting has a limit, and entities
//! that a document defines are never expanded, so it cannot grow while it is read.

use std::borrow::Cow;
use std::io::{self, BufRead, Read};

use quick_xml::Reader;
use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::{BytesRef, BytesStart, Event};

use super::super::NotAQuiz;
use super::unreadable;
use crate::workers::{Budget, Exhausted};

/// The largest event, such as a text or a tag with its attributes.
const EVENT_BYTES: usize = 128 * 1024;
/// The longest text, in bytes: more than the 32,767 characters that a cell may have, at their widest.
const TEXT_BYTES: usize = 128 * 1024;
/// How deep elements may be nested; a sheet needs about seven.
const DEPTH: usize = 64;

/// A document that is being parsed.
pub(super) struct Xml<'a, R> {
    reader: Reader<Bounded<R>>,
    buffer: Vec<u8>,
    depth: usize,
    budget: &'a Budget,
}

impl<'a, R: BufRead> Xml<'a, R> {
    pub(super) fn new(from: R, budget: &'a Budget) -> Self {
        let mut reader = Reader::from_reader(Bounded { from, left: EVENT_BYTES, budget_is_spent: false });
        let config = reader.config_mut();
        config.check_end_names = false;
        config.allow_unmatched_ends = true;
        config.expand_empty_elements = true;
        Self { reader, buffer: Vec::new(), depth: 0, budget }
    }

    /// The next event. An empty element gives a start and an end. The end of the document is an error: the
    /// caller has missed the end of its element.
    pub(super) fn next(&mut self) -> Result<Event<'_>, NotAQuiz> {
        self.budget.step().map_err(unreadable)?;
        self.buffer.clear();
        self.reader.get_mut().left = EVENT_BYTES;
        let event = match self.reader.read_event_into(&mut self.buffer) {
            Ok(Event::Eof) => return Err(unreadable(())),
            Ok(event) => event,
            Err(error) => {
                if self.reader.get_mut().budget_is_spent {
                    self.budget.exhaust(Exhausted::Size).map_err(unreadable)?;
                }
                return Err(unreadable(error));
            }
        };
        match &event {
            Event::Start(_) if self.depth == DEPTH => self.budget.exhaust(Exhausted::Size).map_err(unreadable)?,
            Event::Start(_) => self.depth += 1,
            Event::End(_) => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
        Ok(event)
    }

    /// Skips the element that was opened last.
    pub(super) fn skip(&mut self) -> Result<(), NotAQuiz> {
        let outside = self.depth.saturating_sub(1);
        while self.depth > outside {
            self.next()?;
        }
        Ok(())
    }

    /// The text of the element that was opened last.
    pub(super) fn text(&mut self) -> Result<String, NotAQuiz> {
        let outside = self.depth.saturating_sub(1);
        let mut text = String::new();
        while self.depth > outside {
            match self.next()? {
                Event::Text(part) => text.push_str(&part.xml10_content()),
                Event::CData(part) => text.push_str(&part.xml10_content()),
                Event::GeneralRef(entity) => text.push_str(&resolve(&entity)?),
                _ => {}
            }
            self.check(&text)?;
        }
        Ok(text)
    }

    /// The text of the element that was opened last, in the form of sheets: as a whole, or in runs of
    /// different styles, without the phonetic text beside them.
    pub(super) fn rich_text(&mut self) -> Result<String, NotAQuiz> {
        let outside = self.depth.saturating_sub(1);
        let mut text = String::new();
        while self.depth > outside {
            let Event::Start(tag) = self.next()? else { continue };
            match tag.local_name().as_ref() {
                "rPh" => self.skip()?,
                "t" => {
                    let is_kept = attribute(&tag, "space").is_some_and(|space| space == "preserve");
                    let run = self.text()?;
                    let run = if is_kept { &run } else { run.trim_matches([' ', '\t', '\r', '\n']) };
                    text.push_str(run);
                    self.check(&text)?;
                }
                _ => {}
            }
        }
        Ok(unescape(&text))
    }

    fn check(&self, text: &str) -> Result<(), NotAQuiz> {
        if text.len() <= TEXT_BYTES {
            return Ok(());
        }
        self.budget.exhaust(Exhausted::Size).map_err(unreadable)
    }
}

/// The character of a predefined or numeric entity. Others are unknown.
fn resolve(entity: &BytesRef<'_>) -> Result<String, NotAQuiz> {
    if let Some(text) = resolve_xml_entity(entity) {
        return Ok(text.to_owned());
    }
    let letter = entity.resolve_char_ref().map_err(unreadable)?;
    letter.map(String::from).ok_or_else(|| unreadable(()))
}

/// An attribute of a tag, by its name without a prefix.
pub(super) fn attribute<'t>(tag: &'t BytesStart<'_>, name: &str) -> Option<Cow<'t, str>> {
    // Duplicates are not checked: that takes the square of their number.
    let mut attributes = tag.attributes();
    let mut attributes = attributes.with_checks(false).flatten();
    let found = attributes.find(|attribute| attribute.key.local_name().as_ref() == name)?;
    found.normalized_value(quick_xml::XmlVersion::Implicit1_0).ok()
}

/// Decodes `_xHHHH_`, which stands for characters that XML does not allow.
pub(super) fn unescape(text: &str) -> String {
    if !text.contains("_x") {
        return text.to_owned();
    }
    let mut units = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        if let Some(unit) = escaped(rest) {
            units.push(unit);
            rest = rest.get(7..).unwrap_or_default();
        } else {
            units.extend_from_slice(letter.encode_utf16(&mut [0; 2]));
            rest = rest.get(letter.len_utf8()..).unwrap_or_default();
        }
    }
    String::from_utf16_lossy(&units)
}

fn escaped(text: &str) -> Option<u16> {
    let digits = text.strip_prefix("_x")?.get(..5)?.strip_suffix('_')?;
    let is_hex = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    u16::from_str_radix(digits, 16).ok().filter(|_| is_hex)
}

/// A reader that fails after so many bytes, until the next event begins.
struct Bounded<R> {
    from: R,
    left: usize,
    budget_is_spent: bool,
}

impl<R: BufRead> BufRead for Bounded<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.left == 0 {
            self.budget_is_spent = true;
            return Err(Exhausted::Size.into());
        }
        let bytes = self.from.fill_buf()?;
        Ok(bytes.get(..self.left).unwrap_or(bytes))
    }

    fn consume(&mut self, amount: usize) {
        self.left = self.left.saturating_sub(amount);
        self.from.consume(amount);
    }
}

impl<R: BufRead> Read for Bounded<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let bytes = self.fill_buf()?;
        let amount = bytes.len().min(into.len());
        if let (Some(into), Some(bytes)) = (into.get_mut(..amount), bytes.get(..amount)) {
            into.copy_from_slice(bytes);
        }
        self.consume(amount);
        Ok(amount)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quizzes::import::LIMITS;

    fn text(document: &str) -> (Result<String, NotAQuiz>, Option<Exhausted>) {
        let budget = Budget::of(LIMITS);
        let mut xml = Xml::new(document.as_bytes(), &budget);
        let read = loop {
            match xml.next() {
                Ok(Event::Start(_)) => break xml.rich_text(),
                Ok(_) => {}
                Err(error) => break Err(error),
            }
        };
        (read, budget.exhausted())
    }

    #[test]
    fn a_text_is_put_together_from_its_runs() {
        for (document, expected) in [
            ("<si><t> plain </t></si>", "plain"),
            ("<si><t xml:space=\"preserve\"> kept </t></si>", " kept "),
            ("<si><r><t>one </t></r><r><rPr><b/></rPr><t xml:space='preserve'> two</t></r></si>", "one two"),
            ("<x:si><x:t>a</x:t><x:rPh sb='0'><x:t>spoken</x:t></x:rPh></x:si>", "a"),
            ("<si><t>&lt;b&gt; &amp; &#228;&#xE4; <![CDATA[<i>]]></t></si>", "<b> & ää <i>"),
            ("<si><t>a_x000A_b _x_ _xD83D__xDE00_ _x005F_x</t></si>", "a\nb _x_ 😀 _x"),
            ("<si/>", ""),
        ] {
            assert_eq!(text(document), (Ok(expected.to_owned()), None), "{document}");
        }
    }

    #[test]
    fn what_a_document_defines_for_itself_is_not_known_here() {
        let bomb = "<!DOCTYPE x [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;'>]><si><t>&b;</t></si>";
        assert!(matches!(text(bomb), (Err(_), None)));
        let file = "<!DOCTYPE x [<!ENTITY f SYSTEM 'file:///etc/passwd'>]><si><t>&f;</t></si>";
        assert!(matches!(text(file), (Err(_), None)));
    }

    #[test]
    fn events_texts_and_depth_have_an_end() {
        let long = "x".repeat(EVENT_BYTES);
        let many = "<t>xxxxxxxxxxxxxxxx</t>".repeat(TEXT_BYTES / 16 + 1);
        for document in [
            format!("<si><t>{long}</t></si>"),
            format!("<si a=\"{long}\"/>"),
            format!("<!--{long}--><si/>"),
            format!("<!DOCTYPE {long}><si/>"),
            format!("<{long}/>"),
            format!("<si>{many}</si>"),
            "<si>".repeat(DEPTH + 1),
        ] {
            assert_eq!(text(&document).1, Some(Exhausted::Size), "{}", &document[..40]);
        }
        let attributes = "a='' ".repeat(20_000);
        assert_eq!(text(&format!("<si {attributes}><t {attributes}>a</t></si>")), (Ok("a".into()), None));
    }
}
