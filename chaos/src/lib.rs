//! Two programs that know Hubbub as any client does: of our crates `protocol` and `client` alone.
//!
//! `chaos` breaks everything around it, and proves that nothing is lost: a
//! [`stage`] of real processes, a [`crowd`] of people in rooms and a [`classroom`] of
//! people who play, both with the browser's own clients, a [`ledger`] of everything that
//! the crowd was told, and named [`scenarios`] that trouble the one while the others talk.
//!
//! `siege` lets strangers do their worst, and says of each attack whether it held: [`siege`].

pub mod classroom;
pub mod crowd;
mod driver;
pub mod ledger;
pub mod pages;
pub mod play;
pub mod presence;
pub mod report;
pub mod scenarios;
pub mod siege;
pub mod stage;
pub mod verdict;
