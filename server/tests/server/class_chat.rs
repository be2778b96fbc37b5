//! The chat of a class is for its players and hosts alone.

use protocol::game::GameClientMessage as Say;
use protocol::game::frame::{Chat, Hosting};
use protocol::{CloseCode, ErrorCode, RoomId, wire};
use reqwest::StatusCode;

use crate::browser::Browser;
use crate::class::{Pupil, choice, everywhere, quiz};
use crate::node::TestNode;
use crate::postgres_server::PostgresServer;
use crate::redis_server::RedisServer;
use crate::visitor::Visitor;

/// A game with an open chat.
pub async fn class(node: &TestNode) -> (Pupil, Hosting) {
    let (mut teacher, hosting) = Pupil::teacher(node, quiz(vec![choice("1?", 60)])).await;
    teacher.send(&Say::Chat(Chat { open: true })).await;
    teacher.sees_game(|game| game.chat).await;
    (teacher, hosting)
}

/// The answer to somebody with these headers who asks for the room of a class.
async fn chat_of(node: &TestNode, pin: &str, header: (&str, &str)) -> (StatusCode, String) {
    let form = Browser::without_cookies(node).form("class-chat", &[("pin", pin)]);
    let answer = form.header(header.0, header.1).send().await.unwrap();
    (answer.status(), answer.text().await.unwrap())
}

pub async fn room_of(node: &TestNode, pin: &str, header: (&str, &str)) -> RoomId {
    let (status, text) = chat_of(node, pin, header).await;
    wire::decode(&text).unwrap_or_else(|| panic!("{status}: {text}"))
}

/// Somebody in the chat, known by a cookie.
pub async fn in_chat(node: &TestNode, room: &RoomId, cookie: &str) -> Visitor {
    let mut visitor = Visitor::with(node, &[("cookie", cookie)]).await.unwrap();
    visitor.join(room.as_str(), None).await;
    visitor
}

