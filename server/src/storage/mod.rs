//! Storage on disk: one file with all tables of a node that runs alone.
//!
//! Knows connections, transactions and migrations. What is in the tables is its callers' matter.

pub mod sqlite;
