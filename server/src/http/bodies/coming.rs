//! A body and what has come of it, no more than it may be.

use std::time::Duration;

use axum::body::{Body, BodyDataStream, Bytes};
use futures::StreamExt;
use tokio::time::timeout;

use super::NotRead;

/// What is too much is let go by for so long, and up to so many bytes.
const DISCARD_WITHIN: Duration = Duration::from_secs(2);
const DISCARD_BYTES: usize = 4 * 1024 * 1024;

/// A body, and what has come of it.
pub(super) struct Coming {
    body: BodyDataStream,
    at_most: usize,
    bytes: Vec<u8>,
}

impl Coming {
    pub(super) fn new(body: Body, at_most: usize) -> Self {
        Self { body: body.into_data_stream(), at_most, bytes: Vec::new() }
    }

    /// How many bytes have come.
    pub(super) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Takes what comes until there are so many bytes; whether that was all.
    pub(super) async fn few(&mut self, bytes: usize) -> Result<bool, NotRead> {
        while self.bytes.len() < bytes {
            if self.part().await? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Takes one more part; whether there is none.
    pub(super) async fn part(&mut self) -> Result<bool, NotRead> {
        let Some(part) = self.body.next().await else { return Ok(true) };
        self.bytes.extend_from_slice(&part.map_err(|_| NotRead::Broken)?);
        if self.bytes.len() <= self.at_most {
            return Ok(false);
        }
        let begins = self.take();
        let_go_by(&mut self.body).await;
        Err(NotRead::TooMuch(begins))
    }

    pub(super) fn take(&mut self) -> Bytes {
        std::mem::take(&mut self.bytes).into()
    }
}

/// Lets a refused body go by, for a while.
pub(in crate::http) async fn discard(body: Body) {
    let_go_by(&mut body.into_data_stream()).await;
}

/// Where a connection is closed before the body has come, its sender hears of
/// that and not why it was refused.
async fn let_go_by(body: &mut BodyDataStream) {
    let mut left = DISCARD_BYTES;
    let go_by = async {
        while let Some(Ok(part)) = body.next().await {
            left = left.saturating_sub(part.len());
            if left == 0 {
                return;
            }
        }
    };
    // Who sends slowly is not waited for.
    let _ = timeout(DISCARD_WITHIN, go_by).await;
}
