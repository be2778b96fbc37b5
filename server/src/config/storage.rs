//! The settings for how much may be stored, and for how long.

use super::values::{parse_bytes_or_off, parse_retention};
use crate::quota::QuotaLimits;
use crate::retention::{Policy, Retention};

/// How much may be kept, and for how long.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Storage")]
pub struct Storage {
    /// Bytes of everything in the data folder, or in Redis and the database: 10g is 10 GiB; or off. Beyond four fifths of
    /// it only people who are known keep something new, beyond it nobody does; then rooms forget as much as is said or,
    /// with a database, take no more messages.
    #[arg(long, env = "HUBBUB_STORAGE_QUOTA", value_name = "SIZE", default_value = "10g", value_parser = parse_bytes_or_off)]
    pub storage_quota: u64,

    /// Bytes of quizzes, pictures and games that one person may add in a day; or off.
    #[arg(long, env = "HUBBUB_QUOTA_PER_PERSON", value_name = "SIZE", default_value = "64m", value_parser = parse_bytes_or_off)]
    pub quota_per_person: u64,

    /// The same from one address, of IPv6 from one network (/64; wider ones may do more).
    #[arg(long, env = "HUBBUB_QUOTA_PER_ADDRESS", value_name = "SIZE", default_value = "512m", value_parser = parse_bytes_or_off)]
    pub quota_per_address: u64,

    /// Games that one person may begin in an hour.
    #[arg(long, env = "HUBBUB_GAMES_PER_PERSON", value_name = "N", default_value_t = 120)]
    pub games_per_person: u64,

    /// Games that may be begun from one address in an hour.
    #[arg(long, env = "HUBBUB_GAMES_PER_ADDRESS", value_name = "N", default_value_t = 1200)]
    pub games_per_address: u64,

    /// Days after which a room goes that nobody wrote in or entered; or never.
    #[arg(long, env = "HUBBUB_RETAIN_ROOMS", value_name = "DAYS", default_value = "180", value_parser = parse_retention)]
    pub retain_rooms: Retention,

    /// Days after which all quizzes of an author go who did not come back; or never.
    #[arg(long, env = "HUBBUB_RETAIN_QUIZZES", value_name = "DAYS", default_value = "730", value_parser = parse_retention)]
    pub retain_quizzes: Retention,

    /// Days after which the results of a game go; or never.
    #[arg(long, env = "HUBBUB_RETAIN_RESULTS", value_name = "DAYS", default_value = "400", value_parser = parse_retention)]
    pub retain_results: Retention,
}

impl Storage {
    /// What is removed, and after how long.
    pub fn policy(&self) -> Policy {
        Policy { rooms: self.retain_rooms, quizzes: self.retain_quizzes, results: self.retain_results }
    }

    /// The limits on what may be stored.
    pub fn quotas(&self) -> QuotaLimits {
        QuotaLimits {
            storage: self.storage_quota,
            per_person: self.quota_per_person,
            per_address: self.quota_per_address,
            games_per_person: self.games_per_person,
            games_per_address: self.games_per_address,
        }
    }
}
