//! A body that is being read, and the part that has come.

use std::time::Duration;

use axum::body::{Body, BodyDataStream, Bytes};
use futures::StreamExt;
use tokio::time::timeout;

use super::BodyError;

/// How long, and for how many bytes, a body that is too long is still read.
const DISCARD_WITHIN: Duration = Duration::from_secs(2);
const DISCARD_BYTES: usize = 4 * 1024 * 1024;

/// A body and the part of it that has come.
pub(super) struct PartialBody {
    body: BodyDataStream,
    at_most: usize,
    bytes: Vec<u8>,
}

impl PartialBody {
    pub(super) fn new(body: Body, at_most: usize) -> Self {
        Self { body: body.into_data_stream(), at_most, bytes: Vec::new() }
    }

    pub(super) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Reads until there are `bytes` bytes; true if that was all.
    pub(super) async fn few(&mut self, bytes: usize) -> Result<bool, BodyError> {
        while self.bytes.len() < bytes {
            if self.part().await? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Reads one more part; true if there is none.
    pub(super) async fn part(&mut self) -> Result<bool, BodyError> {
        let Some(part) = self.body.next().await else { return Ok(true) };
        self.bytes.extend_from_slice(&part.map_err(|_| BodyError::Broken)?);
        if self.bytes.len() <= self.at_most {
            return Ok(false);
        }
        let begins = self.take();
        read_and_drop(&mut self.body).await;
        Err(BodyError::TooMuch(begins))
    }

    pub(super) fn take(&mut self) -> Bytes {
        std::mem::take(&mut self.bytes).into()
    }
}

/// Reads and drops a refused body, for a while.
pub(in crate::http) async fn discard(body: Body) {
    read_and_drop(&mut body.into_data_stream()).await;
}

/// If the connection were closed before the body has come, the client would get an error and no reason.
async fn read_and_drop(body: &mut BodyDataStream) {
    let mut left = DISCARD_BYTES;
    let go_by = async {
        while let Some(Ok(part)) = body.next().await {
            left = left.saturating_sub(part.len());
            if left == 0 {
                return;
            }
        }
    };
    // Slow clients are not waited for.
    let _ = timeout(DISCARD_WITHIN, go_by).await;
}
