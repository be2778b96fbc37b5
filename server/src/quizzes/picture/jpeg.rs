//! JPEG: the segments that decoding needs stay, and the orientation. EXIF, profiles, thumbnails, comments and
//! whatever follows the end are dropped.

use std::io::Cursor;

use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

use super::input::Input;
use super::{InvalidPicture, check_size, exif};
use crate::workers::{Budget, Exhausted};

/// The most scans: programs make about ten, and each may be expensive for a few bytes.
const SCANS: usize = 64;

const START: u8 = 0xD8;
const END: u8 = 0xD9;
const SCAN: u8 = 0xDA;
const TABLES: [u8; 3] = [0xC4, 0xDB, 0xDD];
const FRAMES: [u8; 3] = [0xC0, 0xC1, 0xC2];
const PROGRESSIVE: u8 = 0xC2;
const JFIF: u8 = 0xE0;
const EXIF: u8 = 0xE1;
const ADOBE: u8 = 0xEE;
const NOTES: &[u8] = b"Exif\0\0";

/// What was found while the file was read.
#[derive(Default)]
struct JpegScan {
    written: Vec<u8>,
    jfif: Option<[u8; 9]>,
    orientation: Option<u8>,
    frame: Option<Frame>,
    scans: usize,
    /// Whether the first scan has all components.
    is_interleaved: bool,
}

/// The work that the decoder will have.
#[derive(Clone, Copy)]
struct Frame {
    width: u16,
    height: u16,
    is_progressive: bool,
    components: u8,
    /// Blocks of all components in one unit, and the most of one component.
    blocks: u64,
    most_blocks: u64,
}

pub(super) fn clean(bytes: &[u8], budget: &Budget) -> Result<Vec<u8>, InvalidPicture> {
    let found = walk(bytes, budget)?;
    let frame = found.frame.ok_or(InvalidPicture)?;
    check_size(frame.width.into(), frame.height.into(), budget)?;
    budget.hold(frame.decoded_bytes(found.is_interleaved))?;
    let clean = found.write();
    decode(&clean)?;
    budget.check()?;
    Ok(clean)
}

fn walk(bytes: &[u8], budget: &Budget) -> Result<JpegScan, InvalidPicture> {
    let mut rest = Input(bytes);
    let mut found = JpegScan::default();
    if rest.take(2)? != [0xFF, START] {
        return Err(InvalidPicture);
    }
    loop {
        budget.step()?;
        let marker = marker(&mut rest)?;
        if marker == END {
            return Ok(found);
        }
        let segment = rest.0;
        let length = usize::from(rest.be_u16()?).checked_sub(2).ok_or(InvalidPicture)?;
        let data = rest.take(length)?;
        let segment = segment.get(..length + 2).ok_or(InvalidPicture)?;
        match marker {
            EXIF if found.orientation.is_none() => {
                found.orientation = data.strip_prefix(NOTES).and_then(exif::orientation);
            }
            JFIF if data.starts_with(b"JFIF\0") => {
                found.jfif = data.get(3..12).and_then(|data| data.try_into().ok());
            }
            ADOBE if data.starts_with(b"Adobe") && data.len() == 12 => found.write_segment(marker, segment),
            _ if TABLES.contains(&marker) => found.write_segment(marker, segment),
            _ if FRAMES.contains(&marker) && found.frame.is_none() => {
                found.frame = Some(Frame::parse(data, marker == PROGRESSIVE)?);
                found.write_segment(marker, segment);
            }
            SCAN => {
                found.scans += 1;
                if found.scans == 1 {
                    let components = found.frame.ok_or(InvalidPicture)?.components;
                    found.is_interleaved = data.first() == Some(&components);
                }
                if found.scans > SCANS {
                    budget.exhaust(Exhausted::Size)?;
                }
                found.write_segment(marker, segment);
                found.written.extend_from_slice(entropy(&mut rest)?);
            }
            // Kinds that browsers do not show either: lossless, arithmetic, hierarchical.
            0xC3 | 0xC5..=0xCF => return Err(InvalidPicture),
            _ => {}
        }
    }
}

