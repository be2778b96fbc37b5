//! The broker on Redis: being written.

pub mod envelope;
pub mod keys;
