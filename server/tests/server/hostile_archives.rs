//! XLSX files that no spreadsheet writes: a few kilobytes that would take hours to
//! parse, or all memory.

use std::io::{Cursor, Write as _};

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

const MEBIBYTE: usize = 1024 * 1024;
const SHEET: &str = "xl/worksheets/sheet1.xml";
const STRINGS: &str = "xl/sharedStrings.xml";
const TYPES: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

/// All files, each with the attack in it.
pub fn all() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("a sheet that stands there a hundred thousand times", sheet_listed_often()),
        ("a sheet under a hundred names", sheet_under_many_names()),
        ("rows without cells", rows_without_cells()),
        ("cells without anything in them", workbook(&repeat_to(8 * MEBIBYTE, "<c/>"), "")),
        ("a text of 1 MB in many cells", shared("x", MEBIBYTE, 20_000)),
        ("a text of 20 MB in many cells", shared("x", 20 * MEBIBYTE, 20_000)),
        ("a text of 100 KB in many cells", shared("x", 100_000, 60_000)),
        ("a text of many small parts", shared("&#120;", 6 * MEBIBYTE, 60_000)),
        ("elements in elements", workbook(&repeat_to(8 * MEBIBYTE, "<a>"), "")),
        ("a large attribute", workbook(&format!("<c r=\"{}\"/>", "A".repeat(8 * MEBIBYTE)), "")),
        ("many attributes", workbook(&format!("<c {}/>", "a='' ".repeat(MEBIBYTE)), "")),
        ("a large comment", workbook(&format!("<!--{}-->", "-".repeat(8 * MEBIBYTE)), "")),
        ("entities in entities", entities()),
        ("a name that does not end", workbook(&format!("<{}", "a".repeat(8 * MEBIBYTE)), "")),
        ("a sheet of zeros", workbook(&"\0".repeat(24 * MEBIBYTE), "")),
        ("a sheet that says it is small", lies(rows_without_cells())),
        ("twenty thousand parts", many_parts()),
        ("parts in the same place", overlapping()),
        (
            "ends of archives",
            [&b"PK\x03\x04"[..], &b"PK\x05\x06\0\0\0\0\xFF\x7F\xFF\x7F\xFF\xFF\0\0\0\0\0\0\0\0".repeat(45_000)]
                .concat(),
        ),
        ("half a file", {
            let file = many_texts();
            file[..file.len() / 2].to_vec()
        }),
    ]
}

/// A sheet of empty rows.
pub fn rows_without_cells() -> Vec<u8> {
    workbook(&repeat_to(16 * MEBIBYTE, "<row/>"), "")
}

/// A file of 80 KB or so with many different texts, and cells with a few of them.
pub fn many_texts() -> Vec<u8> {
    let strings: String = (0..400_000).map(|number| format!("<si><t>word {number}</t></si>")).collect();
    let cells: String = (0..900)
        .map(|row| format!("<row r='{0}'><c r='A{0}' t='s'><v>{1}</v></c></row>", row + 1, row * 400))
        .collect();
    workbook(&cells, &strings)
}

fn repeat_to(bytes: usize, part: &str) -> String {
    part.repeat(bytes / part.len())
}

fn sheet_listed_often() -> Vec<u8> {
    let entry = "<sheet name='a' sheetId='1' r:id='s'/>";
    archive(&[
        ("xl/workbook.xml", &format!("<workbook><sheets>{}</sheets></workbook>", entry.repeat(100_000))),
        ("xl/_rels/workbook.xml.rels", &relations(&[("s", "worksheet", "worksheets/sheet1.xml")])),
        (SHEET, &sheet(&repeat_to(16 * MEBIBYTE, "<row/>"))),
    ])
}

fn sheet_under_many_names() -> Vec<u8> {
    // The same letters, large and small: one part with a hundred names.
    let name = |number: usize| -> String {
        let bit = |at: usize, letter: char| if (number >> at) & 1 == 1 { letter.to_ascii_uppercase() } else { letter };
        "worksheets/sheet1.xml"
            .chars()
            .enumerate()
            .map(|(at, letter)| if at < 7 { bit(at, letter) } else { letter })
            .collect()
    };
    let ids: Vec<_> = (0..100).map(|number| (format!("s{number}"), name(number))).collect();
    let sheets: String = ids.iter().map(|(id, _)| format!("<sheet name='a' sheetId='1' r:id='{id}'/>")).collect();
    let relations: Vec<_> = ids.iter().map(|(id, name)| (id.as_str(), "worksheet", name.as_str())).collect();
    archive(&[
        ("xl/workbook.xml", &format!("<workbook><sheets>{sheets}</sheets></workbook>")),
        ("xl/_rels/workbook.xml.rels", &self::relations(&relations)),
        (SHEET, &sheet(&repeat_to(8 * MEBIBYTE, "<row/>"))),
    ])
}

