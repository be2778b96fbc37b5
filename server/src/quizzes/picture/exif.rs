//! The orientation of a picture: the only entry of EXIF that is needed to show it. Place, time
//! and camera are dropped.

use super::InvalidPicture;
use super::input::Input;

/// The tag of the orientation.
const ORIENTATION: u16 = 0x0112;
/// The type of an entry with a number of two bytes.
const SHORT: u16 = 3;
/// How many entries are looked at.
const NOTES: u16 = 200;

/// The orientation, of the eight that there are; `None` when it is upright or not given.
pub(super) fn orientation(notes: &[u8]) -> Option<u8> {
    find(notes).ok().flatten().filter(|way| (2..=8).contains(way))
}

fn find(notes: &[u8]) -> Result<Option<u8>, InvalidPicture> {
    let mut header = Input(notes);
    let low_first = match header.take(2)? {
        b"II" => true,
        b"MM" => false,
        _ => return Err(InvalidPicture),
    };
    let u16_of = |input: &mut Input<'_>| if low_first { input.le_u16() } else { input.be_u16() };
    header.take(2)?;
    let first = if low_first { header.le_length()? } else { header.be_length()? };
    let mut directory = Input(notes.get(first..).ok_or(InvalidPicture)?);
    let count = u16_of(&mut directory)?;
    for _ in 0..count.min(NOTES) {
        let mut note = Input(directory.take(12)?);
        let (tag, kind) = (u16_of(&mut note)?, u16_of(&mut note)?);
        note.take(4)?;
        if tag == ORIENTATION && kind == SHORT {
            return Ok(u8::try_from(u16_of(&mut note)?).ok());
        }
    }
    Ok(None)
}

/// EXIF with this orientation alone.
pub(super) fn only(orientation: u8) -> [u8; 26] {
    let mut notes = *b"MM\0\x2A\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\0\0\0\0\0\0\0";
    notes[19] = orientation;
    notes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_is_found_in_both_orders_of_bytes() {
        for way in 2..=8 {
            assert_eq!(orientation(&only(way)), Some(way));
        }
        let low_first = b"II\x2A\0\x08\0\0\0\x02\0\x0F\x01\x02\0\x05\0\0\0\x26\0\0\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0Maker";
        assert_eq!(orientation(low_first), Some(6));
        assert_eq!(orientation(&only(1)), None, "upright");
        assert_eq!(orientation(&only(9)), None);
    }

    #[test]
    fn broken_notes_say_nothing() {
        for notes in
            [&b""[..], b"MM", b"XX\0\x2A\0\0\0\x08", b"MM\0\x2A\xFF\xFF\xFF\xFF", b"MM\0\x2A\0\0\0\x08\xFF\xFF\0"]
        {
            assert_eq!(orientation(notes), None);
        }
    }
}
