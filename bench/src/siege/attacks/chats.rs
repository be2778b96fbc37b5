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

/// Strangers, by every name that the chat has or had.
pub(in crate::siege) async fn strangers(setting: &Setting) -> Result<Verdict> {
    let mut verdict = Verdict::default();
    let target = Target::embedded(setting, "class-chat", &[]).await?;
    let class = Class::gather(&target).await?;
    let (a, b) = class.pin.split_at(3);
    let mut names = vec![format!("game-{}", class.pin), format!("game-{a} {b}"), format!("Game-{}", class.pin)];
    names.extend(class.room.clone());
    let mut stranger = target.stranger(40);
    stranger.arrive().await?;
    for name in &names {
        let mut socket = Socket::open(&stranger, "/ws?v=1").await?;
        socket.say(join(name)).await?;
        let joined = socket.hear(&["joined", "error"]).await?;
        verdict.must(type_of(&joined) == "error", || format!("a stranger enters {name}"));
        socket.say(message(name, "x1", "hello from outside")).await?;
        let said = socket.hear(&["message", "error"]).await?;
        verdict.must(type_of(&said) == "error", || format!("a stranger writes in {name}"));
        for call in ["history", "preview", "members", "room"] {
            let answer = stranger.form(&format!("/api/{call}"), &format!("room={}", escape(name))).await?.text();
            verdict.must(!answer.contains(WORD), || format!("/api/{call} tells what was said in {name}"));
            verdict.must(!answer.contains("Ada"), || format!("/api/{call} tells who is in {name}"));
        }
        let form = format!("room={}&id=x2&message=hello", escape(name));
        let answer = stranger.form("/api/say", &form).await?;
        verdict.must(!answer.is_ok(), || format!("a stranger writes in {name} by a form"));
        let page = stranger.get(&format!("/rooms/{}", escape(name))).await?.text();
        verdict.must(!page.contains(WORD), || format!("the page of {name} shows what was said"));
    }
    verdict.figure("names tried", names.len());
    Ok(verdict)
}

/// A player who was sent away, and goes on writing.
pub(in crate::siege) async fn kicked(setting: &Setting) -> Result<Verdict> {
    let mut verdict = Verdict::default();
    let target = Target::embedded(setting, "kicked-chat", &[]).await?;
    let mut class = Class::gather(&target).await?;
    let room = class.room.clone().unwrap_or_else(|| format!("game-{}", class.pin));
    let mut socket = Socket::open(&class.pupil, "/ws?v=1").await?;
    socket.say(join(&room)).await?;
    let before = socket.hear(&["joined", "error"]).await?;
    verdict.must(type_of(&before) == "joined", || format!("a player does not get in: {before}"));
    class.hosting.say(format!(r#"{{"type":"kick","payload":{{"player":"{}"}}}}"#, class.player)).await?;
    class.seat.hear(&["kicked"]).await?;
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
    /// What the game says its chat is called, where it does.
    room: Option<String>,
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
        hosting.hear(&["hosting"]).await?;
        hosting.say(r#"{"type":"chat","payload":{"open":true}}"#).await?;
        let game = hosting.until(|frame| frame.contains(r#""chat":true"#).then(|| frame.to_owned())).await;
        let game = game.context("the chat does not open")?;
        let room = value(&game, "chatRoom").or_else(|| value(&game, "room")).map(str::to_owned);
        let mut pupil = target.stranger(2);
        pupil.arrive().await?;
        let mut seat = take_seat(pupil.clone(), &pin, "Ada".into()).await?;
        seat.say(format!(r#"{{"type":"join","payload":{{"pin":"{pin}"}}}}"#)).await?;
        let joined = seat.hear(&["joined"]).await?;
        let (_, you) = joined.split_once("\"you\":").context("nobody")?;
        let player = value(you, "id").context("no id")?.to_owned();
        // The host has the game's token, by its cookie.
        let name = room.clone().unwrap_or_else(|| format!("game-{pin}"));
        let mut chat = Socket::open(&host, "/ws?v=1").await?;
        chat.say(join(&name)).await?;
        chat.hear(&["joined", "error"]).await?;
        chat.say(message(&name, "w1", WORD)).await?;
        let said = chat.hear(&["message", "error"]).await?;
        anyhow::ensure!(type_of(&said) == "message", "the host cannot write in the class's chat {name}: {said}");
        Ok(Self { pin, room, hosting, pupil, seat, player })
    }
}
