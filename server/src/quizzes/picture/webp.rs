//! WebP: frames, transparency, times and the orientation stay. Profiles, EXIF and unknown chunks are dropped.

use std::io::Cursor;

use image_webp::WebPDecoder;

use super::input::Input;
use super::{InvalidPicture, check_size, exif};
use crate::workers::{Budget, Exhausted};

/// The most frames in one picture.
const FRAMES: usize = 1000;
/// Memory for each byte of a lossless chunk: a few bytes can describe a large table.
const BYTES_PER_LOSSLESS_BYTE: usize = 240;
/// Memory for each pixel: the decoded one, the shown one, and for frames the canvas.
const BYTES_PER_PIXEL: usize = 8;
const BYTES_PER_FRAME_PIXEL: usize = 18;

/// Flags of the header that stay: animation and transparency.
const STAYS: u8 = 0b0001_0010;
const HAS_EXIF: u8 = 0b0000_1000;
const HAS_FRAMES: u8 = 0b0000_0010;

/// What was found while the file was read.
#[derive(Default)]
struct WebpScan {
    written: Vec<u8>,
    orientation: Option<u8>,
    frames: usize,
    /// The size of the largest lossless chunk, in bytes.
    lossless_bytes: usize,
    /// The most pixels that a chunk declares, which the decoder believes.
    pixels: usize,
}

pub(super) fn clean(bytes: &[u8], budget: &Budget) -> Result<Vec<u8>, InvalidPicture> {
    let mut rest = Input(bytes);
    rest.take(4)?;
    let length = rest.le_length()?;
    // Whatever follows the end is dropped.
    let mut rest = Input(Input(rest.0).take(length)?);
    rest.take(4)?;
    let mut found = WebpScan::default();
    while !rest.is_empty() {
        let (name, data) = chunk(&mut rest, budget)?;
        match &name {
            b"VP8X" | b"ANIM" | b"VP8 " | b"VP8L" | b"ALPH" => found.write_chunk(name, data),
            b"ANMF" => found.write_frame(data, budget)?,
            b"EXIF" => found.orientation = exif::orientation(data.strip_prefix(b"Exif\0\0").unwrap_or(data)),
            _ => {}
        }
    }
    let clean = found.write()?;
    budget.hold(found.lossless_bytes.saturating_mul(BYTES_PER_LOSSLESS_BYTE))?;
    decode(&clean, &found, budget)?;
    Ok(clean)
}

/// The next chunk, with its name; chunks begin at even offsets.
fn chunk<'a>(rest: &mut Input<'a>, budget: &Budget) -> Result<([u8; 4], &'a [u8]), InvalidPicture> {
    budget.step()?;
    let name = rest.name()?;
    let length = rest.le_length()?;
    let data = rest.take(length)?;
    if length % 2 == 1 && !rest.is_empty() {
        rest.byte()?;
    }
    Ok((name, data))
}

impl WebpScan {
    fn write_chunk(&mut self, name: [u8; 4], data: &[u8]) {
        self.account(&name, data);
        add(&mut self.written, name, data);
    }

    /// Counts a chunk; only one is in memory at a time.
    fn account(&mut self, name: &[u8; 4], data: &[u8]) {
        if matches!(name, b"VP8L" | b"ALPH") {
            self.lossless_bytes = self.lossless_bytes.max(data.len());
        }
        if let (b"VP8 ", Some(&[width, more_width, height, more_height])) = (name, data.get(6..10)) {
            let side = |low, high| usize::from(u16::from_le_bytes([low, high]) & 0x3FFF);
            self.pixels = self.pixels.max(side(width, more_width) * side(height, more_height));
        }
    }

    /// Copies a frame, also without what is no part of the picture.
    fn write_frame(&mut self, data: &[u8], budget: &Budget) -> Result<(), InvalidPicture> {
        self.frames += 1;
        if self.frames > FRAMES {
            budget.exhaust(Exhausted::Size)?;
        }
        let mut rest = Input(data);
        let mut frame = rest.take(16)?.to_vec();
        while !rest.is_empty() {
            let (name, data) = chunk(&mut rest, budget)?;
            self.account(&name, data);
            if matches!(&name, b"VP8 " | b"VP8L" | b"ALPH") {
                add(&mut frame, name, data);
            }
        }
        add(&mut self.written, *b"ANMF", &frame);
        Ok(())
    }

    fn write(&mut self) -> Result<Vec<u8>, InvalidPicture> {
        let mut written = std::mem::take(&mut self.written);
        if written.starts_with(b"VP8X") {
            let flags = written.get_mut(8).ok_or(InvalidPicture)?;
            *flags &= STAYS;
            if (*flags & HAS_FRAMES != 0) != (self.frames > 0) {
                return Err(InvalidPicture);
            }
            if let Some(orientation) = self.orientation {
                *flags |= HAS_EXIF;
                add(&mut written, *b"EXIF", &exif::only(orientation));
            }
        }
        let mut clean = Vec::with_capacity(written.len() + 12);
        clean.extend_from_slice(b"RIFF");
        clean.extend_from_slice(&u32::try_from(written.len() + 4).map_err(|_| InvalidPicture)?.to_le_bytes());
        clean.extend_from_slice(b"WEBP");
        clean.extend(written);
        Ok(clean)
    }
}

/// Appends one chunk, padded to an even length.
fn add(to: &mut Vec<u8>, name: [u8; 4], data: &[u8]) {
    to.extend_from_slice(&name);
    to.extend_from_slice(&u32::try_from(data.len()).unwrap_or(u32::MAX).to_le_bytes());
    to.extend_from_slice(data);
    if data.len() % 2 == 1 {
        to.push(0);
    }
}

fn decode(bytes: &[u8], found: &WebpScan, budget: &Budget) -> Result<(), InvalidPicture> {
    let mut decoder = WebPDecoder::new(Cursor::new(bytes)).map_err(|_| InvalidPicture)?;
    let (width, height) = decoder.dimensions();
    let pixels = check_size(width, height, budget)?.max(found.pixels);
    let bytes_each = if found.frames > 0 { BYTES_PER_FRAME_PIXEL } else { BYTES_PER_PIXEL };
    budget.hold(pixels.saturating_mul(bytes_each))?;
    let mut shown = vec![0; decoder.output_buffer_size().ok_or(InvalidPicture)?];
    if !decoder.is_animated() {
        budget.unpack(shown.len())?;
        return decoder.read_image(&mut shown).map_err(|_| InvalidPicture);
    }
    for _ in 0..decoder.num_frames() {
        budget.unpack(shown.len())?;
        budget.check()?;
        decoder.read_frame(&mut shown).map_err(|_| InvalidPicture)?;
    }
    Ok(())
}
