//! Checks `docs/protocol.md` and `docs/quizzes.md`: their examples decode, and the tables are complete.

use protocol::quiz::{Quiz, problems};
use protocol::{CloseCode, ErrorCode, HistoryPage, MembersPage, limits, wire};

const PAGE: &str = include_str!("../../../docs/protocol.md");

const GAME_CLIENT: [&str; 25] = [
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
const GAME_SERVER: [&str; 16] = [
    "hosting",
    "joined",
    "game",
    "answered",
    "outcome",
    "players",
    "entrance",
    "hosts",
    "count",
    "host",
    "code",
    "renamed",
    "kicked",
    "error",
    "availability",
    "pong",
];

/// The fenced examples of a kind.
fn examples(kind: &str) -> Vec<&'static str> {
    let opening = format!("```json {kind}\n");
    PAGE.split(opening.as_str()).skip(1).filter_map(|rest| rest.split("\n```").next()).collect()
}

#[test]
fn every_example_decodes() {
    let (client, server) = (examples("client"), examples("server"));
    let (page, members) = (examples("page"), examples("members"));
    let (game_client, game_server) = (examples("game client"), examples("game server"));
    for text in &game_client {
        assert!(wire::decode_game_client(text).is_ok(), "{text}");
    }
    for text in &game_server {
        assert!(wire::decode_game_server(text).is_some(), "{text}");
    }
    for text in &client {
        assert!(wire::decode_client(text).is_ok(), "{text}");
    }
    for text in &server {
        assert!(wire::decode_server(text).is_some(), "{text}");
    }
    for text in &page {
        assert!(wire::decode::<HistoryPage>(text).is_some(), "{text}");
    }
    for text in &members {
        assert!(wire::decode::<MembersPage>(text).is_some(), "{text}");
    }
    let fences = PAGE.matches("```json").count();
    assert_eq!(
        client.len() + server.len() + page.len() + members.len() + game_client.len() + game_server.len(),
        fences,
        "an example of no kind is checked by nobody"
    );
}

#[test]
fn every_quiz_that_is_shown_can_be_played() {
    let page = include_str!("../../../docs/quizzes.md");
    let texts: Vec<_> = page.split("```json quiz\n").skip(1).filter_map(|rest| rest.split("\n```").next()).collect();
    assert_eq!((texts.len(), page.matches("```json").count()), (2, 2));
    for text in texts {
        let quiz: Quiz = wire::decode_file(text).unwrap();
        assert_eq!(problems(&quiz), [], "{text}");
        assert_eq!(wire::decode(&wire::encode(&quiz)), Some(quiz));
    }
}

#[test]
fn the_figures_of_presence_are_those_of_the_code() {
    for figure in [
        format!("at most {}; `left: [id]`, at most {}", limits::MEMBERS_PER_FRAME, limits::LEAVES_PER_FRAME),
        format!("a room of up to {} people", limits::MEMBERS_SENT_AT_ONCE),
        format!("a page of at most {}", limits::MEMBERS_PER_FRAME),
    ] {
        assert!(PAGE.contains(&figure), "{figure}");
    }
    assert_eq!(limits::PRESENCE_INTERVAL.as_secs(), 1);
}

#[test]
fn every_type_has_an_example() {
    for (kind, types) in [
        ("client", &["join", "message", "edit", "delete", "leave", "typing", "ping"][..]),
        (
            "server",
            &[
                "joined",
                "message",
                "edited",
                "deleted",
                "presence",
                "typing",
                "namesake",
                "position",
                "availability",
                "error",
                "pong",
            ][..],
        ),
        ("game client", &GAME_CLIENT[..]),
        ("game server", &GAME_SERVER[..]),
    ] {
        for one in types {
            let spelled = format!(r#"{{"type": "{one}""#);
            assert!(examples(kind).iter().any(|text| text.starts_with(&spelled)), "{kind} {one}");
        }
    }
}

#[test]
fn every_code_is_in_its_table() {
    for code in ErrorCode::ALL {
        let temporary = if code.is_temporary() { "yes" } else { "no" };
        assert!(PAGE.contains(&format!("| `{}` | {temporary} |", code.as_str())), "{code:?}");
    }
    for code in CloseCode::ALL {
        let back = if protocol::close::should_reconnect(code.number()) { "yes" } else { "no" };
        assert!(PAGE.contains(&format!("| {} | {back} |", code.number())), "{code:?}");
    }
}
