//! How a workbook shows its numbers: which style stands for which format.

use std::collections::BTreeMap;
use std::io::BufRead;

use quick_xml::events::Event;

use super::super::NotAQuiz;
use super::shown::{DateSystem, builtin, is_told_by_the_system, shown};
use super::unreadable;
use super::xml::{Xml, attribute};
use crate::workers::Budget;

/// Styles that are known; a spreadsheet has no more.
const STYLES: usize = 65_536;
/// Bytes of a format's code; spreadsheets take 255 letters.
const CODE_BYTES: usize = 1024;

/// How numbers are shown.
#[derive(Debug, Default)]
pub(super) struct Styles {
    /// The number of each style's format.
    formats: Vec<usize>,
    /// The codes that the workbook has of its own.
    codes: BTreeMap<usize, String>,
    dates: DateSystem,
}

/// A number, shown and as it is.
pub(super) struct Shown {
    pub(super) text: String,
    pub(super) plain: String,
    /// It is a date, and each system shows it in its own way.
    pub(super) is_told_by_the_system: bool,
}

impl Styles {
    /// A number as a cell of this style shows it.
    pub(super) fn shown(&self, number: f64, style: Option<usize>) -> Shown {
        let id = style.and_then(|style| self.formats.get(style)).copied().unwrap_or(0);
        let code = self.codes.get(&id).map(String::as_str).or_else(|| builtin(id));
        let plain = shown(number, "General", self.dates);
        match code {
            Some(code) => Shown {
                text: shown(number, code, self.dates),
                plain,
                is_told_by_the_system: is_told_by_the_system(id) && !self.codes.contains_key(&id),
            },
            None => Shown { text: plain.clone(), plain, is_told_by_the_system: false },
        }
    }
}

/// Reads the part that lists the styles.
pub(super) fn read(mut xml: Xml<'_, impl BufRead>, dates: DateSystem, budget: &Budget) -> Result<Styles, NotAQuiz> {
    let mut styles = Styles { dates, ..Styles::default() };
    let mut is_in_list = false;
    while styles.formats.len() < STYLES {
        match xml.next()? {
            Event::Start(tag) => match tag.local_name().as_ref() {
                "numFmt" => {
                    let id = attribute(&tag, "numFmtId").and_then(|id| id.parse().ok());
                    let code = attribute(&tag, "formatCode").filter(|code| code.len() <= CODE_BYTES);
                    if let (Some(id), Some(code)) = (id, code) {
                        budget.hold(size_of::<(usize, String)>() + code.len()).map_err(unreadable)?;
                        styles.codes.insert(id, code.into_owned());
                    }
                }
                "cellXfs" => is_in_list = true,
                "xf" if is_in_list => {
                    let id = attribute(&tag, "numFmtId").and_then(|id| id.parse().ok()).unwrap_or(0);
                    budget.hold(size_of::<usize>()).map_err(unreadable)?;
                    styles.formats.push(id);
                }
                _ => {}
            },
            Event::End(tag) if matches!(tag.local_name().as_ref(), "cellXfs" | "styleSheet") => break,
            _ => {}
        }
    }
    Ok(styles)
}
