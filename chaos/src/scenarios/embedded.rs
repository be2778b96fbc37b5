//! One node that keeps its rooms in a file.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use tokio::time::sleep;

use crate::ledger::audit::Promise;
use crate::play::{Play, Setting};
use crate::stage::{Plan, http};
use crate::verdict::{Skipped, Verdict};

const READY_WITHIN: Duration = Duration::from_secs(20);
const READ_WITHIN: Duration = Duration::from_secs(10);
/// The file system that runs full: room for the file and its journal, not for ever.
const SMALL: &str = "size=32m";

/// `kill -9` in a write load, twenty times.
pub(super) async fn kill(setting: &Setting) -> Result<Verdict> {
    let mut play = Play::begin(setting, "embedded-kill", &Plan::embedded()).await?;
    let mut verdict = Verdict::default();
    play.crowd.talk(Duration::from_millis(500));
    let times = setting.pick(5, 20);
    for _ in 0..times {
        play.pause(Duration::from_millis(300), Duration::from_millis(1_500)).await;
        play.stage.nodes[0].kill();
        play.stage.nodes[0].start_again()?;
        play.stage.nodes[0].becomes_ready(READY_WITHIN).await?;
    }
    verdict.figure("opened again", times);
    play.end(&mut verdict, Promise::Kept).await?;
    Ok(verdict)
}

/// The disk under the file is full, and later no more.
pub(super) async fn disk_full(setting: &Setting) -> Result<Verdict> {
    let folder = tempfile::Builder::new().prefix("hubbub-chaos-disk-").tempdir()?;
    let disk = Disk::mount(folder.path(), SMALL)?;
    let plan = Plan { data: Some(folder.path().join("data")), ..Plan::embedded() };
    let mut play = Play::begin(setting, "disk-full", &plan).await?;
    let mut verdict = Verdict::default();
    for _ in 0..setting.pick(1, 3) {
        sleep(Duration::from_secs(2)).await;
        let refused_before = refused(&play);
        disk.fill()?;
        let begin = Instant::now();
        while refused(&play) < refused_before + 20 {
            ensure!(begin.elapsed() < Duration::from_secs(30), "nobody is refused anything on a full disk");
            sleep(Duration::from_millis(50)).await;
        }
        // The node itself, because it rightly says that nobody new should come.
        let (node, form) = (play.stage.nodes[0].address(), format!("room={}", play.crowd.rooms[0]));
        let page = http::post(node, "/api/history", &form, None, READ_WITHIN).await?;
        verdict.must(page.status == 200, || format!("reading on a full disk: {}", page.status));
        disk.make_room()?;
    }
    verdict.figure("refused for now", refused(&play));
    play.end(&mut verdict, Promise::Kept).await?;
    play.stage.nodes[0].kill();
    drop(play);
    drop(disk);
    Ok(verdict)
}

/// Sends that were refused as something that may work later.
fn refused(play: &Play) -> u64 {
    play.crowd.sum(|diary| ["full", "unavailable"].iter().filter_map(|code| diary.refused.get(code)).sum())
}

/// A small file system in memory, unmounted when this is dropped.
pub(super) struct Disk {
    folder: PathBuf,
}

impl Disk {
    /// Mounting is for root alone.
    pub(super) fn mount(folder: &Path, size: &str) -> Result<Self> {
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", size, "tmpfs"]).arg(folder).stderr(Stdio::null());
        if mount.status().is_ok_and(|status| status.success()) {
            Ok(Self { folder: folder.to_owned() })
        } else {
            Err(Skipped("mounting a small file system is refused here; it needs root".into()).into())
        }
    }

    /// Fills the disk until no byte is free.
    pub(super) fn fill(&self) -> Result<()> {
        let mut ballast = fs::File::create(self.ballast())?;
        let block = [0; 4096];
        while std::io::Write::write_all(&mut ballast, &block).is_ok() {}
        Ok(())
    }

    pub(super) fn make_room(&self) -> Result<()> {
        Ok(fs::remove_file(self.ballast())?)
    }

    fn ballast(&self) -> PathBuf {
        self.folder.join("ballast")
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.folder).status();
    }
}
