//! A picture: one of four file formats, recognised by its first bytes, decoded to prove that it is valid, and
//! named by its digest. The type that the sender gives is ignored, and all metadata is dropped: of a file
//! only what makes the picture stays.

use std::time::Duration;

use bytes::Bytes;
use protocol::{PictureId, limits};

use crate::digest;
use crate::workers::{Budget, Exhausted, Limits};

mod exif;
mod gif;
mod input;
mod jpeg;
mod png;
mod webp;

#[cfg(test)]
mod tests;

/// The budget for checking one picture. Two at a time stay within 64 MiB.
pub const LIMITS: Limits = Limits {
    unpacked_bytes: 160 * 1024 * 1024,
    held_bytes: 24 * 1024 * 1024,
    steps: 2_000_000,
    busy: Duration::from_millis(1500),
    elapsed: Duration::from_secs(10),
};
/// The most pixels of a picture, or of one of its frames: more than any screen has.
const PIXELS: usize = 20_000_000;
/// The longest side that a picture may have, in pixels.
const SIDE: u32 = 16_384;

/// Bytes of the digest in an id: no two pictures are ever taken for each other.
const DIGEST: usize = 16;

/// Why a file cannot be a picture of a quiz.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PictureError {
    /// The file has more than [`limits::PICTURE_BYTES`].
    #[error("A picture has {} MiB at most. Make it smaller and try again.", limits::PICTURE_BYTES / 1024 / 1024)]
    TooLarge,
    /// Not one of the kinds that every browser shows.
    #[error("This is not a picture that can be shown here. Use PNG, JPEG, WebP or GIF.")]
    OtherKind,
    /// It begins like a picture, but is broken or something else.
    #[error("This picture cannot be read. Save it once more, as PNG or JPEG, and try again.")]
    Unreadable,
    /// Showing it would take too much memory or time.
    #[error("This picture has too many pixels or frames. Make it smaller, or save it as PNG or JPEG, and try again.")]
    TooMuch,
}

impl PictureError {
    /// Why not, as the end of a sentence about a picture in a file.
    pub fn clause(self) -> String {
        match self {
            Self::TooLarge => format!("it has more than {} MiB", limits::PICTURE_BYTES / 1024 / 1024),
            Self::OtherKind => "it is no PNG, JPEG, WebP or GIF".into(),
            Self::Unreadable => "it cannot be read".into(),
            Self::TooMuch => "it has too many pixels or frames".into(),
        }
    }
}

/// A picture as it is stored and shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    id: PictureId,
    bytes: Bytes,
}

impl Picture {
    /// The id, made of the digest of its bytes.
    pub fn id(&self) -> &PictureId {
        &self.id
    }

    /// The file that is sent to browsers.
    pub fn bytes(&self) -> &Bytes {
        &self.bytes
    }
}

/// A file is invalid, or the budget ran out; the budget remembers if it did.
struct InvalidPicture;

impl From<Exhausted> for InvalidPicture {
    fn from(_: Exhausted) -> Self {
        Self
    }
}

/// A kind of file. No SVG: that is a document, which can carry scripts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A PNG file, perhaps an animated one.
    Png,
    /// A JPEG file, baseline or progressive.
    Jpeg,
    /// A WebP file, perhaps an animated one.
    Webp,
    /// A GIF file, perhaps an animated one.
    Gif,
}

impl Kind {
    const ALL: [Self; 4] = [Self::Png, Self::Jpeg, Self::Webp, Self::Gif];

    /// The kind of a file, by its first bytes.
    pub fn of_bytes(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1A, b'\n', ..] => Some(Self::Png),
            [0xFF, 0xD8, 0xFF, ..] => Some(Self::Jpeg),
            [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Some(Self::Gif),
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some(Self::Webp),
            _ => None,
        }
    }

    /// The kind of a picture, by its id; `None` for an id that no picture has.
    pub fn of_id(id: &PictureId) -> Option<Self> {
        let (digest, ending) = id.as_str().split_once('.')?;
        let is_digest = digest.len() == DIGEST * 2 && digest.bytes().all(|byte| byte.is_ascii_hexdigit());
        Self::ALL.into_iter().find(|kind| is_digest && kind.ending() == ending)
    }

    /// The `Content-Type` to send it with.
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Webp => "image/webp",
            Self::Gif => "image/gif",
        }
    }

    fn ending(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Jpeg => "jpg",
            Self::Webp => "webp",
            Self::Gif => "gif",
        }
    }
}

/// Checks a file and drops all metadata. Blocks for as long as the budget
/// lasts, and the budget's limits should be [`LIMITS`].
///
/// # Errors
/// [`PictureError`], as a sentence for whoever chose the file.
pub fn clean(file: &[u8], budget: &Budget) -> Result<Picture, PictureError> {
    if file.len() > limits::PICTURE_BYTES {
        return Err(PictureError::TooLarge);
    }
    let kind = Kind::of_bytes(file).ok_or(PictureError::OtherKind)?;
    let clean = match kind {
        Kind::Png => png::clean(file, budget),
        Kind::Jpeg => jpeg::clean(file, budget),
        Kind::Webp => webp::clean(file, budget),
        Kind::Gif => gif::clean(file, budget),
    };
    if budget.exhausted().is_some() {
        return Err(PictureError::TooMuch);
    }
    let bytes = Bytes::from(clean.map_err(|InvalidPicture| PictureError::Unreadable)?);
    let id = format!("{}.{}", digest::of(&bytes, DIGEST), kind.ending());
    let id = PictureId::parse(&id).map_err(|_| PictureError::OtherKind)?;
    Ok(Picture { id, bytes })
}

/// The number of pixels.
///
/// # Errors [`InvalidPicture`] where there are none, or too many.
fn check_size(width: u32, height: u32, budget: &Budget) -> Result<usize, InvalidPicture> {
    let pixels = usize::try_from(u64::from(width) * u64::from(height)).unwrap_or(usize::MAX);
    if width > SIDE || height > SIDE || pixels > PIXELS {
        budget.exhaust(Exhausted::Size)?;
    }
    if pixels == 0 { Err(InvalidPicture) } else { Ok(pixels) }
}
