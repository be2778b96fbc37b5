//! What a picture is: one of four kinds of file, told by its first bytes, and
//! named by its digest. Whatever its sender says about it is left aside.

use protocol::{PictureId, limits};

use crate::digest;

/// Bytes of the digest in an id: no two pictures are ever taken for each other.
const DIGEST: usize = 16;

/// Why something is no picture for a quiz.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoPicture {
    /// More than [`limits::PICTURE_BYTES`].
    #[error("A picture has {} MiB at most. Make it smaller and try again.", limits::PICTURE_BYTES / 1024 / 1024)]
    TooLarge,
    /// Not one of the kinds that every browser shows.
    #[error("This is not a picture that can be shown here. Use PNG, JPEG, WebP or GIF.")]
    OtherKind,
}

/// A kind of file. No SVG: that is a document, which can carry scripts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Portable Network Graphics.
    Png,
    /// JPEG.
    Jpeg,
    /// WebP.
    Webp,
    /// GIF.
    Gif,
}

impl Kind {
    const ALL: [Self; 4] = [Self::Png, Self::Jpeg, Self::Webp, Self::Gif];

    /// What a file is by its first bytes.
    pub fn of_bytes(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1A, b'\n', ..] => Some(Self::Png),
            [0xFF, 0xD8, 0xFF, ..] => Some(Self::Jpeg),
            [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Some(Self::Gif),
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some(Self::Webp),
            _ => None,
        }
    }

    /// What a picture is by its id; `None` for an id that no picture has.
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

/// The id of a picture.
///
/// # Errors
/// [`NoPicture`], as a sentence for who chose it.
pub fn id_of(bytes: &[u8]) -> Result<PictureId, NoPicture> {
    if bytes.len() > limits::PICTURE_BYTES {
        return Err(NoPicture::TooLarge);
    }
    let kind = Kind::of_bytes(bytes).ok_or(NoPicture::OtherKind)?;
    PictureId::parse(&format!("{}.{}", digest::of(bytes, DIGEST), kind.ending())).map_err(|_| NoPicture::OtherKind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_what_its_bytes_say() {
        let files: [(&[u8], &str); 4] = [
            (b"\x89PNG\r\n\x1a\nrest", "image/png"),
            (b"\xff\xd8\xff\xe0rest", "image/jpeg"),
            (b"GIF89a...", "image/gif"),
            (b"RIFF\x10\0\0\0WEBPVP8 ", "image/webp"),
        ];
        for (bytes, content_type) in files {
            let id = id_of(bytes).unwrap();
            assert_eq!(Kind::of_id(&id).unwrap().content_type(), content_type, "{id}");
        }
    }

    #[test]
    fn documents_and_huge_files_are_no_pictures() {
        for bytes in [&b"<svg onload=alert(1)>"[..], b"<!doctype html>", b"%PDF-1.7", b"", b"RIFF\0\0\0\0WAVE"] {
            assert_eq!(id_of(bytes), Err(NoPicture::OtherKind));
        }
        let huge = [&b"GIF89a"[..], &vec![0; limits::PICTURE_BYTES]].concat();
        assert_eq!(id_of(&huge), Err(NoPicture::TooLarge));
    }

    #[test]
    fn ids_of_nothing_are_told_apart() {
        for id in ["x.png", "0123456789abcdef0123456789abcdef.svg", "0123456789abcdef0123456789abcdef"] {
            assert_eq!(Kind::of_id(&PictureId::parse(id).unwrap()), None, "{id}");
        }
    }
}
