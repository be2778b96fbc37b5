//! The list of rooms: being written.
