//! Pictures of few bytes and many pixels, and some that tell where they were taken.

use flate2::Crc;

use super::{repeat, zlib};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

fn chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let mut crc = Crc::new();
    crc.update(kind);
    crc.update(data);
    let length = u32::try_from(data.len()).unwrap_or(u32::MAX);
    [&length.to_be_bytes()[..], kind, data, &crc.sum().to_be_bytes()].concat()
}

/// The head of a PNG with eight bits for each of red, green and blue.
fn head(width: u32, height: u32) -> Vec<u8> {
    chunk(b"IHDR", &[&width.to_be_bytes()[..], &height.to_be_bytes(), &[8, 2, 0, 0, 0]].concat())
}

/// A PNG of 8,000 times 8,000 black pixels: 192 MB once unpacked.
pub(in crate::siege) fn wide_png() -> Vec<u8> {
    let data = zlib(|out| repeat(out, &vec![0; 1 + 3 * 8_000], 8_000));
    [PNG, &head(8_000, 8_000), &chunk(b"IDAT", &data), &chunk(b"IEND", b"")].concat()
}

/// A small PNG whose texts are fifty megabytes each.
pub(in crate::siege) fn apng() -> Vec<u8> {
    let text = [&b"Comment\0\0"[..], &zlib(|out| repeat(out, &[b'x'; 64 * 1024], 800))].concat();
    let data = zlib(|out| repeat(out, &[0; 4], 1));
    let texts = chunk(b"zTXt", &text).repeat(8);
    [PNG, &head(1, 1), &texts, &chunk(b"IDAT", &data), &chunk(b"IEND", b"")].concat()
}

/// A PNG of so many bytes that no other one has.
pub(in crate::siege) fn noise_png(bytes: usize, seed: u64) -> Vec<u8> {
    use rand::{Rng, SeedableRng, rngs::SmallRng};
    let side = u32::try_from(bytes / 3).unwrap_or_default().isqrt();
    let mut rng = SmallRng::seed_from_u64(seed);
    let data = zlib(|out| {
        for _ in 0..side {
            let mut row = vec![0; 1 + 3 * side as usize];
            rng.fill_bytes(&mut row[1..]);
            let _ = out.write_all(&row);
        }
    });
    [PNG, &head(side, side), &chunk(b"IDAT", &data), &chunk(b"IEND", b"")].concat()
}

/// A GIF that says it is 65,535 pixels wide and high, and ends.
pub(in crate::siege) fn wide_gif() -> Vec<u8> {
    let mut gif = b"GIF89a\xff\xff\xff\xff\x80\0\0\0\0\0\xff\xff\xff".to_vec();
    gif.extend(b"\x2c\0\0\0\0\xff\xff\xff\xff\0\x02\x02\x44\x01\0\x3b");
    gif
}

/// A GIF of 2,000 pixels each way and 40,000 frames.
pub(in crate::siege) fn gif_frames() -> Vec<u8> {
    let mut gif = b"GIF89a\xd0\x07\xd0\x07\x80\0\0\0\0\0\xff\xff\xff".to_vec();
    gif.extend(b"\x2c\0\0\0\0\xd0\x07\xd0\x07\0\x02\x02\x44\x01\0".repeat(40_000));
    gif.push(b';');
    gif
}

/// A WebP that says it is 16,384 pixels wide and high.
pub(in crate::siege) fn wide_webp() -> Vec<u8> {
    // A lossless one: a byte that marks it, then width and height less one, 14 bits each.
    let data = [0x2f, 0xff, 0xff, 0xff, 0x0f, 0, 0, 0];
    let chunk = [&b"VP8L"[..], &8_u32.to_le_bytes(), &data].concat();
    [&b"RIFF"[..], &u32::try_from(4 + chunk.len()).unwrap_or(0).to_le_bytes(), b"WEBP", &chunk].concat()
}

/// A JPEG that says it is 65,500 pixels wide and high.
pub(in crate::siege) fn wide_jpeg() -> Vec<u8> {
    let mut jpeg = jpeg(b"");
    if let Some(at) = jpeg.windows(2).position(|two| two == [0xff, 0xc0]) {
        jpeg[at + 5..at + 9].copy_from_slice(&[0xff, 0xdc, 0xff, 0xdc]);
    }
    jpeg
}

/// A small JPEG that tells in EXIF where it was taken.
pub(in crate::siege) fn jpeg_with_place() -> Vec<u8> {
    // A TIFF of one folder with one entry, the GPS folder, with the latitude's reference and date.
    let mut tiff =
        b"II*\x00\x08\x00\x00\x00\x01\x00\x25\x88\x04\x00\x01\x00\x00\x00\x1a\x00\x00\x00\x00\x00\x00\x00".to_vec();
    tiff.extend(b"\x02\x00\x01\x00\x02\x00\x02\x00\x00\x00N\x00\x00\x00\x1d\x00\x02\x00\x0b\x00\x00\x00\x38\x00\x00\x00\x00\x00\x00\x002026:11:24\x00");
    jpeg(&[b"Exif\x00\x00", &tiff[..]].concat())
}

/// A grey JPEG of 8 times 8 pixels, with this as its APP1.
fn jpeg(app1: &[u8]) -> Vec<u8> {
    let segment = |mark: u8, data: &[u8]| {
        let length = u16::try_from(data.len() + 2).unwrap_or(u16::MAX).to_be_bytes();
        [&[0xff, mark][..], &length, data].concat()
    };
    let table = [&[0][..], &[1; 64]].concat();
    // One code of one bit in each table of Huffman: no difference, and the end of the block.
    let code = |class: u8| [&[class, 1][..], &[0; 15], &[0]].concat();
    let mut bytes = vec![0xff, 0xd8];
    if !app1.is_empty() {
        bytes.extend(segment(0xe1, app1));
    }
    bytes.extend(segment(0xdb, &table));
    bytes.extend(segment(0xc0, &[8, 0, 8, 0, 8, 1, 1, 0x11, 0]));
    bytes.extend(segment(0xc4, &code(0x00)));
    bytes.extend(segment(0xc4, &code(0x10)));
    bytes.extend(segment(0xda, &[1, 1, 0, 0, 63, 0]));
    // Two bits of codes, filled up with ones.
    bytes.extend([0x3f, 0xff, 0xd9]);
    bytes
}
