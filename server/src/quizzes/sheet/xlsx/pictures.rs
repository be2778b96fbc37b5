//! Finds the pictures of a sheet. Each belongs to the question in whose row it begins.

use std::collections::BTreeMap;

use protocol::limits;
use quick_xml::events::Event;

use super::super::NotAQuiz;
use super::package::Package;
use super::workbook::references;
use super::xml::attribute;
use crate::quizzes::import::{FileParts, PictureReference, no_part, referred};
use crate::workers::Budget;

/// The most pictures of one sheet: more than a quiz has questions.
const PICTURES: usize = 200;
/// How many characters of a picture's description are read.
const WORDS: usize = limits::QUESTION_CHARS;

/// Where a drawing places a picture, and what it says about it.
#[derive(Default)]
struct Anchor {
    row: Option<usize>,
    /// The drawing's reference to it.
    id: Option<String>,
    words: String,
}

/// The pictures of a sheet by the rows that they begin in, from 0; the first one in each row.
pub(super) fn parse(
    package: &mut Package<'_>,
    sheet: &str,
    budget: &Budget,
) -> Result<BTreeMap<usize, PictureReference>, NotAQuiz> {
    let mut pictures = BTreeMap::new();
    let drawings = references(package, &references_of(sheet), budget)?;
    let Some(drawing) = drawings.iter().find(|reference| reference.kind == "drawing") else { return Ok(pictures) };
    let drawing = resolved(sheet, &drawing.target);
    let images = references(package, &references_of(&drawing), budget)?;
    for Anchor { row, id, words } in anchors(package, &drawing)? {
        let (Some(row), Some(id)) = (row, id) else { continue };
        let image = images.iter().find(|image| image.id == id);
        if let (Some(image), false) = (image, pictures.contains_key(&row)) {
            let target =
                if image.target.contains("://") { image.target.clone() } else { resolved(&drawing, &image.target) };
            let found = referred(&target, &mut Media { package: &mut *package });
            pictures.insert(row, PictureReference::of(found, words, &format!("the picture in row {}", row + 1)));
        }
    }
    Ok(pictures)
}

/// The pictures in the archive, by their full names.
struct Media<'p, 'a> {
    package: &'p mut Package<'a>,
}

impl FileParts for Media<'_, '_> {
    fn picture(&mut self, name: &str) -> Result<Vec<u8>, String> {
        match self.package.bytes(name, limits::PICTURE_BYTES) {
            Ok(Some(bytes)) => Ok(bytes),
            Ok(None) => Err(no_part(name)),
            Err(_) => Err("it is damaged".into()),
        }
    }
}

fn anchors(package: &mut Package<'_>, drawing: &str) -> Result<Vec<Anchor>, NotAQuiz> {
    let mut anchors = Vec::new();
    let Some(mut xml) = package.part(drawing)? else { return Ok(anchors) };
    let (mut anchor, mut is_beginning) = (Anchor::default(), false);
    while anchors.len() < PICTURES {
        match xml.next()? {
            Event::Start(tag) => match tag.local_name().as_ref() {
                "from" => is_beginning = true,
                "row" if is_beginning => anchor.row = xml.text()?.trim().parse().ok(),
                "cNvPr" => {
                    let words = attribute(&tag, "descr").unwrap_or_default();
                    anchor.words = words.chars().take(WORDS).collect();
                }
                "blip" => anchor.id = attribute(&tag, "embed").or_else(|| attribute(&tag, "link")).map(Into::into),
                _ => {}
            },
            Event::End(tag) => match tag.local_name().as_ref() {
                "from" => is_beginning = false,
                "oneCellAnchor" | "twoCellAnchor" | "absoluteAnchor" => anchors.push(std::mem::take(&mut anchor)),
                "wsDr" => break,
                _ => {}
            },
            _ => {}
        }
    }
    Ok(anchors)
}

/// The name of the part with another part's references.
fn references_of(part: &str) -> String {
    let (folder, file) = part.rsplit_once('/').unwrap_or(("", part));
    format!("{folder}/_rels/{file}.rels")
}

/// The full name of a reference in a part, such as `../media/image1.png`.
fn resolved(from: &str, target: &str) -> String {
    if let Some(whole) = target.strip_prefix('/') {
        return whole.to_owned();
    }
    let mut folders: Vec<&str> = from.split('/').collect();
    folders.pop();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                folders.pop();
            }
            part => folders.push(part),
        }
    }
    folders.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_refer_to_each_other_by_the_way_between_them() {
        let sheet = "xl/worksheets/sheet1.xml";
        assert_eq!(references_of(sheet), "xl/worksheets/_rels/sheet1.xml.rels");
        assert_eq!(resolved(sheet, "../drawings/drawing1.xml"), "xl/drawings/drawing1.xml");
        assert_eq!(resolved(sheet, "/xl/media/a.png"), "xl/media/a.png");
        assert_eq!(resolved(sheet, "../../../../a.png"), "a.png");
    }
}
