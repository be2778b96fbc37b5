//! The styles of a workbook: which style has which number format.

use std::collections::BTreeMap;
use std::io::BufRead;

use quick_xml::events::Event;

use super::super::NotAQuiz;
use super::shown::{DateSystem, builtin, is_system_dependent, shown};
use super::unreadable;
use super::xml::{Xml, attribute};
use crate::workers::Budget;

/// The most styles; a spreadsheet has no more.
const STYLES: usize = 65_536;
/// The longest code of a format, in bytes; spreadsheets take 255 characters.
const CODE_BYTES: usize = 1024;

/// The number formats of a workbook.
#[derive(Debug, Default)]
pub(super) struct Styles {
    /// The format's id of each style.
    formats: Vec<usize>,
    /// The codes of the workbook's own formats.
    codes: BTreeMap<usize, String>,
    dates: DateSystem,
}

/// A number as it is shown, and its plain value.
pub(super) struct Shown {
    pub(super) text: String,
    pub(super) plain: String,
    /// Whether it is a date whose form depends on the system.
    pub(super) is_system_dependent: bool,
}

impl Styles {
    /// A number as a cell with this style shows it; without a style, in general form.
    pub(super) fn shown(&self, number: f64, style: Option<usize>) -> Shown {
        let id = style.and_then(|style| self.formats.get(style)).copied().unwrap_or(0);
        let code = self.codes.get(&id).map(String::as_str).or_else(|| builtin(id));
        let plain = shown(number, "General", self.dates);
        match code {
            Some(code) => Shown {
                text: shown(number, code, self.dates),
                plain,
                is_system_dependent: is_system_dependent(id) && !self.codes.contains_key(&id),
            },
            None => Shown { text: plain.clone(), plain, is_system_dependent: false },
        }
    }
}

/// Parses the part with the styles.
pub(super) fn parse(mut xml: Xml<'_, impl BufRead>, dates: DateSystem, budget: &Budget) -> Result<Styles, NotAQuiz> {
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
