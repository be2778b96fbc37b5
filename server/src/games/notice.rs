//! What nodes tell each other about a game, on its channel or on its class's: a word, and ids after a space.

use bytes::Bytes;
use protocol::{HostId, UserId};

const ANSWERS: &str = "answers";
const ENTRANCE: &str = "entrance";
const HOSTS: &str = "hosts";
const KICKED: &str = "kicked";
const PLAYERS: &str = "players";
const UNHOSTED: &str = "unhosted";

/// What one node tells the others about a game; it may be lost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum GameNotice {
    /// A node accepted answers, so hosts may have to be told a new count.
    Answers,
    /// The list of those who wait, or of blocked networks, changed.
    Entrance,
    /// The hosts of the game changed: one was added.
    Hosts,
    /// Players are called otherwise than before.
    Players,
    /// These players were kicked: each node ends their connections.
    Kicked(Vec<UserId>),
    /// This added host was removed.
    HostRemoved(HostId),
}

impl GameNotice {
    /// The bytes that other nodes get: a word, and ids after a space.
    pub(super) fn encode(&self) -> Bytes {
        match self {
            Self::Answers => Bytes::from_static(ANSWERS.as_bytes()),
            Self::Entrance => Bytes::from_static(ENTRANCE.as_bytes()),
            Self::Hosts => Bytes::from_static(HOSTS.as_bytes()),
            Self::Players => Bytes::from_static(PLAYERS.as_bytes()),
            Self::Kicked(players) => {
                let ids: Vec<_> = players.iter().map(UserId::as_str).collect();
                format!("{KICKED} {}", ids.join(" ")).into()
            }
            Self::HostRemoved(host) => format!("{UNHOSTED} {}", host.as_str()).into(),
        }
    }

    /// Parses what [`Self::encode`] wrote; `None` for a notice of a later version.
    pub(super) fn parse(body: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(body).ok()?;
        let (word, rest) = text.split_once(' ').unwrap_or((text, ""));
        match word {
            ANSWERS => Some(Self::Answers),
            ENTRANCE => Some(Self::Entrance),
            HOSTS => Some(Self::Hosts),
            PLAYERS => Some(Self::Players),
            KICKED => Some(Self::Kicked(rest.split(' ').filter_map(|id| UserId::parse(id).ok()).collect())),
            UNHOSTED => HostId::parse(rest).ok().map(Self::HostRemoved),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notice_comes_out_as_it_went_in() {
        let user = |id| UserId::parse(id).unwrap();
        let host = HostId::parse("h1").unwrap();
        let all = [
            GameNotice::Answers,
            GameNotice::Entrance,
            GameNotice::Hosts,
            GameNotice::Players,
            GameNotice::Kicked(vec![user("ana"), user("ben")]),
            GameNotice::HostRemoved(host),
        ];
        for notice in all {
            assert_eq!(GameNotice::parse(&notice.encode()), Some(notice));
        }
        for other in [&b"later words"[..], b"", b"unhosted ", b"\xff"] {
            assert_eq!(GameNotice::parse(other), None, "{other:?}");
        }
    }
}
