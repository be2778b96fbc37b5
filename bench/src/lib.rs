//! What it costs to serve live rooms, measured beside other servers (`make bench`).
//!
//! [`peers`] are started by [`deployment`], one after the other, and [`load`] talks to them in [`scenarios`].
//! The results are a [`record`], from which [`table`] and [`chart`] are made.

pub mod chart;
pub mod cost;
pub mod deployment;
pub mod growth;
pub mod load;
pub mod machine;
pub mod peers;
pub mod plan;
pub mod record;
pub mod run;
pub mod scenarios;
pub mod stop;
pub mod table;