/// The code of the refusal of a join.
async fn refused(visitor: &mut Visitor, room: &RoomId) -> ErrorCode {
    visitor.send_text(&format!(r#"{{"type":"join","payload":{{"roomId":"{room}"}}}}"#)).await;
    visitor.is_refused().await.code
}

#[tokio::test(flavor = "multi_thread")]
async fn who_plays_and_who_hosts_chat_while_the_host_lets_them() {
    everywhere(async |one, two| {
        let (mut teacher, hosting) = Pupil::teacher(one, quiz(vec![choice("1?", 60)])).await;
        let pin = hosting.pin.as_str();
        let (ada, joined) = Pupil::player(two, &hosting.pin, "Ada").await;
        let room = room_of(two, pin, ("cookie", &ada.cookie)).await;
        let mut by_session = in_chat(two, &room, &ada.cookie).await;
        let refusal = by_session.try_say("1", "hello").await.unwrap_err();
        assert_eq!((refusal.code, refusal.message.as_str()), (ErrorCode::NotNow, "The chat of this game is closed."));
        teacher.send(&Say::Chat(Chat { open: true })).await;
        teacher.sees_game(|game| game.chat).await;
        assert_eq!(by_session.say("2", "hello").await.message, "hello");

        // Programs without cookies send the token that they got from the game.
        for token in [&hosting.token, &joined.seat] {
            assert_eq!(room_of(one, pin, ("hubbub-token", token)).await, room);
            let mut visitor = Visitor::with(one, &[("hubbub-token", token)]).await.unwrap();
            visitor.join(room.as_str(), None).await;
            visitor.say("3", "by token").await;
            assert_eq!(by_session.hears().await.message, "by token");
        }
        let mut reader = Browser::without_cookies(two);
        let form = reader.form("history", &[("room", room.as_str())]).header("hubbub-token", &joined.seat);
        let history = reader.send(form).await.text().await.unwrap();
        assert!(history.contains("hello") && history.contains("by token"), "{history}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_class_said_does_not_outlive_its_game_for_long() {
    let (redis, postgres) = (RedisServer::start(), PostgresServer::shared());
    // Rooms stay for ever here; the chat of a class ends with its game.
    let node = TestNode::in_cluster(&redis, &postgres.database().await, &["--retain-rooms", "never"]).await;
    let (_teacher, hosting) = class(&node).await;
    let (ada, _) = Pupil::player(&node, &hosting.pin, "Ada").await;
    let room = room_of(&node, hosting.pin.as_str(), ("cookie", &ada.cookie)).await;
    in_chat(&node, &room, &ada.cookie).await.say("1", "between us").await;
    let day = 24 * 60 * 60;
    for part in ["meta", "log"] {
        let left = redis.ask::<i64>(&["TTL", &format!("hubbub:{{room:{room}}}:{part}")]).await;
        assert!((day - 600..=day).contains(&left), "{part} stays for {left} s");
    }
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn strangers_read_nothing_write_nothing_and_learn_nothing() {
    everywhere(async |one, two| {
        let (_teacher, hosting) = class(one).await;
        let (ada, _) = Pupil::player(one, &hosting.pin, "Ada").await;
        let room = room_of(one, hosting.pin.as_str(), ("cookie", &ada.cookie)).await;
        in_chat(one, &room, &ada.cookie).await.say("1", "between us").await;

        let (_other_teacher, other) = class(one).await;
        let (bob, _) = Pupil::player(one, &other.pin, "Bob").await;
        let missing = RoomId::parse(&format!("class~{}~abcdefghijkl", hosting.pin)).unwrap();
        let odd = RoomId::parse("class~anything").unwrap();
        for (cookie, rooms) in [("", vec![&room, &missing, &odd]), (bob.cookie.as_str(), vec![&room])] {
            let mut answers = Vec::new();
            for room in rooms {
                let mut visitor = Visitor::with(two, &[("cookie", cookie)]).await.unwrap();
                assert_eq!(refused(&mut visitor, room).await, ErrorCode::NotInGame);
                for (what, rest) in [
                    ("history", None),
                    ("preview", None),
                    ("members", None),
                    ("room", None),
                    ("say", Some([("id", "9"), ("message", "intruder")])),
                ] {
                    let form: Vec<_> =
                        [("room", room.as_str())].into_iter().chain(rest.into_iter().flatten()).collect();
                    let form = Browser::without_cookies(two).form(what, &form).header("cookie", cookie);
                    let answer = form.send().await.unwrap();
                    assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY, "{what} {room}");
                    answers.push(answer.text().await.unwrap());
                }
                let page = Browser::without_cookies(two);
                let page =
                    page.request(reqwest::Method::GET, &room.path()).header("cookie", cookie).send().await.unwrap();
                assert_eq!(page.status(), StatusCode::NOT_FOUND);
                assert!(!page.text().await.unwrap().contains("between us"));
            }
            let free = if hosting.pin.as_str() == "123456" { "123457" } else { "123456" };
            let there = chat_of(two, hosting.pin.as_str(), ("cookie", cookie)).await;
            assert_eq!(there, chat_of(two, free, ("cookie", cookie)).await, "nobody learns which PINs there are");
            answers.push(there.1);
            assert!(answers.iter().all(|answer| answer == &answers[0]), "{answers:?}");
        }
        // A room with the earlier form of the name is a room like any other, and empty.
        let mut visitor = Visitor::at(two).await;
        let joined = visitor.join(&format!("game-{}", hosting.pin), None).await;
        assert_eq!((joined.member_count, joined.position.offset), (1, 0));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_sent_away_loses_the_chat_at_once() {
    everywhere(async |one, two| {
        let (mut teacher, hosting) = class(one).await;
        let (ada, joined) = Pupil::player(one, &hosting.pin, "Ada").await;
        let (eve, _) = Pupil::player(one, &hosting.pin, "Eve").await;
        let room = room_of(one, hosting.pin.as_str(), ("cookie", &ada.cookie)).await;
        // On a node with nobody in the game.
        let mut ada_chats = in_chat(two, &room, &ada.cookie).await;
        let mut by_token = Visitor::with(two, &[("hubbub-token", &joined.seat)]).await.unwrap();
        by_token.join(room.as_str(), None).await;
        let mut eve_chats = in_chat(two, &room, &eve.cookie).await;
        ada_chats.say("1", "while I may").await;
        send_away(&mut teacher, &joined.you.id).await;
        assert_eq!(ada_chats.is_closed().await, CloseCode::Removed.number());
        assert_eq!(by_token.is_closed().await, CloseCode::Removed.number());

        let mut again = Visitor::with(two, &[("cookie", &ada.cookie)]).await.unwrap();
        assert_eq!(refused(&mut again, &room).await, ErrorCode::NotInGame);
        let form = [("room", room.as_str()), ("id", "2"), ("message", "still here")];
        let form = Browser::without_cookies(two).form("say", &form).header("cookie", &ada.cookie);
        assert_eq!(form.send().await.unwrap().status(), StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(eve_chats.say("3", "the others go on").await.offset, 2);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_opens_a_room_that_is_called_like_a_class() {
    let node = TestNode::embedded(&[]).await;
    let mut eve = Browser::at(&node).await;
    for title in ["class~482915~abcdefghijkl", "CLASS~482915", "class~"] {
        let answer = eve.ask("open-room", &[("title", title), ("listed", "true")]).await;
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY, "{title}");
    }
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_of_a_game_leads_its_class_to_the_chat() {
    let node = TestNode::embedded(&[]).await;
    let (_teacher, hosting) = class(&node).await;
    let (ada, _) = Pupil::player(&node, &hosting.pin, "Ada").await;
    let path = format!("/play/{}/chat", hosting.pin);
    let look = async |cookie: &str| {
        let request = Browser::without_cookies(&node).request(reqwest::Method::GET, &path);
        request.header("cookie", cookie).header("accept", "text/html").send().await.unwrap()
    };
    let page = look(&ada.cookie).await;
    assert!(page.url().path().starts_with("/rooms/class~"), "{}", page.url());
    assert!(page.text().await.unwrap().contains("Class chat: Colours"));
    let stranger = look("").await;
    assert_eq!((stranger.status(), stranger.url().path()), (StatusCode::NOT_FOUND, path.as_str()));
    node.stop().await;
}

async fn send_away(teacher: &mut Pupil, player: &protocol::UserId) {
    let kick = format!(r#"{{"type":"kick","payload":{{"player":"{player}"}}}}"#);
    teacher.send(&wire::decode_game_client(&kick).unwrap()).await;
}
