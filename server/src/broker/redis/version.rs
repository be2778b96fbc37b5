//! Whether the Redis at the other end is new enough.

use redis::aio::MultiplexedConnection;

/// Redis 7 brought sharded pub/sub and scripts that fail as a whole.
const OLDEST: u32 = 7;

/// The Redis at the other end is older than that.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("Hubbub needs Redis {OLDEST} or later; this one is {0}")]
pub(super) struct TooOld(String);

/// Asks for the version. One that does not say it is taken for new enough.
pub(super) async fn check(connection: &mut MultiplexedConnection) -> Result<(), TooOld> {
    let info = redis::cmd("INFO").arg("server").query_async::<String>(connection).await;
    info.map_or(Ok(()), |info| read(&info))
}

fn read(info: &str) -> Result<(), TooOld> {
    let version = info.lines().find_map(|line| line.strip_prefix("redis_version:"));
    let major = version.and_then(|version| version.split('.').next()?.parse::<u32>().ok());
    match (version, major) {
        (Some(version), Some(major)) if major < OLDEST => Err(TooOld(version.trim().to_owned())),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_known_to_be_old_is_refused() {
        assert_eq!(read("# Server\r\nredis_version:7.0.15\r\n"), Ok(()));
        assert_eq!(read("# Server\r\nredis_version:10.1.0\r\n"), Ok(()));
        assert_eq!(read("something else"), Ok(()));
        let refused = read("# Server\r\nredis_version:6.2.14\r\nredis_mode:standalone\r\n").unwrap_err();
        assert_eq!(refused.to_string(), "Hubbub needs Redis 7 or later; this one is 6.2.14");
    }
}
