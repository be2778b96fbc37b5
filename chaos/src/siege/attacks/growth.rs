//! What nobody pays for, and whether it ends: a day of it in minutes.

use std::time::{Duration, Instant};

use anyhow::Result;
use futures::future::{join_all, try_join_all};
use tokio::time::{sleep, timeout_at};

use crate::play::Setting;
use crate::siege::files;
use crate::siege::socket::{Socket, join, message, type_of, value};
use crate::siege::stranger::Stranger;
use crate::siege::target::Target;
use crate::siege::usage::{folder_bytes, mib};
use crate::verdict::{Seconds, Verdict};

/// The quota of the deployment: small, so that minutes are a day.
const QUOTA: u64 = 16 * 1024 * 1024;
const QUOTA_FLAG: [&str; 2] = ["--storage-quota", "16m"];
/// What a database has beside what people put into it: its log of writes, pages half filled.
const SLACK: u64 = 12 * 1024 * 1024;
const ATTACKERS: usize = 8;

/// What one of the attackers sends; `round` is never the same twice.
#[derive(Clone, Copy)]
enum Waste {
    Quiz,
    Picture,
    Game,
    Message,
}

impl Waste {
    /// Sends one; says whether it was taken.
    async fn send(self, stranger: &mut Stranger, round: u64) -> Result<bool> {
        let answer = match self {
            Self::Quiz => {
                let text = "x".repeat(150);
                let question =
                    format!(r#"{{"text":"{text}","explanation":"{text}","options":[{{"text":"{round}"}}]}}"#);
                let questions = vec![question; 100].join(",");
                stranger
                    .upload(
                        "/api/import-quiz",
                        format!(r#"{{"title":"{round}","questions":[{questions}]}}"#).as_bytes(),
                    )
                    .await?
            }
            Self::Picture => stranger.upload("/api/picture", &files::noise_png(400 * 1024, round)).await?,
            Self::Game => stranger.form("/api/host-game", "quiz=sample-solar-system").await?,
            Self::Message => {
                let text = "%F0%9D%95%8F".repeat(3_900);
                stranger.form("/api/say", &format!("room=waste-{}&id=w{round}&message={text}", round % 500)).await?
            }
        };
        Ok(answer.is_ok())
    }
}

/// How a time of it went.
#[derive(Default)]
struct Wasted {
    sent: u64,
    taken: u64,
}

/// Strangers, each from an address of their own and each time as somebody new, who waste for a while.
async fn waste(target: &Target, kinds: &[Waste], time: Duration, seed: u64) -> Result<Wasted> {
    let until = Instant::now() + time;
    let wasting = (0..ATTACKERS).map(|number| {
        let mut stranger = target.stranger(100 + number);
        async move {
            let mut wasted = Wasted::default();
            while Instant::now() < until {
                let kind = kinds[usize::try_from(wasted.sent)? % kinds.len()];
                stranger.forget();
                let round = seed + (number as u64) * 1_000_000 + wasted.sent;
                match timeout_at(until.into(), kind.send(&mut stranger, round)).await {
                    Ok(taken) => wasted.taken += u64::from(taken?),
                    Err(_) => break,
                }
                wasted.sent += 1;
            }
            anyhow::Ok(wasted)
        }
    });
    let all = try_join_all(wasting).await?;
    Ok(all
        .iter()
        .fold(Wasted::default(), |sum, one| Wasted { sent: sum.sent + one.sent, taken: sum.taken + one.taken }))
}

async fn one_kind(setting: &Setting, name: &str, kind: Waste) -> Result<Verdict> {
    let mut verdict = Verdict::default();
    let target = Target::embedded(setting, name, &QUOTA_FLAG).await?;
    let before = folder_bytes(&target.data())?;
    let time = setting.pick(Duration::from_secs(2), Duration::from_secs(15));
    let wasted = waste(&target, &[kind], time, 0).await?;
    let grew = folder_bytes(&target.data())?.saturating_sub(before);
    verdict.figure("taken", format!("{} of {} in {}", wasted.taken, wasted.sent, Seconds(time)));
    verdict.figure("grew by", mib(grew));
    verdict.must(grew <= QUOTA + SLACK, || format!("grew by {} with a quota of {}", mib(grew), mib(QUOTA)));
    // At this rate for a day it must still end at the quota; an address may do so much in a minute.
    let rate = wasted.taken as f64 / time.as_secs_f64() / ATTACKERS as f64 * 60.0;
    verdict.figure("each address a minute", format!("{rate:.0}"));
    Ok(verdict)
}

pub(in crate::siege) async fn quizzes(setting: &Setting) -> Result<Verdict> {
    one_kind(setting, "quizzes-by-nobody", Waste::Quiz).await
}

pub(in crate::siege) async fn pictures(setting: &Setting) -> Result<Verdict> {
    one_kind(setting, "pictures-by-nobody", Waste::Picture).await
}

pub(in crate::siege) async fn games(setting: &Setting) -> Result<Verdict> {
    one_kind(setting, "games-by-nobody", Waste::Game).await
}

/// Everything at once, until the quota is full: then it must stop, and honest people go on.
pub(in crate::siege) async fn day(setting: &Setting) -> Result<Verdict> {
    let target = Target::embedded(setting, "day", &QUOTA_FLAG).await?;
    day_on(setting, target).await
}

/// The same where everything is in Redis.
pub(in crate::siege) async fn day_on_redis(setting: &Setting) -> Result<Verdict> {
    let target = Target::cluster(setting, "day-on-redis", &QUOTA_FLAG).await?;
    day_on(setting, target).await
}

async fn day_on(setting: &Setting, mut target: Target) -> Result<Verdict> {
    let mut verdict = Verdict::default();
    let mut author = target.stranger(1);
    author.arrive().await?;
    let quiz = author.form("/api/new-quiz", "title=Mine").await?;
    verdict.must(quiz.is_ok(), || format!("an author cannot begin: {}", quiz.text()));
    let first = author.form("/api/say", "room=honest&id=m0&message=hello").await?;
    verdict.must(first.is_ok(), || format!("people in a room cannot talk: {}", first.text()));
    let part = setting.pick(Duration::from_secs(2), Duration::from_secs(12));
    let (mut sizes, mut taken) = (vec![target.stored().await?], Vec::new());
    for round in 0..6_u64 {
        let kinds = [Waste::Quiz, Waste::Picture, Waste::Message, Waste::Game];
        taken.push(waste(&target, &kinds, part, round * 100_000_000).await?.taken);
        sizes.push(target.stored().await?);
    }
    let shown: Vec<_> = sizes.iter().map(|bytes| mib(*bytes)).collect();
    verdict.figure("size", shown.join(", "));
    verdict.figure("taken", format!("{taken:?}"));
    let (begin, before, end) = (sizes[0], sizes[5], sizes[6]);
    verdict.must(end <= begin + QUOTA + SLACK, || format!("{} with a quota of {}", mib(end), mib(QUOTA)));
    verdict.must(end <= before + before / 10, || format!("it grows on: {} and then {}", mib(before), mib(end)));
    let own = author.form("/api/say", "room=honest&id=m1&message=hello").await?;
    verdict.must(own.is_ok(), || format!("people in a room cannot talk any more: {}", own.text()));
    Ok(verdict)
}

/// Pages of rooms that do not exist.
pub(in crate::siege) async fn looking(setting: &Setting) -> Result<Verdict> {
    let mut verdict = Verdict::default();
    let target = Target::embedded(setting, "looking", &[]).await?;
    let pages = setting.pick(600, 6_000);
    let before = folder_bytes(&target.data())?;
    let looking = (0..ATTACKERS).map(|number| {
        let mut stranger = target.stranger(100 + number);
        async move {
            for page in 0..pages / ATTACKERS {
                stranger.get(&format!("/rooms/nowhere-{number}-{page}")).await?;
            }
            anyhow::Ok(())
        }
    });
    try_join_all(looking).await?;
    sleep(Duration::from_millis(300)).await;
    let grew = folder_bytes(&target.data())?.saturating_sub(before);
    verdict.figure("pages", pages);
    verdict.figure("grew by", mib(grew));
    // A page of the database here and there, and nothing for each look.
    let most = 256 * 1024;
    verdict.must(grew <= most, || format!("{pages} looks write {}", mib(grew)));
    Ok(verdict)
}

/// Letters that take six bytes each in JSON.
pub(in crate::siege) async fn controls(setting: &Setting) -> Result<Verdict> {
    let mut verdict = Verdict::default();
    let target = Target::embedded(setting, "control-characters", &[]).await?;
    let saying = (0..4).map(|number| {
        let stranger = target.stranger(number);
        async move {
            let mut socket = Socket::open(&stranger, "/ws?v=1").await?;
            socket.say(join("controls")).await?;
            socket.next_of(&["joined"]).await?;
            let (text, id) = ("\\u0001".repeat(4_000), format!("c{number}"));
            socket.say(message("controls", &id, &text)).await?;
            let of_this = |frame: &str| (value(frame, "id") == Some(&id)).then(|| frame.to_owned());
            socket.until(of_this).await
        }
    });
    let mut most = 0;
    for answer in join_all(saying).await {
        let answer = answer?;
        if type_of(&answer) == "message" {
            most = most.max(answer.len());
        }
    }
    verdict.figure("kept of each", if most == 0 { "nothing".into() } else { mib(most as u64) });
    verdict.must(most <= 16 * 1024 + 512, || format!("4,000 letters are kept as {most} bytes"));
    Ok(verdict)
}
