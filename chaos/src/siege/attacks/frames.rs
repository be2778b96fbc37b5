//! Frames that are cheap to send and dear to answer, at legal rates.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use futures::future::try_join_all;
use futures::stream;
use futures::{SinkExt, StreamExt};
use tokio::time::{interval, sleep, timeout_at};
use tokio_tungstenite::tungstenite::Message;

use crate::play::Setting;
use crate::siege::socket::{Socket, join, message, type_of, value};
use crate::siege::stranger::Stranger;
use crate::siege::talkers::{Talkers, Windows};
use crate::siege::target::{Target, host_game};
use crate::siege::usage::mib;
use crate::stage::{Limits, Plan, Stage};
use crate::verdict::Verdict;

/// What somebody from one address may do to everybody else's slowest percent.
const FACTOR: f64 = 1.5;
/// What one recovery may bring.
const MOST_RECOVERED: u64 = 1024 * 1024;

/// Pongs that a client who connects again and again may have of one address in a second.
const MOST_PONGS: f64 = 5_000.0;

/// Rooms beyond 10,000, opened by one address as fast as it may.
pub(in crate::siege) async fn rooms(setting: &Setting) -> Result<Verdict> {
    let mut verdict = Verdict::default();
    let count = 10_001;
    let data = tempfile::Builder::new().prefix("hubbub-siege-").tempdir()?;
    let plan = Plan { data: Some(data.path().join("data")), ..Plan::embedded() };
    // They are there already; how fast they could be made is another attack.
    let mut stage =
        Stage::build(&setting.environment, "rooms-before", &Plan { limits: Limits::Off, ..plan.clone() }).await?;
    let stranger = Stranger::new(stage.nodes[0].address(), [127, 0, 0, 1].into());
    try_join_all((0..count / 60).map(|part| fill_rooms(&stranger, part))).await?;
    stage.nodes[0].leave(Duration::from_secs(20)).await?;
    drop(stage);
    let target = Target::build(setting, "rooms", plan, &[]).await?;
    let talkers = Talkers::gather(target.node()).await?;
    let (mut opened, mut refused) = (0, 0);
    let mut stranger = target.stranger(1);
    stranger.arrive().await?;
    talkers
        .compare(&mut verdict, Windows::of(setting), FACTOR, async |until| {
            let mut pace = interval(Duration::from_millis(12));
            while Instant::now() < until {
                pace.tick().await;
                let (title, id) = (format!("title=new-{opened}-{refused}"), format!("n{opened}-{refused}"));
                if stranger.form("/api/open-room", &title).await?.is_ok() {
                    opened += 1
                } else {
                    refused += 1
                }
                // A room in which something is said is as new as one that was opened.
                stranger.form("/api/say", &format!("room=said-{opened}-{refused}&id={id}&message=x")).await?;
            }
            Ok(())
        })
        .await?;
    verdict.figure("rooms before", count);
    verdict.figure("opened", opened);
    verdict.figure("refused", refused);
    Ok(verdict)
}

/// Says a word in sixty rooms.
async fn fill_rooms(stranger: &Stranger, part: usize) -> Result<()> {
    let mut socket = Socket::open(stranger, "/ws?v=1").await?;
    for number in 0..62 {
        let room = format!("room-{part}-{number}");
        socket.feed(join(&room)).await?;
        socket.feed(message(&room, &format!("first-{part}-{number}"), "x")).await?;
    }
    socket.flush().await?;
    for _ in 0..62 {
        socket.next_of(&["message", "error"]).await?;
    }
    Ok(())
}

