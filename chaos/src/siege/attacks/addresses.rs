//! One address that pretends to be many people, or takes all connections.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use futures::future::{join_all, try_join_all};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

use crate::play::Setting;
use crate::siege::files;
use crate::siege::socket::{Refused, Socket, join, message, type_of, value};
use crate::siege::stranger::{Stranger, home};
use crate::siege::target::Target;
use crate::stage::Plan;
use crate::verdict::{Seconds, Verdict};

const ATTACK: Duration = Duration::from_secs(3);
/// What one session may say in [`ATTACK`]: 20 at once, 2 a second.
const MOST_OF_A_SESSION: u64 = 20 + 2 * 3;
/// What is tried on each connection.
const TRIES: u64 = 30;
/// What all who are new at an address may: 400 at once, 10 a second.
const MOST_OF_NEWCOMERS: u64 = 400 + 10 * 3;

/// Files that a node may have open.
const FILES: u32 = 256;
/// Others must be served within this time, while the readers go on.
const LOCKED_OUT: Duration = Duration::from_secs(15);

/// One session that says what it may, and connects anew.
pub(in crate::siege) async fn reconnecting(setting: &Setting) -> Result<Verdict> {
    let target = Target::embedded(setting, "session-reconnects", &[]).await?;
    let node = target.node();
    reconnect(&target, &[node]).await
}

/// The same by turns on two nodes.
pub(in crate::siege) async fn reconnecting_on_two(setting: &Setting) -> Result<Verdict> {
    let target = Target::cluster(setting, "session-on-two-nodes", &[]).await?;
    let nodes: Vec<_> = target.stage.nodes.iter().map(crate::stage::Node::address).collect();
    reconnect(&target, &nodes).await
}

async fn reconnect(target: &Target, nodes: &[SocketAddr]) -> Result<Verdict> {
    let mut verdict = Verdict::default();
    let mut stranger = target.stranger(1);
    stranger.arrive().await?;
    let (begin, mut said, mut connections) = (Instant::now(), 0, 0);
    while begin.elapsed() < ATTACK {
        let node = nodes[connections % nodes.len()];
        connections += 1;
        if let Ok(socket) = Socket::open(&stranger.moved(node, stranger.from), "/ws?v=1").await {
            said += say_until_refused(socket, connections).await.unwrap_or_default();
        }
        sleep(Duration::from_millis(10)).await;
    }
    verdict.figure("connections", connections);
    verdict.figure("said", format!("{said} in {}", Seconds(ATTACK)));
    // Each further node may give out a burst before it has heard of the others.
    let most = MOST_OF_A_SESSION + 20 * (nodes.len() as u64 - 1) + 3;
    verdict.must(said <= most, || format!("one session said {said}, more than {most}"));
    Ok(verdict)
}

async fn say_until_refused(mut socket: Socket, connection: usize) -> Result<u64> {
    socket.say(join("flood")).await?;
    let mut said = 0;
    for number in 0..TRIES {
        socket.feed(message("flood", &format!("f{connection}-{number}"), "again")).await?;
    }
    socket.flush().await?;
    // Refusals come at once, and what is said once it is in the log.
    let own = format!("f{connection}-");
    let of_this = |frame: &str| value(frame, "id")?.starts_with(&own).then(|| type_of(frame) == "message");
    for _ in 0..TRIES {
        said += u64::from(socket.until(of_this).await?);
    }
    Ok(said)
}

/// Somebody new for every message, by the form of a page.
pub(in crate::siege) async fn forms(setting: &Setting) -> Result<Verdict> {
    let mut verdict = Verdict::default();
    let target = Target::embedded(setting, "forms", &[]).await?;
    let sending = (0..4).map(|part| {
        let mut stranger = target.stranger(1);
        async move {
            let (begin, mut said, mut sent) = (Instant::now(), 0, 0);
            while begin.elapsed() < ATTACK {
                stranger.forget();
                let form = format!("room=flood&id=c{part}-{sent}&message=again");
                said += u64::from(stranger.form("/api/say", &form).await?.is_ok());
                sent += 1;
            }
            anyhow::Ok((said, sent))
        }
    });
    let counted = try_join_all(sending).await?;
    let said: u64 = counted.iter().map(|(said, _)| said).sum();
    let sent: u64 = counted.iter().map(|(_, sent)| sent).sum();
    verdict.figure("said", format!("{said} of {sent} in {}", Seconds(ATTACK)));
    let most = MOST_OF_NEWCOMERS + MOST_OF_NEWCOMERS / 10;
    verdict.must(said <= most, || format!("an address without cookies said {said}, more than {most}"));
    Ok(verdict)
}

