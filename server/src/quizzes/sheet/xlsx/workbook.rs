//! Which parts of the archive are its sheets, and where their texts are.

use quick_xml::events::Event;

use super::super::NotAQuiz;
use super::package::Package;
use super::unreadable;
use super::xml::attribute;
use crate::workers::Budget;

/// Sheets that are looked at.
const SHEETS: usize = 32;
/// What a reference costs in memory besides its letters.
const REFERENCE_BYTES: usize = 64;

/// Names of parts.
#[derive(Debug, Default)]
pub(super) struct Workbook {
    /// The sheets, in their order; one that stands there twice is looked at once.
    pub(super) sheets: Vec<String>,
    /// Where the texts are that cells share.
    pub(super) strings: String,
}

/// How one part of the archive points to another.
struct Reference {
    id: String,
    kind: String,
    target: String,
}

/// Finds them.
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
    let strings = references.iter().find(|reference| reference.kind == "sharedStrings");
    let strings = path(strings.map_or("sharedStrings.xml", |strings| &strings.target));
    let mut sheets = Vec::new();
    for id in sheet_ids(package, &name)? {
        let sheet = references.iter().find(|reference| reference.id == id).ok_or_else(|| unreadable(()))?;
        if sheet.kind == "worksheet" && !sheets.contains(&path(&sheet.target)) {
            sheets.push(path(&sheet.target));
        }
    }
    Ok(Workbook { sheets, strings })
}

fn references(package: &mut Package<'_>, name: &str, budget: &Budget) -> Result<Vec<Reference>, NotAQuiz> {
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

/// What the first sheets are called where they are referred to.
fn sheet_ids(package: &mut Package<'_>, name: &str) -> Result<Vec<String>, NotAQuiz> {
    let mut ids: Vec<String> = Vec::new();
    let mut xml = package.part(name)?.ok_or_else(|| unreadable(()))?;
    while ids.len() < SHEETS {
        match xml.next()? {
            Event::Start(tag) if tag.local_name().as_ref() == "sheet" => {
                let id = attribute(&tag, "id").ok_or_else(|| unreadable(()))?.into_owned();
                if !ids.contains(&id) {
                    ids.push(id);
                }
            }
            Event::End(tag) if tag.local_name().as_ref() == "workbook" => break,
            _ => {}
        }
    }
    Ok(ids)
}
