//! Encodes and decodes the frames on `/games`.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{Template, decode, encode, envelope};
use crate::error::{ErrorCode, Refusal};
use crate::game::Game;
use crate::game::frame::{Changed, GameClientMessage, GameServerMessage, Step};
use crate::id::Pin;

/// The types of frames that a client may send.
const KNOWN: [&str; 25] = [
    "create",
    "open",
    "join",
    "answer",
    "start",
    "next",
    "skip",
    "pause",
    "resume",
    "extend",
    "reveal",
    "kick",
    "rename",
    "pardon",
    "lock",
    "admission",
    "admit",
    "decline",
    "chat",
    "handOver",
    "removeHost",
    "end",
    "again",
    "leave",
    "ping",
];

/// Decodes a frame from a client of `/games`. A missing payload is an empty one.
///
/// # Errors The [`Refusal`] to answer with.
pub fn decode_game_client(text: &str) -> Result<GameClientMessage, Refusal> {
    #[derive(Deserialize)]
    struct Envelope<'a> {
        #[serde(rename = "type")]
        kind: String,
        #[serde(borrow, default)]
        payload: Option<&'a RawValue>,
    }
    let Ok(Envelope { kind, payload }) = serde_json::from_str::<Envelope<'_>>(text) else {
        let sentence = "A frame is a JSON object with a \"type\" and a \"payload\".";
        return Err(Refusal::new(ErrorCode::NotJson, sentence));
    };
    let payload = Payload { kind: &kind, text: payload.map_or("{}", RawValue::get) };
    use GameClientMessage as M;
    Ok(match kind.as_str() {
        "create" => M::Create(payload.decode()?),
        "open" => M::Open(payload.decode()?),
        "join" => M::Join(payload.decode()?),
        "answer" => M::Answer(payload.decode()?),
        "start" => M::Start(payload.step()?),
        "next" => M::Next(payload.step()?),
        "skip" => M::Skip(payload.step()?),
        "pause" => M::Pause(payload.step()?),
        "resume" => M::Resume(payload.step()?),
        "extend" => M::Extend(payload.decode()?),
        "reveal" => M::Reveal(payload.step()?),
        "kick" => M::Kick(payload.decode()?),
        "rename" => M::Rename(payload.decode()?),
        "pardon" => M::Pardon,
        "admission" => M::Admission(payload.decode()?),
        "admit" => M::Admit(payload.decode()?),
        "decline" => M::Decline(payload.decode()?),
        "removeHost" => M::RemoveHost(payload.decode()?),
        "lock" => M::Lock(payload.decode()?),
        "chat" => M::Chat(payload.decode()?),
        "handOver" => M::HandOver,
        "end" => M::End(payload.step()?),
        "again" => M::Again(payload.decode_or_default()?),
        "leave" => M::Leave,
        "ping" => M::Ping,
        _ => {
            let sentence = format!("This type of frame is not known here. Known are: {}.", KNOWN.join(", "));
            return Err(Refusal::new(ErrorCode::UnknownType, sentence));
        }
    })
}

struct Payload<'a> {
    kind: &'a str,
    text: &'a str,
}

impl<'a> Payload<'a> {
    fn decode<T: Deserialize<'a>>(&self) -> Result<T, Refusal> {
        serde_json::from_str(self.text).map_err(|error| {
            Refusal::new(ErrorCode::Invalid, format!("The payload of \"{}\" is not right: {error}.", self.kind))
        })
    }

    fn step(&self) -> Result<Step, Refusal> {
        self.decode_or_default()
    }

    fn decode_or_default<T: Deserialize<'a> + Default>(&self) -> Result<T, Refusal> {
        if self.text == "null" { Ok(T::default()) } else { self.decode() }
    }
}

/// Decodes a frame from a server on `/games`; `None` for one of a later version.
pub fn decode_game_server(text: &str) -> Option<GameServerMessage> {
    use GameServerMessage as M;
    let (kind, payload) = envelope(text)?;
    match kind.as_str() {
        "hosting" => decode(payload).map(M::Hosting),
        "joined" => decode(payload).map(M::Joined),
        "game" => decode(payload).map(M::Game),
        "answered" => decode(payload).map(M::Answered),
        "outcome" => decode(payload).map(M::Outcome),
        "players" => decode(payload).map(M::Players),
        "entrance" => decode(payload).map(M::Entrance),
        "hosts" => decode(payload).map(M::Hosts),
        "count" => decode(payload).map(M::Count),
        "host" => decode(payload).map(M::Host),
        "code" => decode(payload).map(M::Code),
        "renamed" => decode(payload).map(M::Renamed),
        "kicked" => decode(payload).map(M::Kicked),
        "error" => decode(payload).map(M::Error),
        "availability" => decode(payload).map(M::Availability),
        "pong" => Some(M::Pong),
        _ => None,
    }
}

/// Encodes a frame for a server.
pub fn encode_game_client(message: &GameClientMessage) -> String {
    encode(message)
}

/// Encodes a frame for a client.
pub fn encode_game_server(message: &GameServerMessage) -> String {
    encode(message)
}

