//! A cursor over the bytes of a picture. Nothing is ever read past their end.

use super::InvalidPicture;

/// The bytes that are left.
#[derive(Clone, Copy)]
pub(super) struct Input<'a>(pub(super) &'a [u8]);

impl<'a> Input<'a> {
    pub(super) fn take(&mut self, bytes: usize) -> Result<&'a [u8], InvalidPicture> {
        let (taken, rest) = self.0.split_at_checked(bytes).ok_or(InvalidPicture)?;
        self.0 = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], InvalidPicture> {
        self.take(N)?.try_into().map_err(|_| InvalidPicture)
    }

    pub(super) fn byte(&mut self) -> Result<u8, InvalidPicture> {
        self.array::<1>().map(|[byte]| byte)
    }

    /// The four letters of a chunk's name.
    pub(super) fn name(&mut self) -> Result<[u8; 4], InvalidPicture> {
        self.array()
    }

    /// A number of two bytes, big-endian.
    pub(super) fn be_u16(&mut self) -> Result<u16, InvalidPicture> {
        self.array().map(u16::from_be_bytes)
    }

    /// A number of two bytes, little-endian.
    pub(super) fn le_u16(&mut self) -> Result<u16, InvalidPicture> {
        self.array().map(u16::from_le_bytes)
    }

    /// A number of four bytes, big-endian.
    pub(super) fn be_u32(&mut self) -> Result<u32, InvalidPicture> {
        self.array().map(u32::from_be_bytes)
    }

    /// A length of four bytes, big-endian.
    pub(super) fn be_length(&mut self) -> Result<usize, InvalidPicture> {
        usize::try_from(self.be_u32()?).map_err(|_| InvalidPicture)
    }

    /// A length of four bytes, little-endian.
    pub(super) fn le_length(&mut self) -> Result<usize, InvalidPicture> {
        usize::try_from(u32::from_le_bytes(self.array()?)).map_err(|_| InvalidPicture)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
