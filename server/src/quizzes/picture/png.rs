//! PNG: the chunks that make the picture stay. Text, times, EXIF, colour profiles and unknown chunks are
//! dropped, and so are further frames of an animated one: it stands still.

use std::io::Cursor;

use super::input::Input;
use super::{InvalidPicture, check_size};
use crate::workers::Budget;

/// The chunks that stay, with the largest size of each.
const ALLOWED_CHUNKS: [(&[u8; 4], usize); 9] = [
    (b"IHDR", 13),
    (b"PLTE", 768),
    (b"tRNS", 256),
    (b"gAMA", 4),
    (b"cHRM", 32),
    (b"sRGB", 1),
    (b"bKGD", 6),
    (b"IDAT", usize::MAX),
    (b"IEND", 0),
];
/// Memory that the decoder needs besides a row.
const DECODER_BYTES: usize = 8 * 1024 * 1024;

pub(super) fn clean(bytes: &[u8], budget: &Budget) -> Result<Vec<u8>, InvalidPicture> {
    let mut rest = Input(bytes);
    let mut cleaned = rest.take(8)?.to_vec();
    loop {
        budget.step()?;
        let chunk = rest.0;
        let length = rest.be_length()?;
        let name = rest.name()?;
        let mut data = Input(rest.take(length.checked_add(4).ok_or(InvalidPicture)?)?);
        if &name == b"IHDR" {
            check_size(data.be_u32()?, data.be_u32()?, budget)?;
        }
        if ALLOWED_CHUNKS.iter().any(|(allowed, most)| **allowed == name && length <= *most) {
            cleaned.extend_from_slice(chunk.get(..length + 12).ok_or(InvalidPicture)?);
        }
        if &name == b"IEND" {
            break;
        }
    }
    decode(&cleaned, budget)?;
    Ok(cleaned)
}

/// Decodes row by row; only one is ever in memory.
fn decode(bytes: &[u8], budget: &Budget) -> Result<(), InvalidPicture> {
    let limits = png::Limits { bytes: DECODER_BYTES };
    let mut decoder = png::Decoder::new_with_limits(Cursor::new(bytes), limits);
    decoder.set_transformations(png::Transformations::IDENTITY);
    let mut reader = decoder.read_info().map_err(|_| InvalidPicture)?;
    while let Some(row) = reader.next_row().map_err(|_| InvalidPicture)? {
        budget.unpack(row.data().len())?;
    }
    Ok(())
}