/// One text of so many bytes, and cells that refer to it.
fn shared(part: &str, bytes: usize, cells: usize) -> Vec<u8> {
    let cell = |number: usize| {
        let (row, column) = (number / 60 + 1, number % 60);
        let letter = char::from(b'A' + u8::try_from(column % 26).unwrap());
        let name = ["", "A", "B"][column / 26].to_owned() + &letter.to_string();
        format!("<c r='{name}{row}' t='s'><v>0</v></c>")
    };
    let cells: String = (0..cells).map(cell).collect();
    workbook(&format!("<row>{cells}</row>"), &format!("<si><t>{}</t></si>", repeat_to(bytes, part)))
}

fn entities() -> Vec<u8> {
    let mut definitions = String::from("<!ENTITY e0 'lol'>");
    for level in 1..30 {
        let before = format!("&e{};", level - 1).repeat(10);
        definitions.push_str(&format!("<!ENTITY e{level} '{before}'>"));
    }
    let strings = format!("<!DOCTYPE sst [{definitions}]><sst><si><t>&e29;</t></si></sst>");
    parts("<row><c r='A1' t='s'><v>0</v></c></row>", &strings)
}

/// The sizes before and after the data, made small.
fn lies(mut file: Vec<u8>) -> Vec<u8> {
    let mut at = 0;
    while let Some(found) = file[at..].windows(4).position(|mark| mark == b"PK\x01\x02" || mark == b"PK\x03\x04") {
        at += found;
        let unpacked = if file[at + 2] == 1 { at + 24 } else { at + 22 };
        file[unpacked..unpacked + 4].copy_from_slice(&[1, 0, 0, 0]);
        at += 4;
    }
    file
}

fn many_parts() -> Vec<u8> {
    let names: Vec<_> = (0..10_000).map(|number| number.to_string()).collect();
    let parts: Vec<_> = names.iter().map(|name| (name.as_str(), "")).collect();
    archive(&parts)
}

/// One part, which the list at the end names a thousand times.
fn overlapping() -> Vec<u8> {
    let file = workbook(&repeat_to(16 * MEBIBYTE, "<row/>"), "");
    let end = file.len() - 22;
    let begin = usize::try_from(u32::from_le_bytes(file[end + 16..end + 20].try_into().unwrap())).unwrap();
    let list = &file[begin..end];
    let lists = list.repeat(200);
    let count = u16::from_le_bytes(file[end + 10..end + 12].try_into().unwrap()) * 200;
    let length = u32::try_from(lists.len()).unwrap().to_le_bytes();
    [
        &file[..begin],
        &lists,
        &file[end..end + 8],
        &count.to_le_bytes(),
        &count.to_le_bytes(),
        &length,
        &file[end + 16..],
    ]
    .concat()
}

/// A file with one sheet and its texts.
fn workbook(rows: &str, strings: &str) -> Vec<u8> {
    parts(rows, &format!("<sst>{strings}</sst>"))
}

fn parts(rows: &str, strings: &str) -> Vec<u8> {
    let relations =
        relations(&[("s", "worksheet", "worksheets/sheet1.xml"), ("t", "sharedStrings", "sharedStrings.xml")]);
    archive(&[
        ("xl/workbook.xml", "<workbook><sheets><sheet name='a' sheetId='1' r:id='s'/></sheets></workbook>"),
        ("xl/_rels/workbook.xml.rels", &relations),
        (SHEET, &sheet(rows)),
        (STRINGS, strings),
    ])
}

fn sheet(rows: &str) -> String {
    format!("<worksheet><sheetData>{rows}</sheetData></worksheet>")
}

fn relations(all: &[(&str, &str, &str)]) -> String {
    let one = |(id, kind, target): &(&str, &str, &str)| {
        format!("<Relationship Id='{id}' Type='{TYPES}/{kind}' Target='{target}'/>")
    };
    format!("<Relationships>{}</Relationships>", all.iter().map(one).collect::<String>())
}

fn archive(parts: &[(&str, &str)]) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        archive.start_file(*name, SimpleFileOptions::default()).unwrap();
        archive.write_all(content.as_bytes()).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

/// The check at the end of a part of a PNG.
pub fn crc(bytes: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { (crc >> 1) ^ 0xEDB8_8320 } else { crc >> 1 };
        }
    }
    !crc
}
