//! What a Redis reports of itself when a connection is made.

use redis::aio::MultiplexedConnection;

/// Redis 7 brought sharded pub/sub and scripts that fail as a whole.
const OLDEST: u32 = 7;
/// How much of each of its two ids is used.
const NAME: usize = 16;

/// Why this Redis can never be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum IncompatibleRedis {
    #[error("Hubbub needs Redis {OLDEST} or later; this one is {0}")]
    TooOld(String),
    #[error("this Redis belongs to a cluster; write its address as redis-cluster://HOST:PORT")]
    Clustered,
    #[error("this Redis belongs to no cluster; write its address as redis://HOST:PORT")]
    Alone,
}

/// The answers of `INFO` that matter here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Info {
    version: String,
    is_cluster: bool,
    pub(super) is_replica: bool,
    /// An id that changes when the server is restarted and when it becomes the master: whenever it may hold
    /// older data than it acknowledged. (Also when a master gets its first replica, which does no harm: the
    /// nodes notice within a second, and can prove what they saw.) Empty where Redis does not tell it.
    pub(super) run: String,
}

impl Info {
    pub(super) async fn ask(connection: &mut MultiplexedConnection) -> redis::RedisResult<Self> {
        let info = redis::cmd("INFO").arg("server").arg("replication").query_async::<String>(connection).await;
        match info {
            Ok(info) => Ok(Self::parse(&info)),
            // `INFO` is not permitted: what cannot be checked is assumed to be right.
            Err(error) if matches!(error.kind(), redis::ErrorKind::Server(_)) => Ok(Self::default()),
            Err(error) => Err(error),
        }
    }

    pub(super) fn parse(info: &str) -> Self {
        let field =
            |name: &str| info.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':')).map(str::trim);
        let part = |name| field(name).and_then(|id| id.get(..NAME)).unwrap_or_default();
        Self {
            version: field("redis_version").unwrap_or_default().to_owned(),
            is_cluster: field("redis_mode") == Some("cluster"),
            is_replica: field("role") == Some("slave"),
            run: format!("{}{}", part("run_id"), part("master_replid")),
        }
    }

    /// Checks role, version and cluster mode.
    pub(super) fn check_compatible(&self, wants_cluster: bool) -> Result<(), IncompatibleRedis> {
        match self.version.split('.').next().and_then(|major| major.parse::<u32>().ok()) {
            Some(major) if major < OLDEST => Err(IncompatibleRedis::TooOld(self.version.clone())),
            None => Ok(()),
            Some(_) => match (wants_cluster, self.is_cluster) {
                (false, true) => Err(IncompatibleRedis::Clustered),
                (true, false) => Err(IncompatibleRedis::Alone),
                _ => Ok(()),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_known_to_be_wrong_is_refused() {
        let check =
            |info: &str, cluster| Info::parse(info).check_compatible(cluster).map_err(|unfit| unfit.to_string());
        assert_eq!(check("# Server\r\nredis_version:7.0.15\r\nredis_mode:standalone\r\n", false), Ok(()));
        assert_eq!(check("# Server\r\nredis_version:10.1.0\r\nredis_mode:cluster\r\n", true), Ok(()));
        assert_eq!(check("something else", true), Ok(()));
        let old = check("# Server\r\nredis_version:6.2.14\r\nredis_mode:standalone\r\n", false).unwrap_err();
        assert_eq!(old, "Hubbub needs Redis 7 or later; this one is 6.2.14");
        assert!(
            check("redis_version:7.2.0\r\nredis_mode:cluster\r\n", false).unwrap_err().contains("redis-cluster://")
        );
        assert!(check("redis_version:7.2.0\r\nredis_mode:standalone\r\n", true).unwrap_err().contains("no cluster"));
    }

    #[test]
    fn a_server_that_was_started_again_or_promoted_is_another() {
        let run = |info: &str| Info::parse(info).run;
        let (one, two) = ("a".repeat(40), "b".repeat(40));
        let said = run(&format!("run_id:{one}\r\nrole:master\r\nmaster_replid:{one}\r\n"));
        assert_eq!(said.len(), 2 * NAME);
        assert_ne!(said, run(&format!("run_id:{two}\r\nrole:master\r\nmaster_replid:{one}\r\n")));
        assert_ne!(said, run(&format!("run_id:{one}\r\nrole:master\r\nmaster_replid:{two}\r\n")));
        assert_eq!(run("nothing"), "");
        assert!(Info::parse("role:slave\r\n").is_replica);
    }
}
