//! Files that are small to send and dear to read.

use std::io::Write;

use flate2::write::{DeflateEncoder, ZlibEncoder};
use flate2::{Compression, Crc};

mod pictures;
mod sheets;
mod texts;

pub(super) use pictures::{apng, gif_frames, jpeg_with_place, noise_png, wide_gif, wide_jpeg, wide_png, wide_webp};
pub(super) use sheets::{empty_rows, listed_often, long_string, many_entries, many_strings, many_styles, plain_bomb};
pub(super) use texts::{deep_json, many_questions, quotes, wide_csv};

/// One file of a ZIP archive.
pub(super) struct Entry {
    name: String,
    packed: Vec<u8>,
    unpacked: u32,
    crc: u32,
}

impl Entry {
    /// Packs what `write` writes as an entry of a ZIP archive.
    fn of(name: &str, write: impl FnOnce(&mut dyn Write)) -> Self {
        let mut packing = Packing { deflate: DeflateEncoder::new(Vec::new(), Compression::default()), crc: Crc::new() };
        write(&mut packing);
        let (unpacked, crc) = (packing.crc.amount(), packing.crc.sum());
        Self { name: name.to_owned(), packed: packing.deflate.finish().unwrap_or_default(), unpacked, crc }
    }

    fn text(name: &str, text: &str) -> Self {
        Self::of(name, |out| put(out, text))
    }

    /// Says that there is less in it than there is.
    fn lying(mut self, unpacked: u32) -> Self {
        self.unpacked = unpacked;
        self
    }
}

struct Packing {
    deflate: DeflateEncoder<Vec<u8>>,
    crc: Crc,
}

impl Write for Packing {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.crc.update(bytes);
        self.deflate.write_all(bytes)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// A ZIP archive (APPNOTE 6.3.10, sections 4.3.7, 4.3.12 and 4.3.16).
fn archive(entries: &[Entry]) -> Vec<u8> {
    let (mut bytes, mut directory) = (Vec::new(), Vec::new());
    let size = |length: usize| u32::try_from(length).unwrap_or(u32::MAX);
    for entry in entries {
        let offset = size(bytes.len());
        let mut common = Vec::new();
        // Version 2.0, no flags, deflate, no time and no date.
        [20, 0, 8, 0, 0].iter().for_each(|half: &u16| common.extend(half.to_le_bytes()));
        [entry.crc, size(entry.packed.len()), entry.unpacked].iter().for_each(|word| common.extend(word.to_le_bytes()));
        let name = u16::try_from(entry.name.len()).unwrap_or(u16::MAX);
        [name, 0].iter().for_each(|half| common.extend(half.to_le_bytes()));
        bytes.extend(b"PK\x03\x04");
        bytes.extend(&common);
        bytes.extend(entry.name.as_bytes());
        bytes.extend(&entry.packed);
        directory.extend(b"PK\x01\x02\x14\x00");
        directory.extend(&common);
        directory.extend([0; 10]);
        directory.extend(offset.to_le_bytes());
        directory.extend(entry.name.as_bytes());
    }
    let count = u16::try_from(entries.len()).unwrap_or(u16::MAX).to_le_bytes();
    let (begin, length) = (size(bytes.len()).to_le_bytes(), size(directory.len()).to_le_bytes());
    bytes.extend(&directory);
    bytes.extend(b"PK\x05\x06\0\0\0\0");
    bytes.extend([count, count].concat());
    bytes.extend([length, begin].concat());
    bytes.extend([0, 0]);
    bytes
}

/// Packs what `write` writes in zlib format, as PNG has it.
fn zlib(write: impl FnOnce(&mut dyn Write)) -> Vec<u8> {
    let mut packing = ZlibEncoder::new(Vec::new(), Compression::default());
    write(&mut packing);
    packing.finish().unwrap_or_default()
}

/// Writing into memory does not fail.
fn put(out: &mut dyn Write, text: &str) {
    let _ = out.write_all(text.as_bytes());
}

fn repeat(out: &mut dyn Write, what: &[u8], times: usize) {
    (0..times).for_each(|_| {
        let _ = out.write_all(what);
    });
}