/// A nickname that somebody has, tried again and again in a game of thousands.
pub(in crate::siege) async fn nickname(setting: &Setting) -> Result<Verdict> {
    let mut verdict = Verdict::default();
    let target = Target::embedded(setting, "nickname", &[]).await?;
    let mut host = target.stranger(0);
    let pin = host_game(&mut host).await?;
    let wanted = setting.pick(1_200, 4_500);
    let taking = (0..wanted).map(|number| take_seat(target.stranger(100 + number), &pin, format!("Player {number}")));
    let seated =
        stream::iter(taking).buffer_unordered(24).filter(|seated| std::future::ready(seated.is_ok())).count().await;
    verdict.figure("seats", seated);
    ensure!(seated >= wanted / 2, "only {seated} of {wanted} people at as many addresses were seated");
    // All of them are gone again, which is work too.
    target.rests(Duration::from_secs(10)).await?;
    let talkers = Talkers::gather(target.node()).await?;
    let mut tried = 0;
    talkers
        .compare(&mut verdict, Windows::of(setting), FACTOR, async |until| {
            let mut pace = interval(Duration::from_millis(10));
            let mut socket = None;
            while Instant::now() < until {
                pace.tick().await;
                let frame = format!(r#"{{"type":"join","payload":{{"pin":"{pin}","nickname":"Player 7"}}}}"#);
                let open = match socket.take() {
                    Some(open) => open,
                    None => Socket::open(&target.stranger(1), "/games?v=1").await,
                };
                // Whoever is thrown out comes again.
                if let Ok(mut open) = open
                    && open.say(frame).await.is_ok()
                {
                    tried += 1;
                    socket = Some(Ok(open));
                }
            }
            Ok(())
        })
        .await?;
    verdict.figure("tries", tried);
    Ok(verdict)
}

/// Takes a seat and goes; the seat stays.
pub(in crate::siege) async fn take_seat(stranger: Stranger, pin: &str, nickname: String) -> Result<Socket> {
    let mut socket = Socket::open(&stranger, "/games?v=1").await?;
    socket.say(format!(r#"{{"type":"join","payload":{{"pin":"{pin}","nickname":"{nickname}"}}}}"#)).await?;
    let answer = socket.next_of(&["joined", "error"]).await?;
    ensure!(type_of(&answer) == "joined", "no seat: {answer}");
    Ok(socket)
}

/// Pings of both kinds, as fast as one client can write them.
pub(in crate::siege) async fn pings(setting: &Setting) -> Result<Verdict> {
    let mut verdict = Verdict::default();
    let target = Target::embedded(setting, "pings", &[]).await?;
    let talkers = Talkers::gather(target.node()).await?;
    let (mut sent, mut answered) = (0, 0);
    let windows = Windows::of(setting);
    talkers
        .compare(&mut verdict, windows, FACTOR, async |until| {
            while Instant::now() < until {
                // Whoever is thrown out comes again, though not at once.
                if let Ok(socket) = Socket::open(&target.stranger(1), "/ws?v=1").await {
                    let (one, other) = flood(socket, until).await;
                    sent += one;
                    answered += other;
                }
                sleep(Duration::from_millis(100)).await;
            }
            Ok(())
        })
        .await?;
    let seconds = windows.attacked().as_secs_f64();
    let rate = answered as f64 / seconds;
    verdict.figure("sent", sent);
    verdict.figure("answered a second", format!("{rate:.0}"));
    verdict.must(rate <= MOST_PONGS, || format!("one client is answered {rate:.0} pings a second"));
    Ok(verdict)
}

/// Sends pings and counts what comes back, until the end or until it is thrown out.
async fn flood(socket: Socket, until: Instant) -> (u64, u64) {
    let (mut sink, mut incoming) = socket.into_inner().split();
    let sending = tokio::spawn(async move {
        let mut sent = 0_u64;
        while Instant::now() < until {
            for _ in 0..64 {
                let text = sink.feed(Message::text(r#"{"type":"ping"}"#)).await;
                if text.is_err() || sink.feed(Message::Ping("p".into())).await.is_err() {
                    return sent;
                }
                sent += 2;
            }
            if sink.flush().await.is_err() {
                return sent;
            }
        }
        sent
    });
    let mut answered = 0;
    while let Ok(Some(Ok(message))) = timeout_at(until.into(), incoming.next()).await {
        match message {
            Message::Pong(_) => answered += 1,
            Message::Text(text) if type_of(&text) == "pong" => answered += 1,
            _ => {}
        }
    }
    sending.abort();
    (sending.await.unwrap_or_default(), answered)
}

/// A room whose log is as long as one recovery, in the widest letters, read again and again.
pub(in crate::siege) async fn since(setting: &Setting) -> Result<Verdict> {
    let mut verdict = Verdict::default();
    let target = Target::embedded(setting, "since", &[]).await?;
    let text = "\u{1d54f}".repeat(4_000);
    // One after the other: of all at once, some could not read what the others say as fast as it comes.
    let mut said = 0;
    for number in 0..30 {
        said += fill_log(target.stranger(200 + number), number, &text).await?;
    }
    let mut stranger = target.stranger(1);
    stranger.arrive().await?;
    let history = stranger.form("/api/history", "room=long").await?.text();
    let epoch = value(&history, "epoch").context("no position")?;
    let frame = format!(r#"{{"type":"join","payload":{{"roomId":"long","since":{{"epoch":"{epoch}","offset":0}}}}}}"#);
    let mut socket = Socket::open(&stranger, "/ws?v=1").await?;
    socket.say(&frame).await?;
    let bytes = socket.next_of(&["joined"]).await?.len() as u64;
    verdict.figure("messages", said);
    verdict.figure("sent", format!("{} B", frame.len()));
    verdict.figure("came", mib(bytes));
    verdict.must(bytes <= MOST_RECOVERED, || format!("one join is answered with {}", mib(bytes)));
    let talkers = Talkers::gather(target.node()).await?;
    let mut came = 0;
    talkers
        .compare(&mut verdict, Windows::of(setting), FACTOR, async |until| {
            let mut pace = interval(Duration::from_millis(20));
            while Instant::now() < until {
                pace.tick().await;
                if socket.say(&frame).await.is_err() {
                    socket = Socket::open(&stranger, "/ws?v=1").await?;
                    continue;
                }
                if let Ok(answer) = timeout_at(until.into(), socket.next_of(&["joined", "error"])).await {
                    came += answer.map(|answer| answer.len() as u64).unwrap_or_default();
                }
            }
            Ok(())
        })
        .await?;
    verdict.figure("came beside", mib(came));
    Ok(verdict)
}

/// Says as much as is taken of ten long messages; answers how many were.
async fn fill_log(mut stranger: Stranger, number: usize, text: &str) -> Result<u64> {
    stranger.arrive().await?;
    let mut socket = Socket::open(&stranger, "/ws?v=1").await?;
    socket.say(join("long")).await?;
    socket.next_of(&["joined"]).await?;
    let mut said = 0;
    for round in 0..10 {
        let id = format!("l{number}-{round}");
        socket.say(message("long", &id, text)).await?;
        let of_this = |frame: &str| (value(frame, "id") == Some(&id)).then(|| type_of(frame) == "message");
        said += u64::from(socket.until(of_this).await?);
    }
    Ok(said)
}
