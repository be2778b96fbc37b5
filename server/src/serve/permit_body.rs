//! A response body that holds a place until it was read or dropped.

use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes, HttpBody};
use hyper::body::{Frame, SizeHint};

use super::ConnectionPermit;

/// A body, and the place of the request that it answers.
pub(super) struct PermitBody {
    body: Body,
    _place: ConnectionPermit,
}

impl PermitBody {
    pub(super) fn new(body: Body, place: ConnectionPermit) -> Self {
        Self { body, _place: place }
    }
}

impl HttpBody for PermitBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
