//! GIF: the frames, their times and the number of repeats stay. Comments, texts and
//! other extensions are dropped.

use super::input::Input;
use super::{InvalidPicture, check_size};
use crate::workers::{Budget, Exhausted};

/// The most frames in one picture.
const FRAMES: usize = 1000;
/// How many bytes of a frame are unpacked at a time.
const PIECE: usize = 16 * 1024;

const EXTENSION: u8 = 0x21;
const FRAME: u8 = 0x2C;
const END: u8 = 0x3B;
const CONTROL: u8 = 0xF9;
const APPLICATION: u8 = 0xFF;

pub(super) fn clean(bytes: &[u8], budget: &Budget) -> Result<Vec<u8>, InvalidPicture> {
    let mut rest = Input(bytes);
    let mut written = Vec::with_capacity(bytes.len());
    let header = rest.take(13)?;
    written.extend_from_slice(header);
    let mut screen = Input(header.get(6..).unwrap_or_default());
    let (width, height) = (screen.le_u16()?, screen.le_u16()?);
    written.extend_from_slice(rest.take(palette_bytes(screen.byte()?))?);
    let mut frames = 0;
    loop {
        let block = rest.byte()?;
        match block {
            EXTENSION => {
                let label = rest.byte()?;
                let blocks = blocks(&mut rest, budget)?;
                if stays(label, blocks) {
                    written.extend_from_slice(&[block, label]);
                    written.extend_from_slice(blocks);
                }
            }
            FRAME => {
                frames += 1;
                if frames > FRAMES {
                    budget.exhaust(Exhausted::Size)?;
                }
                let description = rest.take(9)?;
                let flags = description.last().copied().unwrap_or_default();
                written.push(block);
                written.extend_from_slice(description);
                written.extend_from_slice(rest.take(palette_bytes(flags))?);
                written.push(rest.byte()?);
                written.extend_from_slice(blocks(&mut rest, budget)?);
            }
            END => break,
            _ => return Err(InvalidPicture),
        }
    }
    written.push(END);
    check_size(width.into(), height.into(), budget)?;
    decode(&written, budget)?;
    Ok(written)
}

/// The length of a palette, by the flags before it.
fn palette_bytes(flags: u8) -> usize {
    if flags & 0x80 == 0 { 0 } else { 3 << ((flags & 7) + 1) }
}

/// A sequence of blocks with their lengths, up to an empty one.
fn blocks<'a>(rest: &mut Input<'a>, budget: &Budget) -> Result<&'a [u8], InvalidPicture> {
    let begin = rest.0;
    loop {
        budget.step()?;
        let length = rest.byte()?;
        rest.take(length.into())?;
        if length == 0 {
            return begin.get(..begin.len() - rest.0.len()).ok_or(InvalidPicture);
        }
    }
}

/// Whether an extension belongs to the picture.
fn stays(label: u8, blocks: &[u8]) -> bool {
    match label {
        CONTROL => blocks.len() == 6,
        // Only the number of repeats stays.
        APPLICATION => {
            let repeats = blocks.starts_with(b"\x0BNETSCAPE2.0") || blocks.starts_with(b"\x0BANIMEXTS1.0");
            repeats && blocks.get(12..14) == Some(&[3, 1]) && blocks.len() == 17
        }
        _ => false,
    }
}

/// Decodes piece by piece; no frame is ever whole in memory.
fn decode(bytes: &[u8], budget: &Budget) -> Result<(), InvalidPicture> {
    let mut options = gif::DecodeOptions::new();
    options.set_color_output(gif::ColorOutput::Indexed);
    let mut decoder = options.read_info(bytes).map_err(|_| InvalidPicture)?;
    let mut piece = vec![0; PIECE];
    let mut frames = 0;
    while let Some(frame) = decoder.next_frame_info().map_err(|_| InvalidPicture)? {
        frames += 1;
        let (width, height) = (frame.width.into(), frame.height.into());
        check_size(width, height, budget)?;
        let mut left = usize::try_from(u64::from(width) * u64::from(height)).map_err(|_| InvalidPicture)?;
        while left > 0 {
            let part = piece.get_mut(..left.min(PIECE)).ok_or(InvalidPicture)?;
            budget.unpack(part.len())?;
            if !decoder.fill_buffer(part).map_err(|_| InvalidPicture)? {
                return Err(InvalidPicture);
            }
            left -= part.len();
        }
    }
    if frames == 0 { Err(InvalidPicture) } else { Ok(()) }
}
