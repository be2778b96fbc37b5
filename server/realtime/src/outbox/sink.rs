//! The made-up socket of the models.

use std::io::{self, IoSlice};

/// A socket that never takes a whole frame from a sender, and everything from the connection's task.
#[derive(Default)]
pub(super) struct Sink(std::sync::Mutex<Vec<u8>>);

impl Sink {
    pub(super) fn write(&self, bytes: &[u8]) -> io::Result<usize> {
        self.write_vectored(&[IoSlice::new(&bytes[..bytes.len() / 2])])
    }

    pub(super) fn write_vectored(&self, pieces: &[IoSlice<'_>]) -> io::Result<usize> {
        let mut taken = self.0.lock().unwrap();
        pieces.iter().for_each(|piece| taken.extend_from_slice(piece));
        Ok(pieces.iter().map(|piece| piece.len()).sum())
    }

    pub(super) fn taken(&self) -> Vec<u8> {
        self.0.lock().unwrap().clone()
    }
}
