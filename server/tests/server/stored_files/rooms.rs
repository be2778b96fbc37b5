//! Rooms of a stored file: their logs, their list, and who signed out.

use protocol::{Epoch, Position};
use realtime::channel::Channel;

use super::{cookie, node};
use crate::polling::{PATIENCE, poll_until};
use crate::quizzes_fixture::user;
use crate::rooms_fixture::room;
use crate::visitor::Visitor;

#[tokio::test(flavor = "multi_thread")]
async fn a_log_goes_on_from_its_last_entry() {
    let node = node().await;
    let cookie = cookie(&node, "ana", "Ana");
    let mut ana = Visitor::with(&node, &[("cookie", &cookie)]).await.unwrap();
    let seen = Position { epoch: Epoch::parse("yu8bw8vsjea52ovy").unwrap(), offset: 1 };
    let joined = ana.join("biology-7b", Some(seen.clone())).await;
    assert!(joined.recovered, "a position of before is believed");
    assert_eq!(joined.position, Position { offset: 3, ..seen });
    let missed = joined.messages.iter().map(|one| (one.offset, one.author.name.as_str(), one.message.as_str()));
    let expected = [
        (2, "Ben", "It's on page 12: 6 CO₂ + 6 H₂O → …\nI'll bring two copies. 🌱"),
        (3, "Ana", "Thank you, see you in Zürich!"),
    ];
    assert!(missed.eq(expected), "{:?}", joined.messages);
    let again = ana.say("a-1", "Who has the worksheet on \"photosynthesis\"?").await;
    assert_eq!(again.offset, 1, "it was appended once, for ever");
    assert_eq!(ana.say("a-4", "Now I have it").await.offset, 4);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rooms_have_their_titles_and_the_listed_ones_are_listed() {
    let node = node().await;
    let directory = &node.node().directory;
    let mut listed: Vec<_> = directory.list().await.unwrap().iter().map(|room| room.title.clone()).collect();
    listed.sort();
    assert_eq!(listed, ["Biology 7b", "Chess Club"]);
    assert_eq!(directory.preview(&room("staff-room")).await.unwrap().title, "Staff Room");
    let page = node.node().history.page(&Channel::Room(room("nobody-opened-this")), None, 9).await.unwrap();
    assert_eq!((page.publications.len(), page.top.offset, page.top.epoch.as_str()), (1, 1, "waxygkwsvytf5zaz"));
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_signed_out_stays_signed_out() {
    let node = node().await;
    let is_over = async |id: &str| node.node().sessions.has_ended(&user(id)).then_some(());
    poll_until(PATIENCE, async || is_over("ivo").await).await.expect("the session is good again");
    assert_eq!(is_over("ana").await, None);
    let cookie = cookie(&node, "ivo", "Ivo");
    let joined = Visitor::with(&node, &[("cookie", &cookie)]).await.unwrap().join("biology-7b", None).await;
    assert_ne!(joined.you.id, user("ivo"));
    node.stop().await;
}
