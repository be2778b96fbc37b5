//! The settings of the database, and the commands that prepare one.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::Subcommand;
use storage::postgres::{DatabaseAddress, OpenError};

use super::secrets::{Secret, password_in};
use super::values::DatabaseAddressParser;

/// Where a deployment of several nodes keeps what lasts.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Database")]
pub struct DatabaseSettings {
    /// PostgreSQL 15 or newer, for what lasts where nodes share Redis: postgres://USER:PASSWORD@HOST:PORT/NAME; several
    /// hosts, separated by commas, are one database that fails over. Over a network the connection is encrypted,
    /// unless it ends in ?sslmode=disable. Without it rooms and games are live only, and no quizzes are stored.
    #[arg(long, env = "DATABASE_URL", value_name = "URL", value_parser = DatabaseAddressParser, hide_env_values = true,
        global = true)]
    pub database: Option<DatabaseAddress>,

    /// File with the password of the database, if the URL has none.
    #[arg(long, env = "HUBBUB_DATABASE_PASSWORD_FILE", value_name = "FILE", value_parser = password_in, global = true)]
    pub database_password_file: Option<Secret>,

    /// File with the authorities (PEM) to trust for the database; the system's if absent.
    #[arg(long, env = "HUBBUB_DATABASE_CA", value_name = "FILE", global = true)]
    pub database_ca: Option<PathBuf>,

    /// Connections to the database that this node opens at most.
    #[arg(long, env = "HUBBUB_DATABASE_CONNECTIONS", value_name = "N", default_value = "8")]
    pub database_connections: NonZeroUsize,
}

impl DatabaseSettings {
    /// The database with its password and its authorities, if one is configured.
    ///
    /// # Errors [`OpenError::Refused`]: the authorities cannot be used.
    pub fn address(&self) -> Result<Option<DatabaseAddress>, OpenError> {
        self.database.clone().map(|address| self.complete(address)).transpose()
    }

    /// Adds password and authorities to an address.
    ///
    /// # Errors [`OpenError::Refused`]: the authorities cannot be used.
    pub fn complete(&self, address: DatabaseAddress) -> Result<DatabaseAddress, OpenError> {
        let address = match &self.database_password_file {
            Some(password) => address.with_password(password.as_str()),
            None => address,
        };
        match &self.database_ca {
            Some(authorities) => address.trusting(authorities),
            None => Ok(address),
        }
    }
}

/// What the program does instead of serving.
#[derive(Clone, Debug, Subcommand)]
pub enum Command {
    /// Makes the tables of this version in the database, and ends. A node does it at its start by itself.
    Migrate,
    /// Moves what a node without Redis has stored into an empty database, and ends: from one machine to a cluster.
    Import {
        /// Folder of the data; no node may use it.
        #[arg(long, value_name = "FOLDER")]
        from: PathBuf,

        /// The database, as for --database.
        #[arg(long, value_name = "URL", value_parser = DatabaseAddressParser)]
        into: DatabaseAddress,
    },
}
