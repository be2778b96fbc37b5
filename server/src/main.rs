//! Starts one node and stops it on SIGTERM or Ctrl-C.

use std::hint::black_box;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;
use server::config::{Config, LogFormat};
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

/// Each message makes and drops some dozens of small things.
#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// How often memory that was left over goes back to the system.
const GIVE_BACK_EVERY: Duration = Duration::from_millis(500);
/// What is still at work when the node has left gets so long to end.
const END_WITHIN: Duration = Duration::from_millis(300);
/// More than mimalloc keeps together with other things.
const LARGE: usize = 1 << 20;

fn main() -> ExitCode {
    let config = Config::read();
    match run(config) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("hubbub: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(config: Config) -> anyhow::Result<()> {
    let runtime = server::runtime::start(&config).context("cannot start threads")?;
    let served = runtime.block_on(serve(config));
    // Dropping it would wait for whatever still blocks, for as long as that takes.
    runtime.shutdown_timeout(END_WITHIN);
    served
}

async fn serve(config: Config) -> anyhow::Result<()> {
    log_to_stderr(&config)?;
    server::http::report_panics();
    // Before the start, so that a signal during it is not lost.
    let mut terminate = signal(SignalKind::terminate()).context("cannot listen for SIGTERM")?;
    let running = server::start(config).await?;
    tokio::spawn(give_back_memory());
    tokio::select! {
        _ = terminate.recv() => {}
        interrupt = tokio::signal::ctrl_c() => interrupt.context("cannot listen for Ctrl-C")?,
    }
    running.stop().await;
    Ok(())
}

/// mimalloc gives back what was free for a second, but looks for it only when
/// something large comes or goes. After a storm of newcomers nothing does, and
/// some KiB for each of them would stay.
async fn give_back_memory() {
    loop {
        tokio::time::sleep(GIVE_BACK_EVERY).await;
        // Never written to, so it costs no memory.
        drop(black_box(Vec::<u8>::with_capacity(LARGE)));
    }
}

fn log_to_stderr(config: &Config) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(&config.log).context("--log is not a filter")?;
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match config.log_format {
        LogFormat::Text => builder.with_target(false).init(),
        LogFormat::Json => builder.json().init(),
    }
    Ok(())
}
