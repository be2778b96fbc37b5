//! Files that cost far more to read than to send.

use std::time::{Duration, Instant};

use anyhow::Result;
use futures::future::join_all;
use tokio::time::sleep;

use crate::play::Setting;
use crate::siege::files;
use crate::siege::stranger::Stranger;
use crate::siege::talkers::{Talkers, Windows};
use crate::siege::target::Target;
use crate::siege::usage::mib;
use crate::verdict::{Seconds, Verdict};

const IMPORT: &str = "/api/import-quiz";
const PICTURE: &str = "/api/picture";
/// What one file may cost.
const MOST_PROCESSOR: Duration = Duration::from_secs(2);
const MOST_MEMORY: u64 = 64 * 1024 * 1024;
/// A node that works on so long after its answer is not waited for.
const GIVE_UP: Duration = Duration::from_secs(8);
const DRAIN: Duration = Duration::from_secs(3);

/// One file, by what it is.
type Dear = (&'static str, Vec<u8>);

pub(in crate::siege) async fn sheets(setting: &Setting) -> Result<Verdict> {
    let dear = vec![
        ("24 MiB listed 100,000 times", files::listed_often()),
        ("40 times a million rows", files::empty_rows()),
        ("1 MB in 2,000 cells", files::long_string(1 << 20, 2_000)),
        ("20 MB in 1,000 cells", files::long_string(20 << 20, 1_000)),
        ("1.8 million strings", files::many_strings()),
        ("1.5 million formats", files::many_styles()),
        ("10,000 entries", files::many_entries()),
        ("a bomb that lies", files::plain_bomb()),
    ];
    one_by_one(setting, "upload-sheets", IMPORT, dear).await
}

pub(in crate::siege) async fn texts(setting: &Setting) -> Result<Verdict> {
    let dear = vec![
        ("a million cells", files::wide_csv()),
        ("quotes", files::quotes()),
        ("half a million brackets", files::deep_json()),
        ("20,000 questions", files::many_questions()),
    ];
    one_by_one(setting, "upload-texts", IMPORT, dear).await
}

pub(in crate::siege) async fn pictures(setting: &Setting) -> Result<Verdict> {
    let dear = vec![
        ("PNG of 192 MB", files::wide_png()),
        ("PNG with 400 MB of text", files::apng()),
        ("GIF of 4 gigapixels", files::wide_gif()),
        ("GIF of 40,000 frames", files::gif_frames()),
        ("WebP of 16,384²", files::wide_webp()),
        ("JPEG of 65,500²", files::wide_jpeg()),
    ];
    one_by_one(setting, "upload-pictures", PICTURE, dear).await
}

/// Sends each file alone, and looks what the node takes for it.
async fn one_by_one(setting: &Setting, name: &str, path: &str, dear: Vec<Dear>) -> Result<Verdict> {
    let mut verdict = Verdict::default();
    let mut target = Target::embedded(setting, name, &[]).await?;
    let (mut most_processor, mut most_memory) = (Duration::ZERO, 0);
    for (number, (what, file)) in dear.iter().enumerate() {
        let (usage, mut stranger) = (target.usage()?, target.stranger(number));
        stranger.arrive().await?;
        target.rests(GIVE_UP).await?;
        usage.forget_peak()?;
        let (memory, processor, begin) = (usage.memory()?, usage.processor()?, Instant::now());
        let answer = tokio::spawn({
            let (path, file) = (path.to_owned(), file.clone());
            async move { stranger.upload(&path, &file).await }
        });
        while !answer.is_finished() && begin.elapsed() < GIVE_UP {
            sleep(Duration::from_millis(20)).await;
        }
        let rests = answer.is_finished() && target.rests(GIVE_UP).await?;
        let (took, grew) = (usage.processor()?.saturating_sub(processor), usage.peak()?.saturating_sub(memory));
        (most_processor, most_memory) = (most_processor.max(took), most_memory.max(grew));
        verdict.must(rests, || format!("{what}: the node works on after {}", Seconds(begin.elapsed())));
        verdict.must(took <= MOST_PROCESSOR, || format!("{what}: {} of processor time", Seconds(took)));
        verdict.must(grew <= MOST_MEMORY, || format!("{what}: {} more memory", mib(grew)));
        if answer.is_finished() {
            let refused = answer.await?.map(|answer| answer.status);
            verdict.must(!matches!(refused, Ok(500..) | Err(_)), || format!("{what}: answered {refused:?}"));
        }
        if !rests {
            target = Target::embedded(setting, name, &[]).await?;
        }
    }
    verdict.figure("files", dear.len());
    verdict.time("most processor time", most_processor);
    verdict.figure("most memory", mib(most_memory));
    Ok(verdict)
}

/// Thirty of the cheapest to send at once.
pub(in crate::siege) async fn thirty(setting: &Setting) -> Result<Verdict> {
    let mut verdict = Verdict::default();
    let target = Target::embedded(setting, "upload-thirty", &[]).await?;
    let file = files::many_strings();
    let usage = target.usage()?;
    usage.forget_peak()?;
    let memory = usage.memory()?;
    let strangers = strangers(&target, 30).await?;
    let statuses = at_once(strangers, &file).await;
    verdict.figure("sent", format!("30 of {}", mib(file.len() as u64)));
    let grew = usage.peak()?.saturating_sub(memory);
    verdict.figure("memory", mib(grew));
    verdict.must(grew <= MOST_MEMORY, || format!("thirty at once take {} more memory", mib(grew)));
    let answered = statuses.iter().flatten().count();
    verdict.must(answered == 30, || format!("only {answered} of 30 were answered"));
    Ok(verdict)
}

/// Dear files without end, beside people who talk.
pub(in crate::siege) async fn beside(setting: &Setting) -> Result<Verdict> {
    let mut verdict = Verdict::default();
    let target = Target::embedded(setting, "upload-beside", &[]).await?;
    let talkers = Talkers::gather(target.node()).await?;
    let file = files::many_strings();
    talkers
        .compare(&mut verdict, Windows::of(setting), 2.0, async |until| {
            let strangers = strangers(&target, 8).await?;
            // Whoever is answered comes again until the time is over.
            let file = &file;
            let sending = strangers.into_iter().map(|mut stranger| async move {
                while Instant::now() < until && stranger.upload(IMPORT, file).await.is_ok() {}
            });
            join_all(sending).await;
            Ok(())
        })
        .await?;
    verdict.must(target.stage.nodes[0].is_ready().await, || "the node is not ready afterwards".into());
    Ok(verdict)
}

/// 530 files at once; then the node is asked to end.
pub(in crate::siege) async fn end_among(setting: &Setting) -> Result<Verdict> {
    let mut verdict = Verdict::default();
    let drain = DRAIN.as_secs().to_string();
    let mut target = Target::embedded(setting, "upload-530", &["--drain-seconds", &drain]).await?;
    // Of the kind that used to have no end.
    let file = files::listed_often();
    let strangers = strangers(&target, 530).await?;
    let mut reader = target.stranger(5_000);
    let attack = tokio::spawn(async move { at_once(strangers, &file).await });
    sleep(Duration::from_secs(1)).await;
    let begin = Instant::now();
    let page = tokio::time::timeout(Duration::from_secs(10), reader.form("/api/history", "room=somewhere")).await;
    let read = page.is_ok_and(|page| page.is_ok_and(|page| page.is_ok()));
    verdict.time("a read beside it", begin.elapsed());
    verdict.must(read, || "a room's log cannot be read beside 530 uploads".into());
    let ended = target.stage.nodes[0].leave(DRAIN + Duration::from_secs(10)).await;
    if let Some(took) = verdict.must_be("SIGTERM", ended) {
        verdict.at_most("ended after", took, DRAIN + Duration::from_secs(2));
    }
    attack.abort();
    Ok(verdict)
}

/// People with sessions, each from an address of their own.
async fn strangers(target: &Target, count: usize) -> Result<Vec<Stranger>> {
    let mut strangers: Vec<_> = (0..count).map(|number| target.stranger(10_000 + number)).collect();
    for some in strangers.chunks_mut(32) {
        for arrived in join_all(some.iter_mut().map(Stranger::arrive)).await {
            arrived?;
        }
    }
    Ok(strangers)
}

/// All of them send a file at once; the statuses, where there was an answer.
async fn at_once(strangers: Vec<Stranger>, file: &[u8]) -> Vec<Option<u16>> {
    let sending = strangers
        .into_iter()
        .map(|mut stranger| async move { stranger.upload(IMPORT, file).await.ok().map(|answer| answer.status) });
    join_all(sending).await
}
