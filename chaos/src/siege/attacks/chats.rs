//! The chat of a class, and strangers who would like to read and write it.

use anyhow::{Context, Result};

use super::frames::take_seat;
use crate::play::Setting;
use crate::siege::socket::{Socket, join, message, type_of, value};
use crate::siege::stranger::{Stranger, escape};
use crate::siege::target::{Target, host_game};
use crate::verdict::Verdict;

/// What only the class should know.
const WORD: &str = "swordfish";

/// Strangers, by every name that the chat has, had, or could be taken to have.
pub(in crate::siege) async fn strangers(setting: &Setting) -> Result<Verdict> {
    let mut verdict = Verdict::default();
    let target = Target::embedded(setting, "class-chat", &[]).await?;
    let mut class = Class::gather(&target).await?;
    let (room, pin) = (class.room.clone(), class.pin.clone());
    let (a, b) = pin.split_at(3);
    let mut names = vec![room.clone(), room.to_uppercase(), format!("{room} ")];
    names.extend([format!("game-{pin}"), format!("game-{a} {b}"), room.replace(&pin, &format!("{a} {b}"))]);
    let mut stranger = target.stranger(40);
    stranger.arrive().await?;
    for name in &names {
        let mut socket = Socket::open(&stranger, "/ws?v=1").await?;
        socket.say(join(name)).await?;
        let joined = socket.next_of(&["joined", "error"]).await?;
        verdict.must(*name != room || type_of(&joined) == "error", || format!("a stranger enters {name}"));
        socket.say(message(name, "x1", "hello from outside")).await?;
        socket.next_of(&["message", "error"]).await?;
        for call in ["history", "preview", "members", "room"] {
            let answer = stranger.form(&format!("/api/{call}"), &format!("room={}", escape(name))).await?.text();
            verdict.must(!answer.contains(WORD), || format!("/api/{call} tells what was said in {name}"));
            verdict.must(!answer.contains("Ada"), || format!("/api/{call} tells who is in {name}"));
        }
        stranger.form("/api/say", &format!("room={}&id=x2&message=hello+from+outside", escape(name))).await?;
        let page = stranger.get(&format!("/rooms/{}", escape(name))).await?.text();
        verdict.must(!page.contains(WORD), || format!("the page of {name} shows what was said"));
    }
    let named = stranger.form("/api/class-chat", &format!("pin={pin}")).await?;
    verdict.must(!named.text().contains(&room), || "a stranger is told what the chat is called".into());
    let log = class.host.form("/api/history", &format!("room={}", escape(&room))).await?.text();
    verdict.must(log.contains(WORD), || "the host cannot read the chat".into());
    verdict.must(!log.contains("from outside"), || "a stranger wrote in the chat".into());
    verdict.figure("names tried", names.len());
    Ok(verdict)
}

/// A player who was sent away, and goes on writing.
pub(in crate::siege) async fn kicked(setting: &Setting) -> Result<Verdict> {
    let mut verdict = Verdict::default();
    let target = Target::embedded(setting, "kicked-chat", &[]).await?;
    let mut class = Class::gather(&target).await?;
    let room = class.room.clone();
    let mut socket = Socket::open(&class.pupil, "/ws?v=1").await?;
    socket.say(join(&room)).await?;
    let before = socket.next_of(&["joined", "error"]).await?;
    verdict.must(type_of(&before) == "joined", || format!("a player does not get in: {before}"));
    class.hosting.say(format!(r#"{{"type":"kick","payload":{{"player":"{}"}}}}"#, class.player)).await?;
    class.seat.next_of(&["kicked"]).await?;
    let mut said = 0;
    for number in 0..5 {
        let id = format!("k{number}");
        if socket.say(message(&room, &id, "I am still here")).await.is_err() {
            break;
        }
        let of_this = |frame: &str| {
            (value(frame, "id") == Some(&id) || type_of(frame) == "error").then(|| type_of(frame) == "message")
        };
        said += u64::from(socket.until(of_this).await.unwrap_or_default());
    }
    verdict.exactly("said after the kick", said, 0);
    let form = format!("room={}&id=k9&message=by+form", escape(&room));
    verdict.must(!class.pupil.form("/api/say", &form).await?.is_ok(), || "who was sent away writes by a form".into());
    Ok(verdict)
}

/// A game with a player and an open chat in which something was said.
struct Class {
    pin: String,
    /// What its chat is called.
    room: String,
    host: Stranger,
    hosting: Socket,
    pupil: Stranger,
    seat: Socket,
    player: String,
}

impl Class {
    async fn gather(target: &Target) -> Result<Self> {
        let mut host = target.stranger(1);
        let pin = host_game(&mut host).await?;
        let mut hosting = Socket::open(&host, "/games?v=1").await?;
        hosting.say(format!(r#"{{"type":"open","payload":{{"pin":"{pin}"}}}}"#)).await?;
        hosting.next_of(&["hosting"]).await?;
        hosting.say(r#"{"type":"chat","payload":{"open":true}}"#).await?;
        let opened = hosting.until(|frame| frame.contains(r#""chat":true"#).then_some(())).await;
        opened.context("the chat does not open")?;
        let named = host.form("/api/class-chat", &format!("pin={pin}")).await?;
        let room = if named.is_ok() { named.text().trim().trim_matches('"').to_owned() } else { format!("game-{pin}") };
        let mut pupil = target.stranger(2);
        pupil.arrive().await?;
        let mut seat = take_seat(pupil.clone(), &pin, "Ada".into()).await?;
        seat.say(format!(r#"{{"type":"join","payload":{{"pin":"{pin}"}}}}"#)).await?;
        let joined = seat.next_of(&["joined"]).await?;
        let (_, you) = joined.split_once("\"you\":").context("nobody")?;
        let player = value(you, "id").context("no id")?.to_owned();
        // The host has the game's token, by its cookie.
        let mut chat = Socket::open(&host, "/ws?v=1").await?;
        chat.say(join(&room)).await?;
        chat.next_of(&["joined", "error"]).await?;
        chat.say(message(&room, "w1", WORD)).await?;
        let said = chat.next_of(&["message", "error"]).await?;
        anyhow::ensure!(type_of(&said) == "message", "the host cannot write in the class's chat {room}: {said}");
        Ok(Self { pin, room, host, hosting, pupil, seat, player })
    }
}
