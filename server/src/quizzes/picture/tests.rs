//! Pictures as people send them, and files that only look like some. The metadata of the samples, which must
//! be dropped, contains the word SECRET.

use proptest::prelude::*;

use super::*;

const SAMPLES: [(&str, &[u8]); 12] = [
    ("turned.jpg", include_bytes!("samples/turned.jpg")),
    ("in-steps.jpg", include_bytes!("samples/in-steps.jpg")),
    ("grey.jpg", include_bytes!("samples/grey.jpg")),
    ("four-colours.jpg", include_bytes!("samples/four-colours.jpg")),
    ("notes.png", include_bytes!("samples/notes.png")),
    ("few-colours.png", include_bytes!("samples/few-colours.png")),
    ("moving.png", include_bytes!("samples/moving.png")),
    ("turned.webp", include_bytes!("samples/turned.webp")),
    ("see-through.webp", include_bytes!("samples/see-through.webp")),
    ("lossless.webp", include_bytes!("samples/lossless.webp")),
    ("moving.webp", include_bytes!("samples/moving.webp")),
    ("moving.gif", include_bytes!("samples/moving.gif")),
];

fn sample(name: &str) -> &'static [u8] {
    SAMPLES.into_iter().find(|(other, _)| *other == name).unwrap().1
}

fn clean(file: &[u8]) -> Result<Picture, PictureError> {
    super::clean(file, &Budget::of(LIMITS))
}

fn has(picture: &[u8], part: &[u8]) -> bool {
    picture.windows(part.len()).any(|window| window == part)
}

#[test]
fn of_a_picture_only_what_makes_it_is_kept() {
    for (name, file) in SAMPLES {
        let picture = clean(file).unwrap_or_else(|why| panic!("{name}: {why}"));
        assert!(!has(picture.bytes(), b"SECRET"), "{name}");
        assert!(picture.bytes().len() <= file.len() + 64, "{name}");
        let ending = name.rsplit_once('.').unwrap().1;
        assert!(picture.id().as_str().ends_with(ending), "{name}: {}", picture.id());
        assert_eq!(clean(picture.bytes()), Ok(picture), "{name}: it is itself when it comes again");
    }
}

#[test]
fn pictures_stay_as_they_were_turned() {
    let notes = |name| clean(sample(name)).unwrap().bytes().to_vec();
    assert!(has(&notes("turned.jpg"), &[b"Exif\0\0", &exif::only(6)[..]].concat()));
    assert!(has(&notes("turned.webp"), &[b"EXIF\x1A\0\0\0", &exif::only(6)[..]].concat()));
    assert!(!has(&notes("in-steps.jpg"), b"Exif"));
}

#[test]
fn what_moves_still_moves_unless_it_is_png() {
    let frames = |name: &str, mark: &[u8]| {
        let picture = clean(sample(name)).unwrap();
        picture.bytes().windows(mark.len()).filter(|window| *window == mark).count()
    };
    assert_eq!(frames("moving.webp", b"ANMF"), 3);
    assert_eq!(frames("moving.gif", b"NETSCAPE2.0"), 1);
    assert_eq!(frames("moving.png", b"fdAT") + frames("moving.png", b"acTL"), 0);
}

#[test]
fn what_only_begins_like_a_picture_is_none() {
    for bytes in [
        &b"GIF89a"[..],
        b"GIF89a<script>alert(1)</script>",
        b"GIF89a\x01\0\x01\0\0\0\0;",
        b"\x89PNG\r\n\x1a\n and what is drawn",
        b"\xff\xd8\xff\xe0rest",
        b"\xff\xd8\xff\xd9",
        b"RIFF\x10\0\0\0WEBPVP8 ",
        b"RIFF\x04\0\0\0WEBP",
    ] {
        assert_eq!(clean(bytes), Err(PictureError::Unreadable), "{}", bytes.escape_ascii());
    }
    for bytes in [&b"<svg onload=alert(1)>"[..], b"<!doctype html>", b"%PDF-1.7", b"", b"RIFF\0\0\0\0WAVE"] {
        assert_eq!(clean(bytes), Err(PictureError::OtherKind));
    }
    let huge = [&b"GIF89a"[..], &vec![0; limits::PICTURE_BYTES]].concat();
    assert_eq!(clean(&huge), Err(PictureError::TooLarge));
}

/// A sample with some bytes in it changed.
fn changed(name: &str, at: usize, to: &[u8]) -> Vec<u8> {
    let mut file = sample(name).to_vec();
    file[at..at + to.len()].copy_from_slice(to);
    file
}

fn place(name: &str, of: &[u8]) -> usize {
    sample(name).windows(of.len()).position(|window| window == of).unwrap()
}

