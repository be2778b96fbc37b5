//! The server functions of the game pages: entering a game over HTTP, and the data that pages are rendered with.

use app::api::games::{HostPage, PlayPage};
use protocol::game::{Answer, GameClientMessage as Say, Phase};
use protocol::quiz::Results;
use protocol::{Pin, ResultsId, wire};
use reqwest::{Client, Response, StatusCode, header};

use crate::class::{Pupil, choice, everywhere, name, quiz, session};
use crate::node::TestNode;

async fn post(node: &TestNode, path: &str, form: &str, cookie: &str) -> Response {
    let request = Client::new().post(node.url(path)).header("content-type", "application/x-www-form-urlencoded");
    request.header("cookie", cookie).body(form.to_owned()).send().await.unwrap()
}

/// The decoded answer to a form.
async fn read<T: serde::de::DeserializeOwned>(node: &TestNode, path: &str, form: &str, cookie: &str) -> T {
    let answer = post(node, path, form, cookie).await.text().await.unwrap();
    wire::decode(&answer).unwrap_or_else(|| panic!("{path}: {answer}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_begins_a_game_and_its_cookie_makes_a_host() {
    everywhere(async |one, two| {
        let (_, cookie) = session(one);
        let begun = post(one, "/api/host-game", "quiz=sample-solar-system", &cookie).await;
        let set: Vec<_> = begun.headers().get_all(header::SET_COOKIE).iter().collect();
        let set = set[0].to_str().unwrap().to_owned();
        assert!(set.starts_with("hubbub-host-") && set.contains("HttpOnly"), "{set}");
        let pin: Pin = wire::decode(&begun.text().await.unwrap()).unwrap();
        let form = format!("pin={pin}");
        let stranger = post(two, "/api/host-page", &form, &cookie).await;
        assert_eq!(stranger.status(), StatusCode::UNPROCESSABLE_ENTITY, "who began it, but without its cookie");

        let both = format!("{cookie}; {}", set.split(';').next().unwrap());
        let page: HostPage = read(two, "/api/host-page", &form, &both).await;
        assert_eq!((page.pin.clone(), page.game.phase, page.players.len()), (pin.clone(), Phase::Lobby, 0));
        assert_eq!(page.join_address, two.url(&format!("/play/{pin}")));
        let mut host = Pupil::with(two, &both).await;
        let open = protocol::game::frame::Open { pin, token: None, code: None };
        assert_eq!(host.open(open).await.unwrap().version, page.version);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_cannot_begin_a_game_reads_why() {
    let refusals = [
        (["--games-per-person", "1"], StatusCode::TOO_MANY_REQUESTS, "Too many games were begun here"),
        (["--storage-quota", "64k"], StatusCode::SERVICE_UNAVAILABLE, "This server is full"),
    ];
    for (flags, status, why) in refusals {
        let node = TestNode::embedded(&flags).await;
        let (_, cookie) = session(&node);
        // The first one may pass; after it the quota is used up.
        post(&node, "/api/host-game", "quiz=sample-solar-system", &cookie).await;
        let refused = post(&node, "/api/host-game", "quiz=sample-solar-system", &cookie).await;
        let (answered, body) = (refused.status(), refused.text().await.unwrap());
        assert!(answered == status && body.contains(why), "{flags:?}: {answered} {body}");
        node.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whose_game_it_was_reads_what_came_of_it_as_soon_as_it_is_over() {
    everywhere(async |one, two| {
        let (mut teacher, hosting) = Pupil::teacher(one, quiz(vec![choice("1?", 60)])).await;
        let (mut ada, _) = Pupil::player(two, &hosting.pin, "Ada").await;
        let (form, cookie) = (format!("pin={}", hosting.pin), teacher.cookie.clone());
        teacher.step(Say::Start).await;
        ada.sees(Phase::Open).await;
        ada.answer(0, Answer::Choice(1)).await;
        teacher.sees(Phase::Reveal).await;
        let early = post(two, "/api/game-results", &form, &cookie).await;
        assert_eq!(early.status(), StatusCode::UNPROCESSABLE_ENTITY);
        assert!(early.text().await.unwrap().contains("This game is not over yet."));

        teacher.step(Say::End).await;
        teacher.sees(Phase::Podium).await;
        // Whichever node keeps it, and whenever: who asks at once finds it.
        let id: ResultsId = read(two, "/api/game-results", &form, &cookie).await;
        let results: Results = read(one, "/api/result", &format!("id={id}"), &cookie).await;
        assert_eq!((results.players.len(), results.questions[0].correct), (1, 1));
        let other = post(two, "/api/game-results", &form, &ada.cookie).await;
        assert_eq!(other.status(), StatusCode::UNPROCESSABLE_ENTITY);
        post(one, "/api/delete-result", &format!("id={id}"), &cookie).await;
        let gone = post(two, "/api/game-results", &form, &cookie).await.text().await.unwrap();
        assert!(gone.contains("There are no results of this game"), "{gone}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_whose_game_it_is_has_its_quiz_and_the_results() {
    everywhere(async |one, two| {
        let (teacher, hosting) = Pupil::teacher(one, quiz(vec![choice("1?", 60)])).await;
        let token = format!("hubbub-host-{}={}", hosting.pin, hosting.token);
        let form = format!("pin={}", hosting.pin);
        let page: HostPage = read(two, "/api/host-page", &form, &format!("{}; {token}", teacher.cookie)).await;
        assert!(page.quiz.is_some());
        let (_, helper) = session(one);
        let page: HostPage = read(two, "/api/host-page", &form, &format!("{helper}; {token}")).await;
        assert_eq!(page.quiz, None);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_without_a_game_is_not_found() {
    everywhere(async |one, _| {
        let (_teacher, hosting) = Pupil::teacher(one, quiz(vec![choice("1?", 60)])).await;
        let status = async |path: &str| Client::new().get(one.url(path)).send().await.unwrap().status();
        for path in ["/play/000000", "/play/12", "/host/000000", "/host/12"] {
            assert_eq!(status(path).await, StatusCode::NOT_FOUND, "{path}");
        }
        assert_eq!(status(&format!("/play/{}", hosting.pin)).await, StatusCode::OK);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_players_page_shows_the_seat_that_they_have() {
    everywhere(async |one, two| {
        let (_teacher, hosting) = Pupil::teacher(one, quiz(vec![choice("1?", 60)])).await;
        let pin = hosting.pin;
        let (_, cookie) = session(two);
        let spaced = format!("pin={}", pin.spaced().replace(' ', "+"));
        let entered: Pin = read(two, "/api/enter-game", &spaced, &cookie).await;
        assert_eq!(entered, pin);
        let form = format!("pin={pin}");
        let page: PlayPage = read(two, "/api/play-page", &form, &cookie).await;
        assert_eq!((page.title.as_str(), page.seat), ("Colours", None));
        Pupil::with(one, &cookie).await.join(&pin, "Ada").await;
        let page: PlayPage = read(two, "/api/play-page", &form, &cookie).await;
        let seat = page.seat.unwrap();
        assert_eq!((seat.you.name, seat.host_here), (name("Ada"), true));
        for wrong in ["pin=12", "pin=000000"] {
            let refused = post(two, "/api/enter-game", wrong, &cookie).await;
            assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
        }
    })
    .await;
}
