//! Finds the sheets of a workbook, and the parts that they share.

use quick_xml::events::Event;

use super::super::NotAQuiz;
use super::package::Package;
use super::shown::DateSystem;
use super::unreadable;
use super::xml::attribute;
use crate::workers::Budget;

/// How many sheets are looked at.
const SHEETS: usize = 32;
/// Memory of a reference besides its text.
const REFERENCE_BYTES: usize = 64;

/// The names of a workbook's parts.
#[derive(Debug, Default)]
pub(super) struct Workbook {
    /// The sheets in their order, without duplicates.
    pub(super) sheets: Vec<Entry>,
    /// The part with the shared texts.
    pub(super) strings: String,
    /// The part with the styles.
    pub(super) styles: String,
    /// The epoch of its dates.
    pub(super) dates: DateSystem,
}

/// A sheet as the workbook lists it, before its part is read.
#[derive(Debug)]
pub(super) struct Entry {
    /// The sheet's name for people.
    pub(super) name: String,
    /// The name of its part.
    pub(super) part: String,
}

/// A reference from one part of the archive to another.
pub(super) struct Reference {
    pub(super) id: String,
    pub(super) kind: String,
    pub(super) target: String,
}

/// Parses the list of sheets and their references.
pub(super) fn find(package: &mut Package<'_>, budget: &Budget) -> Result<Workbook, NotAQuiz> {
    let starts = references(package, "_rels/.rels", budget)?;
    let start = starts.iter().find(|reference| reference.kind == "officeDocument");
    let name = start.map_or("xl/workbook.xml", |start| start.target.trim_start_matches('/')).to_owned();
    let (folder, file) = name.rsplit_once('/').map_or(("", name.as_str()), |(folder, file)| (folder, file));
    let references = references(package, &format!("{folder}/_rels/{file}.rels"), budget)?;
    let path = |target: &str| match target.strip_prefix('/') {
        Some(path) => path.to_owned(),
        None => format!("{folder}/{}", target.trim_start_matches("./")),
    };
    let of_kind = |kind: &str, default: &str| {
        let found = references.iter().find(|reference| reference.kind == kind);
        path(found.map_or(default, |found| &found.target))
    };
    let (strings, styles) = (of_kind("sharedStrings", "sharedStrings.xml"), of_kind("styles", "styles.xml"));
    let listed = listed(package, &name, budget)?;
    let mut sheets: Vec<Entry> = Vec::new();
    for (id, name) in listed.sheets {
        let sheet = references.iter().find(|reference| reference.id == id).ok_or_else(|| unreadable(()))?;
        let part = path(&sheet.target);
        if sheet.kind == "worksheet" && sheets.iter().all(|entry| entry.part != part) {
            sheets.push(Entry { name, part });
        }
    }
    Ok(Workbook { sheets, strings, styles, dates: listed.dates })
}

/// The references of a part, from its own list.
pub(super) fn references(package: &mut Package<'_>, name: &str, budget: &Budget) -> Result<Vec<Reference>, NotAQuiz> {
    let mut found = Vec::new();
    let Some(mut xml) = package.part(name.trim_start_matches('/'))? else { return Ok(found) };
    loop {
        match xml.next()? {
            Event::Start(tag) if tag.local_name().as_ref() == "Relationship" => {
                let text = |name| attribute(&tag, name).unwrap_or_default().into_owned();
                let kind = text("Type").rsplit('/').next().unwrap_or_default().to_owned();
                let reference = Reference { id: text("Id"), kind, target: text("Target") };
                let bytes = reference.id.len() + reference.kind.len() + reference.target.len();
                budget.hold(bytes + REFERENCE_BYTES).map_err(unreadable)?;
                found.push(reference);
            }
            Event::End(tag) if tag.local_name().as_ref() == "Relationships" => return Ok(found),
            _ => {}
        }
    }
}

/// The content of the part with the list of sheets.
#[derive(Default)]
struct Listed {
    /// The id of the reference and the name of each sheet.
    sheets: Vec<(String, String)>,
    dates: DateSystem,
}

fn listed(package: &mut Package<'_>, name: &str, budget: &Budget) -> Result<Listed, NotAQuiz> {
    let mut listed = Listed::default();
    let mut xml = package.part(name)?.ok_or_else(|| unreadable(()))?;
    while listed.sheets.len() < SHEETS {
        match xml.next()? {
            Event::Start(tag) if tag.local_name().as_ref() == "workbookPr" => {
                let since_1904 = attribute(&tag, "date1904").is_some_and(|since| matches!(&*since, "1" | "true"));
                listed.dates = if since_1904 { DateSystem::Since1904 } else { DateSystem::Since1900 };
            }
            Event::Start(tag) if tag.local_name().as_ref() == "sheet" => {
                let id = attribute(&tag, "id").ok_or_else(|| unreadable(()))?.into_owned();
                if listed.sheets.iter().all(|(other, _)| *other != id) {
                    let name = attribute(&tag, "name").unwrap_or_default().into_owned();
                    budget.hold(id.len() + name.len() + REFERENCE_BYTES).map_err(unreadable)?;
                    listed.sheets.push((id, name));
                }
            }
            Event::End(tag) if tag.local_name().as_ref() == "workbook" => break,
            _ => {}
        }
    }
    Ok(listed)
}
