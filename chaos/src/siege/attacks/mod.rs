//! The attacks, a file for each family.

pub(super) mod addresses;
pub(super) mod chats;
pub(super) mod frames;
pub(super) mod growth;
pub(super) mod lobby;
pub(super) mod origins;
pub(super) mod pages;
pub(super) mod requests;
pub(super) mod sessions;
pub(super) mod uploads;
