//! The servers that are measured: Hubbub, and others beside it.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;

use super::load::dialect::Dialect;

/// A server that is measured, and how it is started and spoken to.
#[derive(Debug)]
pub struct Peer {
    /// The name in the tables.
    pub name: &'static str,
    /// A description in a few words.
    pub about: &'static str,
    /// The protocol of its clients.
    pub dialect: Dialect,
    /// Whether its nodes share a Redis; without, it is one node.
    pub redis: bool,
    /// Whether it has a PostgreSQL besides.
    pub database: bool,
    program: Program,
}

/// What is started for a peer, for each of its nodes.
#[derive(Clone, Copy, Debug)]
enum Program {
    Hubbub,
    /// A binary of `bench/peers/rust`, and its arguments beside addresses.
    Rust(&'static str, &'static [&'static str]),
    /// A script of `bench/peers/node`, which Node.js runs.
    Node(&'static str),
}

/// What is measured, and against what: the first is ours, the two after it are the floor, and the one after them is what
/// the log adds to it.
pub const ALL: [Peer; 9] = [
    Peer {
        name: "Hubbub",
        about: "history, offsets, idempotent sending, presence and metrics, all on",
        dialect: Dialect::Hubbub,
        redis: true,
        database: false,
        program: Program::Hubbub,
    },
    Peer {
        name: LIMIT,
        about: "no chat server but the floor: epoll, a frame is encoded once, one send for each member; one node, no bus",
        dialect: Dialect::Plain,
        redis: false,
        database: false,
        program: Program::Rust("limit", &[]),
    },
    Peer {
        name: LIMIT_REDIS,
        about: "the floor of two nodes: the same with pipelined Redis pub/sub; what one turn of its loop brought \
                goes out in one send",
        dialect: Dialect::Plain,
        redis: true,
        database: false,
        program: Program::Rust("limit", &[]),
    },
    Peer {
        name: LIMIT_LOG,
        about: "the floor of two nodes that keep a log: LIMIT-Redis, with Hubbub's own script in place of PUBLISH",
        dialect: Dialect::Plain,
        redis: true,
        database: false,
        program: Program::Rust("limit", &["log"]),
    },
    Peer {
        name: "uWebSockets",
        about: "uWebSockets.js, whose C++ does the fan-out, with ioredis",
        dialect: Dialect::Plain,
        redis: true,
        database: false,
        program: Program::Node("uwebsockets.mjs"),
    },
    Peer {
        name: "axum",
        about: "axum as in its chat example: a broadcast channel for each room, two tasks for each person; with Redis",
        dialect: Dialect::Plain,
        redis: true,
        database: false,
        program: Program::Rust("axum-chat", &[]),
    },
    Peer {
        name: "ws",
        about: "Node with ws and ioredis",
        dialect: Dialect::Plain,
        redis: true,
        database: false,
        program: Program::Node("ws.mjs"),
    },
    Peer {
        name: "Socket.IO",
        about: "Socket.IO with its sharded Redis adapter",
        dialect: Dialect::SocketIo,
        redis: true,
        database: false,
        program: Program::Node("socket-io.mjs"),
    },
    Peer {
        name: "Hubbub-database",
        about: "Hubbub, which stores all that is said in a PostgreSQL beside Redis",
        dialect: Dialect::Hubbub,
        redis: true,
        database: true,
        program: Program::Hubbub,
    },
];

/// The floor of one node.
pub const LIMIT: &str = "LIMIT";
/// The floor of two nodes.
pub const LIMIT_REDIS: &str = "LIMIT-Redis";
/// The floor of two nodes that keep a log.
pub const LIMIT_LOG: &str = "LIMIT-log";

/// The paths of the programs.
#[derive(Clone, Copy, Debug)]
pub struct Programs<'a> {
    /// The release build of Hubbub, which is measured.
    pub hubbub: &'a Path,
    /// The folder of Hubbub's built pages.
    pub site: &'a Path,
    /// The folder with the binaries of `bench/peers/rust`.
    pub rust: &'a Path,
    /// The folder `bench/peers/node` with scripts.
    pub node: &'a Path,
}

impl Peer {
    /// The peer of this name, in any case.
    pub fn named(name: &str) -> Option<&'static Self> {
        ALL.iter().find(|peer| peer.name.eq_ignore_ascii_case(name))
    }

    /// The command that starts one node on `address`; `redis` has the servers that all nodes share, `database` is the
    /// address of what they have besides.
    pub fn command(
        &self,
        programs: &Programs<'_>,
        number: usize,
        address: SocketAddr,
        redis: &[SocketAddr],
        database: Option<&str>,
    ) -> Command {
        let urls = redis.iter().map(|server| format!("redis://{server}")).collect::<Vec<_>>().join(",");
        let mut command = match self.program {
            Program::Hubbub => Command::new(programs.hubbub),
            Program::Rust(name, _) => Command::new(programs.rust.join(name)),
            Program::Node(_) => Command::new("node"),
        };
        match self.program {
            Program::Hubbub => {
                command.args(["--listen", &address.to_string(), "--redis", &urls]);
                command.args(["--node-name", &format!("n{number}")]).arg("--site-dir").arg(programs.site);
                command.args(["--session-key", "the same on all nodes that are measured"]);
                command.args(["--rate-limit", "off", "--connections-per-address", "0", "--metrics-listen", "off"]);
                command.args(["--seats-per-address", "off", "--storage-quota", "off"]);
                command.args(database.iter().flat_map(|database| ["--database", database]));
            }
            Program::Rust(_, more) => {
                command.arg(address.to_string());
                if !redis.is_empty() {
                    command.arg(&urls);
                }
                command.args(more);
            }
            Program::Node(script) => {
                command.arg(programs.node.join(script)).args([&address.port().to_string(), &urls]);
                command.env("NODE_ENV", "production");
            }
        }
        command
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn peers_are_found_in_any_case() {
        assert_eq!(Peer::named("limit-redis").map(|peer| peer.name), Some(LIMIT_REDIS));
        assert!(Peer::named("phoenix").is_none());
    }
}
