//! How one comes into a game over HTTP, as the pages do, and what they begin with.

use app::api::games::{HostPage, PlayPage};
use protocol::game::Phase;
use protocol::{Pin, wire};
use reqwest::{Client, Response, StatusCode, header};

use crate::class::{Pupil, choice, everywhere, name, quiz, session};
use crate::node::TestNode;

async fn post(node: &TestNode, path: &str, form: &str, cookie: &str) -> Response {
    let request = Client::new().post(node.url(path)).header("content-type", "application/x-www-form-urlencoded");
    request.header("cookie", cookie).body(form.to_owned()).send().await.unwrap()
}

/// What a form's sender finds there.
async fn read<T: serde::de::DeserializeOwned>(node: &TestNode, path: &str, form: &str, cookie: &str) -> T {
    let answer = post(node, path, form, cookie).await.text().await.unwrap();
    wire::read(&answer).unwrap_or_else(|| panic!("{path}: {answer}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_begins_a_game_and_its_cookie_makes_a_host() {
    everywhere(async |one, two| {
        let (_, cookie) = session(one);
        let begun = post(one, "/api/host-game", "quiz=sample-solar-system", &cookie).await;
        let set: Vec<_> = begun.headers().get_all(header::SET_COOKIE).iter().collect();
        let set = set[0].to_str().unwrap().to_owned();
        assert!(set.starts_with("hubbub-host-") && set.contains("HttpOnly"), "{set}");
        let pin: Pin = wire::read(&begun.text().await.unwrap()).unwrap();
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
