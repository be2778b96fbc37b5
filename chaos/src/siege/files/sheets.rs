//! XLSX files whose reading never ends, or takes all memory.

use std::io::Write;

use super::{Entry, archive, put, repeat};

const XML: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>"#;
const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const RELATIONS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006";

/// Which sheets a workbook says it has.
#[derive(Clone, Copy)]
enum Sheets {
    /// The workbook has one sheet and lists it once.
    One,
    /// The same one so many times.
    Listed(usize),
}

/// A workbook around a sheet and shared strings, each with what is between its tags.
fn workbook(
    sheets: Sheets,
    rows: impl Fn(&mut dyn Write),
    strings: impl Fn(&mut dyn Write),
    more: Vec<Entry>,
) -> Vec<u8> {
    let times = match sheets {
        Sheets::One => 1,
        Sheets::Listed(times) => times,
    };
    let mut entries = vec![
        Entry::text(
            "[Content_Types].xml",
            &format!(
                r#"{XML}<Types xmlns="{PACKAGE}/content-types"><Default Extension="xml" ContentType="application/xml"/><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>"#
            ),
        ),
        Entry::text(
            "_rels/.rels",
            &format!(
                r#"{XML}<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" Type="{RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>"#
            ),
        ),
        Entry::text(
            "xl/_rels/workbook.xml.rels",
            &format!(
                r#"{XML}<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" Type="{RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="{RELATIONS}/sharedStrings" Target="sharedStrings.xml"/><Relationship Id="rId3" Type="{RELATIONS}/styles" Target="styles.xml"/></Relationships>"#
            ),
        ),
        Entry::of("xl/workbook.xml", |out| {
            put(out, &format!(r#"{XML}<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets>"#));
            (1..=times).for_each(|id| put(out, &format!(r#"<sheet name="S{id}" sheetId="{id}" r:id="rId1"/>"#)));
            put(out, "</sheets></workbook>");
        }),
        Entry::of("xl/worksheets/sheet1.xml", |out| {
            put(out, &format!(r#"{XML}<worksheet xmlns="{MAIN}"><sheetData>"#));
            rows(out);
            put(out, "</sheetData></worksheet>");
        }),
        Entry::of("xl/sharedStrings.xml", |out| {
            put(out, &format!(r#"{XML}<sst xmlns="{MAIN}">"#));
            strings(out);
            put(out, "</sst>");
        }),
    ];
    entries.extend(more);
    archive(&entries)
}

fn nothing(_: &mut dyn Write) {}

/// A sheet of 24 MiB without a cell, listed 100,000 times.
pub(in crate::siege) fn listed_often() -> Vec<u8> {
    let rows = |out: &mut dyn Write| {
        repeat(out, b"<!--                                                -->", 24 * 1024 * 1024 / 55)
    };
    workbook(Sheets::Listed(100_000), rows, nothing, Vec::new())
}

/// A million rows without a cell.
pub(in crate::siege) fn empty_rows() -> Vec<u8> {
    workbook(Sheets::Listed(40), |out| repeat(out, b"<row/>", 1_000_000), nothing, Vec::new())
}

/// One shared string of so many bytes, in so many cells.
pub(in crate::siege) fn long_string(bytes: usize, cells: usize) -> Vec<u8> {
    let rows = |out: &mut dyn Write| {
        for row in 1..=cells.div_ceil(10) {
            put(out, &format!(r#"<row r="{row}">"#));
            "ABCDEFGHIJ".chars().for_each(|column| put(out, &format!(r#"<c r="{column}{row}" t="s"><v>0</v></c>"#)));
            put(out, "</row>");
        }
    };
    let strings = |out: &mut dyn Write| {
        put(out, "<si><t>");
        repeat(out, &[b'x'; 1_024], bytes / 1_024);
        put(out, "</t></si>");
    };
    workbook(Sheets::One, rows, strings, Vec::new())
}

/// Two million shared strings, and no cell that has one.
pub(in crate::siege) fn many_strings() -> Vec<u8> {
    workbook(Sheets::One, nothing, |out| repeat(out, b"<si><t>y</t></si>", 1_800_000), Vec::new())
}

/// A workbook with 1.5 million cell formats.
pub(in crate::siege) fn many_styles() -> Vec<u8> {
    let styles = Entry::of("xl/styles.xml", |out| {
        put(out, &format!(r#"{XML}<styleSheet xmlns="{MAIN}"><cellXfs>"#));
        repeat(out, br#"<xf numFmtId="14"/>"#, 1_500_000);
        put(out, "</cellXfs></styleSheet>");
    });
    workbook(Sheets::One, nothing, nothing, vec![styles])
}

/// So many empty files in one archive.
pub(in crate::siege) fn many_entries() -> Vec<u8> {
    let more = (0..10_000).map(|number| Entry::text(&format!("xl/{number}"), "")).collect();
    workbook(Sheets::One, nothing, nothing, more)
}

/// A quarter of a gigabyte of nothing that says it is a kilobyte.
pub(in crate::siege) fn plain_bomb() -> Vec<u8> {
    let bomb = Entry::of("xl/worksheets/sheet1.xml", |out| repeat(out, &[b' '; 64 * 1024], 4_000)).lying(1_024);
    archive(&[bomb])
}
