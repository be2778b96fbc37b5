//! Breaks everything around Hubbub, and proves that nothing is lost.
//!
//! A [`stage`] of real processes, a [`crowd`] of clients with the browser's own
//! recovery rules, a [`ledger`] of everything they were told, and named
//! [`scenarios`] that trouble the one while the other talks. Of our crates it
//! knows `protocol` alone: what it proves is what any client can see.

pub mod crowd;
pub mod ledger;
pub mod play;
pub mod presence;
pub mod report;
pub mod scenarios;
pub mod stage;
pub mod verdict;
