//! `docs/limits.md` is complete: it lists every frame and every call with its cost.

use protocol::{limits, wire};
use server::throttle::Cost;

const PAGE: &str = include_str!("../../../docs/limits.md");
const PROTOCOL: &str = include_str!("../../../docs/protocol.md");
/// The files that declare the addresses of server functions.
const CALLS: [&str; 4] = [
    include_str!("../../../app/src/api/mod.rs"),
    include_str!("../../../app/src/api/formulas.rs"),
    include_str!("../../../app/src/api/games/mod.rs"),
    include_str!("../../../app/src/api/quizzes/mod.rs"),
];

/// The part of the page under a heading.
fn part(heading: &str) -> &'static str {
    let rest = PAGE.split(heading).nth(1).unwrap_or_else(|| panic!("no {heading}"));
    rest.split("\n## ").next().unwrap()
}

/// The examples of frames in the page of the protocol; another test checks that no type is missing.
fn frames(kind: &str) -> Vec<&'static str> {
    let opening = format!("```json {kind}\n");
    PROTOCOL.split(opening.as_str()).skip(1).map(|rest| rest.split("\n```").next().unwrap()).collect()
}

fn is_listed(part: &str, text: &str, cost: Cost) {
    let name = text.split('"').nth(3).unwrap();
    assert!(part.contains(&format!("\n| `{name}` | {cost}")), "`{name}` costs {cost}");
}

#[test]
fn every_frame_is_listed_with_what_it_costs() {
    for text in frames("client") {
        is_listed(part("## Frames of rooms"), text, Cost::from(&wire::decode_client(text).unwrap()));
    }
    for text in frames("game client") {
        is_listed(part("## Frames of games"), text, Cost::from(&wire::decode_game_client(text).unwrap()));
    }
}

#[test]
fn every_call_is_listed() {
    let endpoints = CALLS.iter().flat_map(|text| text.split("endpoint = \"").skip(1));
    let names: Vec<_> = endpoints.map(|rest| rest.split('"').next().unwrap()).collect();
    assert!(names.len() > 20, "{names:?}");
    for name in names {
        let row = format!("\n| `/api/{name}` |");
        assert_eq!(part("## Over HTTP").matches(&row).count(), 1, "/api/{name}");
    }
}

#[test]
fn the_figures_are_those_of_the_code() {
    for figure in [
        format!("{} people and {} messages in {} KiB", 100, limits::RECOVERY_MESSAGES, limits::RECOVERY_BYTES / 1024),
        format!("At most {} messages in {} KiB", limits::PAGE_MESSAGES, limits::PAGE_BYTES / 1024),
        format!("| Rooms of one connection | {} |", limits::ROOMS_PER_CONNECTION),
        format!("the first {} people", limits::MEMBERS_PER_FRAME),
    ] {
        assert!(PAGE.to_lowercase().contains(&figure.to_lowercase()), "{figure}");
    }
}
