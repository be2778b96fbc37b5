//! What a client does on each event of its socket, as a function without IO.
//!
//! In: an [`Input`] and a random number. Out: [`Output`]s that a driver carries
//! out. The browser and the load generator drive the same [`Link`], so what is
//! proved about it here holds for both. It knows no clock: it asks to be woken.

mod types;

pub use types::{Beginning, Event, Input, Output, Status, Timer, Unsent};
