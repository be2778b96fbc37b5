//! A game's lobby: PINs that are guessed, seats that bots take, players who were sent away.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use futures::StreamExt;
use futures::future::join_all;
use futures::stream;
use tokio::time::{sleep, timeout};

use super::frames::take_seat;
use crate::play::Setting;
use crate::siege::socket::{Socket, join, type_of, value};
use crate::siege::stranger::Stranger;
use crate::siege::target::{Target, host_game};
use crate::verdict::{Seconds, Verdict};

/// Wrong PINs that an address may have read in [`GUESSING`] without a wait.
const MOST_GUESSES: usize = 75;
const GUESSING: Duration = Duration::from_secs(1);

fn enter(pin: &str, nickname: &str) -> String {
    format!(r#"{{"type":"join","payload":{{"pin":"{pin}","nickname":"{nickname}"}}}}"#)
}

/// PINs that are no game's.
fn wrong_pins() -> impl Iterator<Item = String> {
    (0..).map(|number| format!("{:06}", 1_000 + number))
}

/// A pupil who tries PINs; then the host, behind the same address, loads the page again.
pub(in crate::siege) async fn lock_out(setting: &Setting) -> Result<Verdict> {
    let mut verdict = Verdict::default();
    let target = Target::embedded(setting, "wrong-pins", &[]).await?;
    // One address for the whole school.
    let mut host = target.stranger(1);
    let pin = host_game(&mut host).await?;
    let mut pupil = target.stranger(1);
    pupil.arrive().await?;
    let mut seat = take_seat(pupil.clone(), &pin, "Ada".into()).await?;
    seat.say(r#"{"type":"ping"}"#).await?;
    guess(&target, 200).await?;
    let begin = Instant::now();
    let page = host.get(&format!("/host/{pin}")).await?;
    verdict.at_most("the host's page", begin.elapsed(), Duration::from_secs(2));
    verdict.must(page.is_ok() && page.text().contains(&pin), || format!("the host's page is {}", page.status));
    let mut socket = Socket::open(&host, "/games?v=1").await?;
    let begin = Instant::now();
    socket.say(format!(r#"{{"type":"open","payload":{{"pin":"{pin}"}}}}"#)).await?;
    let answer = socket.next_of(&["hosting", "error"]).await?;
    verdict.at_most("the host is back after", begin.elapsed(), Duration::from_secs(2));
    verdict.must(type_of(&answer) == "hosting", || format!("the host is told {answer}"));
    drop(seat);
    let begin = Instant::now();
    let seat = timeout(Duration::from_secs(10), take_seat(pupil, &pin, "Ada".into())).await;
    verdict.must(seat.is_ok_and(|seat| seat.is_ok()), || "a seat is lost by the wrong PINs of others".into());
    verdict.at_most("a seat is back after", begin.elapsed(), Duration::from_secs(2));
    Ok(verdict)
}

/// So many wrong PINs from the school's address, on a few connections.
async fn guess(target: &Target, tries: usize) -> Result<()> {
    let guessing = (0..4).map(|part| async move {
        let mut socket = Socket::open(&target.stranger(1), "/games?v=1").await?;
        for pin in wrong_pins().skip(part * tries).take(tries / 4) {
            socket.feed(enter(&pin, "x")).await?;
        }
        socket.flush().await?;
        let _ = timeout(Duration::from_secs(2), async { while socket.next().await.is_ok() {} }).await;
        anyhow::Ok(())
    });
    join_all(guessing).await.into_iter().collect()
}

/// How many PINs somebody can try by every way there is.
pub(in crate::siege) async fn oracle(setting: &Setting) -> Result<Verdict> {
    let mut verdict = Verdict::default();
    let target = Target::embedded(setting, "pin-oracle", &[]).await?;
    let pin = host_game(&mut target.stranger(1)).await?;
    let ways = ["preview", "history", "members", "enter-game", "class-chat"];
    for (number, way) in ways.into_iter().enumerate() {
        let form = |pin: &str| match way {
            "enter-game" | "class-chat" => format!("pin={pin}"),
            _ => format!("room=game-{pin}"),
        };
        let mut stranger = target.stranger(10 + number);
        stranger.arrive().await?;
        let (begin, mut told) = (Instant::now(), 0);
        let right = stranger.form(&format!("/api/{way}"), &form(&pin)).await?;
        for wrong in wrong_pins() {
            let rest = GUESSING.saturating_sub(begin.elapsed());
            let answer = timeout(rest, stranger.form(&format!("/api/{way}"), &form(&wrong))).await;
            let Ok(answer) = answer else { break };
            let answer = answer?;
            // Where a PIN that is a game's is told from one that is none, each try counts.
            let same = (answer.status, answer.body.len()) == (right.status, right.body.len());
            told += usize::from(!same && answer.status != 429);
        }
        verdict.figure(way, told);
        verdict.must(told <= MOST_GUESSES, || format!("/api/{way} tells of {told} PINs in {}", Seconds(GUESSING)));
    }
    let told = chat_guesses(&target, &pin).await?;
    verdict.figure("join of a class chat", told);
    verdict.must(told <= MOST_GUESSES, || format!("joining class chats tells of {told} PINs"));
    Ok(verdict)
}

/// Wrong PINs whose class chats answer in another way than that of a game.
async fn chat_guesses(target: &Target, pin: &str) -> Result<usize> {
    let (begin, mut told, mut pins) = (Instant::now(), 0, wrong_pins());
    let mut right = None;
    while begin.elapsed() < GUESSING {
        let mut socket = Socket::open(&target.stranger(30), "/ws?v=1").await?;
        for pin in std::iter::once(pin.to_owned()).chain(pins.by_ref().take(50)) {
            if socket.say(join(&format!("game-{pin}"))).await.is_err() {
                break;
            }
            let rest = GUESSING.saturating_sub(begin.elapsed());
            let Ok(Ok(answer)) = timeout(rest, socket.next_of(&["joined", "error"])).await else { break };
            let answer = (type_of(&answer).to_owned(), value(&answer, "code").map(str::to_owned));
            let right = right.get_or_insert_with(|| answer.clone());
            told += usize::from(answer != *right && answer.1.as_deref() != Some("rateLimited"));
        }
    }
    Ok(told)
}

/// Bots of one address that would like all seats, and a class that comes meanwhile.
pub(in crate::siege) async fn bots(setting: &Setting) -> Result<Verdict> {
    let mut verdict = Verdict::default();
    let target = Target::embedded(setting, "bots", &[]).await?;
    let mut host = target.stranger(1);
    let pin = host_game(&mut host).await?;
    let time = setting.pick(Duration::from_secs(3), Duration::from_secs(6));
    let begin = Instant::now();
    let taking = stream::iter(0..6_000)
        .take_while(|_| std::future::ready(begin.elapsed() < time))
        .map(|number| timeout(time, take_seat(target.stranger(2), &pin, format!("Bot {number}"))));
    let seated =
        taking.buffer_unordered(32).filter(|seated| std::future::ready(matches!(seated, Ok(Ok(_))))).count().await;
    verdict.figure("seats of bots", format!("{seated} in {}", Seconds(begin.elapsed())));
    verdict.must(seated <= 150, || format!("one address took {seated} seats"));
    let class = (0..30).map(|number| take_seat(target.stranger(50), &pin, format!("Pupil {number}")));
    let class = join_all(class).await.iter().filter(|seat| seat.is_ok()).count();
    verdict.exactly("of a class of 30 seated", class as u64, 30);
    Ok(verdict)
}

/// Somebody who was made a host by a code, and whom the first host removes again.
pub(in crate::siege) async fn removed_host(setting: &Setting) -> Result<Verdict> {
    let mut verdict = Verdict::default();
    let target = Target::embedded(setting, "removed-host", &[]).await?;
    let mut host = target.stranger(1);
    let pin = host_game(&mut host).await?;
    let mut hosting = Socket::open(&host, "/games?v=1").await?;
    hosting.say(format!(r#"{{"type":"open","payload":{{"pin":"{pin}"}}}}"#)).await?;
    hosting.next_of(&["hosting"]).await?;
    hosting.say(r#"{"type":"handOver"}"#).await?;
    let code = hosting.next_of(&["code"]).await?;
    let code = value(&code, "code").context("no code")?;
    let mut second = Socket::open(&target.stranger(2), "/games?v=1").await?;
    second.say(format!(r#"{{"type":"open","payload":{{"pin":"{pin}","code":"{code}"}}}}"#)).await?;
    let opened = second.next_of(&["hosting", "error"]).await?;
    let token = value(&opened, "token").context("the code makes nobody a host")?.to_owned();
    let Some(id) = value(&opened, "host").map(str::to_owned) else {
        verdict.must(false, || "a host cannot be removed: `hosting` does not say who they are".into());
        return Ok(verdict);
    };
    hosting.say(format!(r#"{{"type":"removeHost","payload":{{"host":"{id}"}}}}"#)).await?;
    hosting.next_of(&["hosts"]).await?;
    second.say(r#"{"type":"lock","payload":{"locked":true}}"#).await?;
    let told = second.next_of(&["game", "error"]).await;
    verdict.must(told.is_err() || told.is_ok_and(|told| type_of(&told) == "error"), || {
        "who was removed still hosts".into()
    });
    let mut again = Socket::open(&target.stranger(2), "/games?v=1").await?;
    again.say(format!(r#"{{"type":"open","payload":{{"pin":"{pin}","token":"{token}"}}}}"#)).await?;
    let told = again.next_of(&["hosting", "error"]).await?;
    verdict.figure("comes back with the token", type_of(&told));
    verdict.must(type_of(&told) == "error", || "who was removed comes back with the token".into());
    Ok(verdict)
}

/// Somebody who was sent away, and comes as somebody else.
pub(in crate::siege) async fn kicked(setting: &Setting) -> Result<Verdict> {
    let mut verdict = Verdict::default();
    let target = Target::embedded(setting, "kicked", &[]).await?;
    let mut host = target.stranger(1);
    let pin = host_game(&mut host).await?;
    let mut hosting = Socket::open(&host, "/games?v=1").await?;
    hosting.say(format!(r#"{{"type":"open","payload":{{"pin":"{pin}"}}}}"#)).await?;
    hosting.next_of(&["hosting"]).await?;
    let mut troll = target.stranger(2);
    let (mut kicks, mut back) = (0, 0);
    for round in 0..5 {
        troll.forget();
        troll.arrive().await?;
        let mut socket = Socket::open(&troll, "/games?v=1").await?;
        socket.say(enter(&pin, &format!("Troll {round}"))).await?;
        let answer = socket.next_of(&["joined", "error"]).await?;
        if type_of(&answer) != "joined" {
            continue;
        }
        back += usize::from(round > 0);
        let (_, you) = answer.split_once("\"you\":").context("nobody")?;
        let id = value(you, "id").context("no id")?;
        hosting.say(format!(r#"{{"type":"kick","payload":{{"player":"{id}","block":true}}}}"#)).await?;
        let gone = socket.next_of(&["kicked"]).await;
        verdict.must(gone.is_ok(), || {
            format!("nobody is sent away: {}", gone.err().map(|error| error.to_string()).unwrap_or_default())
        });
        kicks += 1;
        sleep(Duration::from_millis(50)).await;
    }
    verdict.figure("kicks", kicks);
    verdict.figure("came back as somebody new", back);
    verdict.must(back == 0, || format!("who was sent away came back {back} times with a new cookie"));
    let class: Stranger = target.stranger(3);
    verdict.must(take_seat(class, &pin, "Ben".into()).await.is_ok(), || "somebody else does not get in".into());
    Ok(verdict)
}