#[test]
fn a_picture_that_says_it_is_huge_is_not_decoded() {
    let frame = place("in-steps.jpg", &[0xFF, 0xC2]) + 5;
    let canvas = place("moving.webp", b"VP8X") + 12;
    let lossy = place("turned.webp", b"VP8 ") + 14;
    for file in [
        changed("notes.png", 16, &[0, 0, 0xFF, 0xFF, 0, 0, 0xFF, 0xFF]),
        changed("notes.png", 16, &[0x7F, 0xFF, 0xFF, 0xFF, 0, 0, 0, 1]),
        changed("moving.gif", 6, &[0xFF, 0xFF, 0xFF, 0xFF]),
        changed("in-steps.jpg", frame, &[0xFF, 0xFF, 0xFF, 0xFF]),
        changed("in-steps.jpg", frame, &[0x20, 0, 0x08, 0]),
        changed("moving.webp", canvas, &[0xFF, 0x3F, 0, 0xFF, 0x3F, 0]),
        changed("turned.webp", lossy, &[0xFF, 0x3F, 0xFF, 0x3F]),
        changed("lossless.webp", 21, &[0xFE, 0xBF, 0xFF, 0x0F]),
    ] {
        assert_eq!(clean(&file), Err(PictureError::TooMuch));
    }
}

#[test]
fn endless_frames_and_passes_are_not_decoded() {
    let gif = sample("moving.gif");
    let frame = b"\x2C\0\0\0\0\x01\0\x01\0\0\x02\x02\x44\x01\0";
    let many = [&gif[..13 + 768], &frame.repeat(10_000), b";"].concat();
    assert_eq!(clean(&many), Err(PictureError::TooMuch), "ten thousand small frames");
    let large = [&b"\x2C\0\0\0\0\xFF\x0F\xFF\x0F\0\x02"[..], b"\x02\x44\x01\0"].concat();
    let many = [&gif[..13 + 768], &large.repeat(100), b";"].concat();
    assert!(clean(&many).is_err(), "a hundred large ones, with nothing in them");

    let jpeg = clean(sample("in-steps.jpg")).unwrap();
    let (end, jpeg) = (jpeg.bytes().len() - 2, jpeg.bytes());
    let pass = b"\xFF\xDA\0\x08\x01\x01\0\x01\x3F\0\x55";
    let many = [&jpeg[..end], &pass.repeat(30_000), &[0xFF, 0xD9]].concat();
    assert_eq!(clean(&many), Err(PictureError::TooMuch), "thirty thousand passes");

    let webp = clean(sample("moving.webp")).unwrap();
    let frames = place("moving.webp", b"ANMF");
    let many = [&webp.bytes()[..frames], &webp.bytes()[frames..].repeat(400)].concat();
    let length = u32::try_from(many.len() - 8).unwrap().to_le_bytes();
    let many = [&many[..4], &length, &many[8..]].concat();
    assert_eq!(clean(&many), Err(PictureError::TooMuch), "twelve hundred frames");
}

#[test]
fn what_is_packed_to_nothing_is_counted_as_it_comes() {
    let packed = |width: u32, height: u32| {
        let mut file = Vec::new();
        let mut encoder = ::png::Encoder::new(&mut file, width, height);
        encoder.set_color(::png::ColorType::Grayscale);
        encoder.set_depth(::png::BitDepth::One);
        encoder.set_compression(::png::Compression::High);
        let mut writer = encoder.write_header().unwrap();
        writer.write_image_data(&vec![0; (width.div_ceil(8) * height) as usize]).unwrap();
        writer.finish().unwrap();
        file
    };
    assert!(clean(&packed(4000, 5000)).is_ok());
    assert_eq!(clean(&packed(4001, 5000)), Err(PictureError::TooMuch));
    let small = Limits { unpacked_bytes: 1000, ..LIMITS };
    let counted = super::clean(&packed(4000, 5000), &Budget::of(small));
    assert_eq!(counted, Err(PictureError::TooMuch));
}

#[test]
fn a_file_that_ends_too_soon_is_no_picture() {
    for (name, file) in SAMPLES {
        let whole = clean(file).unwrap();
        let whole = whole.bytes();
        for length in (0..whole.len()).step_by(7) {
            assert!(clean(&whole[..length]).is_err(), "{name}, {length} of {}", whole.len());
        }
    }
}

#[test]
fn ids_of_nothing_are_told_apart() {
    for id in ["x.png", "0123456789abcdef0123456789abcdef.svg", "0123456789abcdef0123456789abcdef"] {
        assert_eq!(Kind::of_id(&PictureId::parse(id).unwrap()), None, "{id}");
    }
}

proptest! {
    #[test]
    fn no_change_of_a_picture_ends_anything(
        which in 0..SAMPLES.len(), changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6)
    ) {
        let mut file = SAMPLES[which].1.to_vec();
        for (at, to) in changes {
            let at = at.index(file.len());
            file[at] = to;
        }
        if let Ok(picture) = clean(&file) {
            prop_assert!(picture.bytes().len() <= file.len() + 64);
        }
    }
}