/// Encodes a `game` frame with a gap for its version, which is its offset in the game's log.
pub fn game_template(pin: &Pin, game: &Game) -> Template {
    // In the form of `Changed`; a test compares the two.
    let _: fn(Changed) -> (Pin, u64, Game) = |Changed { pin, version, game }| (pin, version, game);
    let head = format!(r#"{{"type":"game","payload":{{"pin":{},"version":"#, encode(pin));
    Template { head, tail: format!(r#","game":{}}}}}"#, encode(game)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::game::frame::{
        Admit, Again, Create, Decline, HostPresence, Kick, RemoveHost, Rename, SetAdmission, SubmittedAnswer,
    };
    use crate::game::{Admission, Answer, Phase};
    use crate::id::UserId;

    fn lobby() -> Game {
        decode(r#"{"title":"Planets","phase":"lobby","questions":3}"#).unwrap()
    }

    #[test]
    fn a_frame_without_a_payload_has_an_empty_one() {
        assert_eq!(decode_game_client(r#"{"type":"next"}"#), Ok(GameClientMessage::Next(Step::default())));
        let step = Step { version: Some(7) };
        assert_eq!(decode_game_client(r#"{"type":"next","payload":{"version":7}}"#), Ok(GameClientMessage::Next(step)));
        assert_eq!(decode_game_client(r#"{"type":"ping"}"#), Ok(GameClientMessage::Ping));
        assert_eq!(decode_game_client(r#"{"type":"again"}"#), Ok(GameClientMessage::Again(Again::default())));
    }

    #[test]
    fn what_a_client_says_is_read_as_it_was_spelled() {
        for message in [
            GameClientMessage::Create(Create { quiz: "q1".parse().unwrap() }),
            GameClientMessage::Answer(SubmittedAnswer {
                question: 2,
                answer: Answer::Choices(vec![0, 3]),
                round: None,
            }),
            GameClientMessage::Answer(SubmittedAnswer {
                question: 2,
                answer: Answer::Number("3.5".parse().unwrap()),
                round: Some(2),
            }),
            GameClientMessage::Again(Again::default()),
            GameClientMessage::Again(Again { version: Some(9), quiz: Some("q1".parse().unwrap()) }),
            GameClientMessage::HandOver,
            GameClientMessage::Rename(Rename { player: "u1".parse().unwrap(), nickname: "Ada B.".into() }),
            GameClientMessage::Pardon,
            GameClientMessage::Admission(SetAdmission { admission: Admission::Approve }),
            GameClientMessage::Admit(Admit { all: true, ..Admit::default() }),
            GameClientMessage::Decline(Decline { players: vec!["u1".parse().unwrap()] }),
            GameClientMessage::RemoveHost(RemoveHost { host: "h1".parse().unwrap() }),
            GameClientMessage::End(Step { version: Some(3) }),
        ] {
            assert_eq!(decode_game_client(&encode_game_client(&message)), Ok(message));
        }
    }

    #[test]
    fn one_player_or_several_are_sent_away() {
        let kick = |text| match decode_game_client(text) {
            Ok(GameClientMessage::Kick(kick)) => (kick.block, kick.whom().iter().map(UserId::to_string).collect()),
            other => panic!("{other:?}"),
        };
        let ids = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>();
        assert_eq!(kick(r#"{"type":"kick","payload":{"player":"u1"}}"#), (false, ids(&["u1"])));
        let several = r#"{"type":"kick","payload":{"players":["u1","u2"],"block":true}}"#;
        assert_eq!(kick(several), (true, ids(&["u1", "u2"])));
        let kick =
            Kick { players: vec![UserId::parse("u1").unwrap(), UserId::parse("u2").unwrap()], ..Kick::default() };
        let spelled = r#"{"type":"kick","payload":{"players":["u1","u2"],"block":false}}"#;
        assert_eq!(encode_game_client(&GameClientMessage::Kick(kick)), spelled);
    }

    #[test]
    fn what_is_wrong_with_a_frame_is_said() {
        let code = |text| decode_game_client(text).unwrap_err().code;
        assert_eq!(code("hello"), ErrorCode::NotJson);
        assert_eq!(code(r#"{"type":"dance"}"#), ErrorCode::UnknownType);
        assert_eq!(code(r#"{"type":"create"}"#), ErrorCode::Invalid);
        assert_eq!(code(r#"{"type":"join","payload":{"pin":"12"}}"#), ErrorCode::Invalid);
    }

    #[test]
    fn a_game_frame_is_the_same_with_and_without_its_gap() {
        let (pin, game) = (Pin::parse("482915").unwrap(), lobby());
        let filled = game_template(&pin, &game).fill(12);
        let changed = GameServerMessage::Game(Changed { pin, version: 12, game });
        assert_eq!(filled, encode_game_server(&changed));
        assert_eq!(decode_game_server(&filled), Some(changed));
    }

    #[test]
    fn the_first_round_is_not_spelled_and_each_other_one_is() {
        let first = lobby();
        assert_eq!(first.round, 1);
        assert!(!encode(&first).contains("round"));
        let second = Game { round: 2, ..first };
        assert_eq!(decode::<Game>(&encode(&second)), Some(second));
    }

    #[test]
    fn a_later_servers_frames_are_left_aside() {
        assert_eq!(decode_game_server(r#"{"type":"fireworks","payload":{}}"#), None);
        let host = GameServerMessage::Host(HostPresence { here: false });
        assert_eq!(decode_game_server(&encode_game_server(&host)), Some(host));
        assert_eq!(lobby().phase, Phase::Lobby);
    }
}