/// Entries in `X-Forwarded-For` that the client wrote itself.
pub(in crate::siege) async fn forwarded(setting: &Setting) -> Result<Verdict> {
    let mut verdict = Verdict::default();
    let flags = ["--trusted-proxies", "127.0.0.1", "--connections-per-address", "5"];
    let target = Target::embedded(setting, "forwarded", &flags).await?;
    // What the client wrote, and what the proxy added.
    type Forged = fn(usize) -> String;
    let kinds: [(&str, Forged); 4] = [
        ("with a port", |number| format!("9.9.9.{number}, 198.51.100.7:4{number:03}")),
        ("unknown", |number| format!("9.9.9.{number}, unknown")),
        ("IPv6 with a port", |number| format!("9.9.9.{number}, [2001:db8::7]:4{number:03}")),
        ("one /64", |number| format!("2001:db8:5:5::{number:x}")),
    ];
    for (what, forged) in kinds {
        let proxy = Stranger::new(target.node(), [127, 0, 0, 1].into());
        let mut open = Vec::new();
        for number in 0..20 {
            let stranger = proxy.clone().with(&format!("X-Forwarded-For: {}", forged(number)));
            match Socket::open(&stranger, "/ws?v=1").await {
                Ok(socket) => open.push(socket),
                Err(error) if error.is::<Refused>() => {}
                Err(error) => return Err(error),
            }
        }
        verdict.figure(what, format!("{} of 20", open.len()));
        verdict.must(open.len() <= 5, || format!("{what}: {} connections from one address, not 5", open.len()));
        drop(open);
        sleep(Duration::from_millis(200)).await;
    }
    Ok(verdict)
}

/// One session that opens all WebSockets of its school, and then somebody new for each.
pub(in crate::siege) async fn whole_school(setting: &Setting) -> Result<Verdict> {
    let mut verdict = Verdict::default();
    let target = Target::embedded(setting, "whole-school", &["--connections-per-address", "200"]).await?;
    let mut pupil = target.stranger(1);
    pupil.arrive().await?;
    for (what, is_new_each_time) in [("by one session", false), ("by new ones", true)] {
        let mut open = Vec::new();
        for _ in 0..200 {
            if is_new_each_time {
                pupil.forget();
            }
            match Socket::open(&pupil, "/games?v=1").await {
                Ok(socket) => open.push(socket),
                Err(error) if error.is::<Refused>() => {}
                Err(error) => return Err(error),
            }
        }
        verdict.figure(what, format!("{} of 200", open.len()));
        let page = target.stranger(1).form("/api/viewer", "").await?;
        verdict.must(page.is_ok(), || format!("{what}: a classmate's page is answered with {}", page.status));
        drop(open);
        sleep(Duration::from_millis(200)).await;
    }
    Ok(verdict)
}

/// Connections that ask for pictures and do not read, on a node with few files.
pub(in crate::siege) async fn slow_readers(setting: &Setting) -> Result<Verdict> {
    let mut verdict = Verdict::default();
    let plan = Plan { open_files: Some(FILES), ..Plan::embedded() };
    let target = Target::build(setting, "slow-readers", plan, &["--write-seconds", "5"]).await?;
    let mut author = target.stranger(1);
    author.arrive().await?;
    let picture = author.upload("/api/picture", &files::noise_png(900 * 1024, 1)).await?.text();
    let path = format!("/pictures/{}", picture.trim().trim_matches('"'));
    // Four addresses of one person.
    let asking = (0..2 * FILES as usize).map(|number| {
        let (stranger, path) = (target.stranger(10 + number % 4), &path);
        async move { timeout(Duration::from_secs(3), ask_without_reading(&stranger, path)).await }
    });
    let asked = join_all(asking).await;
    let silent: Vec<_> = asked.into_iter().filter_map(|asked| asked.ok()?.ok()).collect();
    verdict.figure("files", FILES);
    verdict.figure("slow readers", silent.len());
    let begin = Instant::now();
    let mut honest = Stranger::new(target.node(), home(900));
    let mut served = false;
    while !served && begin.elapsed() < LOCKED_OUT {
        let page = timeout(Duration::from_secs(2), honest.form("/api/viewer", "")).await;
        served = page.is_ok_and(|page| page.is_ok_and(|page| page.is_ok()));
        sleep(Duration::from_millis(50)).await;
    }
    verdict.time("others served after", begin.elapsed());
    verdict.must(served, || format!("nobody is served for {}", Seconds(LOCKED_OUT)));
    drop(silent);
    Ok(verdict)
}

/// Asks for more than the system buffers, and reads nothing.
async fn ask_without_reading(stranger: &Stranger, path: &str) -> Result<TcpStream> {
    let socket = tokio::net::TcpSocket::new_v4()?;
    socket.set_recv_buffer_size(2 * 1024)?;
    socket.bind((stranger.from, 0).into())?;
    let mut stream = socket.connect(stranger.node).await.context("no connection")?;
    let request = format!("GET {path} HTTP/1.1\r\nHost: {}\r\n\r\n", stranger.node);
    stream.write_all(request.repeat(8).as_bytes()).await?;
    Ok(stream)
}
