//! The state of a room's page, as plain data.
//!
//! Folds the events of the client into what is shown. Knows no leptos, no browser and no clock: the time and
//! the reader's zone are arguments.

pub(crate) mod away;
pub(crate) mod connection_status;
mod delivery;
pub(crate) mod editor;
pub(crate) mod excess;
mod extent;
pub(crate) mod game;
mod links;
pub(crate) mod log;
mod message_chunks;
pub(crate) mod message_link;
pub(crate) mod people;
mod people_list;
pub(crate) mod rows;
pub(crate) mod text;
pub(crate) mod texts;
pub(crate) mod time;

#[cfg(test)]
pub(crate) mod testing;

pub(crate) use connection_status::{ConnectBlocker, ConnectionStatus, FirstConnects};
pub(crate) use delivery::DeliveryStatus;
pub(crate) use log::Log;
pub(crate) use people::People;