/// The next marker, after any number of fill bytes.
fn marker(rest: &mut Input<'_>) -> Result<u8, InvalidPicture> {
    if rest.byte()? != 0xFF {
        return Err(InvalidPicture);
    }
    loop {
        match rest.byte()? {
            0xFF => {}
            0x00 => return Err(InvalidPicture),
            marker => return Ok(marker),
        }
    }
}

/// The data of a scan, up to the next marker that does not belong to it.
fn entropy<'a>(rest: &mut Input<'a>) -> Result<&'a [u8], InvalidPicture> {
    let is_end = |pair: &[u8]| matches!(pair, [0xFF, marker] if !matches!(marker, 0x00 | 0xFF | 0xD0..=0xD7));
    let end = rest.0.windows(2).position(is_end).ok_or(InvalidPicture)?;
    rest.take(end)
}

impl Frame {
    fn parse(data: &[u8], is_progressive: bool) -> Result<Self, InvalidPicture> {
        let mut data = Input(data);
        data.byte()?;
        let (height, width, components) = (data.be_u16()?, data.be_u16()?, data.byte()?);
        let (mut blocks, mut most_blocks) = (0, 0);
        for _ in 0..components {
            data.byte()?;
            let factors = data.byte()?;
            data.byte()?;
            let of_this = u64::from(factors >> 4) * u64::from(factors & 15);
            blocks += of_this;
            most_blocks = most_blocks.max(of_this);
        }
        Ok(Self { width, height, is_progressive, components, blocks, most_blocks })
    }

    /// Memory for the picture in one colour and, if it has several scans, for all coefficients: two bytes
    /// each, and for scans of one component as if none were subsampled.
    fn decoded_bytes(&self, is_interleaved: bool) -> usize {
        let side = |length: u16| u64::from(length).next_multiple_of(64);
        let pixels = side(self.width).saturating_mul(side(self.height));
        let all = match (self.is_progressive || !is_interleaved, is_interleaved) {
            (false, _) => 0,
            (true, true) => pixels.saturating_mul(2 * self.blocks) / self.most_blocks.max(1),
            (true, false) => pixels.saturating_mul(2 * self.blocks),
        };
        let shown = if self.components > 3 { pixels.saturating_mul(4) } else { pixels };
        usize::try_from(all.saturating_add(shown)).unwrap_or(usize::MAX)
    }
}

impl JpegScan {
    fn write_segment(&mut self, marker: u8, segment: &[u8]) {
        self.written.extend_from_slice(&[0xFF, marker]);
        self.written.extend_from_slice(segment);
    }

    fn write(self) -> Vec<u8> {
        let mut clean = vec![0xFF, START];
        // Without the thumbnail that it may contain.
        if let Some(jfif) = self.jfif {
            add(&mut clean, JFIF, &[b"JFI", &jfif, &[0, 0]]);
        }
        if let Some(orientation) = self.orientation {
            add(&mut clean, EXIF, &[NOTES, &exif::only(orientation)]);
        }
        clean.extend_from_slice(&self.written);
        clean.extend_from_slice(&[0xFF, END]);
        clean
    }
}

/// Appends a segment with its marker and length; its data has at most 65,533 bytes.
fn add(to: &mut Vec<u8>, marker: u8, parts: &[&[u8]]) {
    let data = parts.concat();
    to.extend_from_slice(&[0xFF, marker]);
    to.extend_from_slice(&u16::try_from(data.len() + 2).unwrap_or(u16::MAX).to_be_bytes());
    to.extend(data);
}

/// Decodes in one colour where the decoder can; the result is dropped.
fn decode(bytes: &[u8]) -> Result<(), InvalidPicture> {
    let mut decoder = JpegDecoder::new(Cursor::new(bytes));
    decoder.decode_headers().map_err(|_| InvalidPicture)?;
    let colors = match decoder.input_colorspace().ok_or(InvalidPicture)? {
        ColorSpace::YCbCr | ColorSpace::Luma => ColorSpace::Luma,
        other => other,
    };
    let options = DecoderOptions::default().jpeg_set_out_colorspace(colors).jpeg_set_max_scans(SCANS);
    let mut decoder = JpegDecoder::new_with_options(Cursor::new(bytes), options);
    decoder.decode().map(drop).map_err(|_| InvalidPicture)
}
