//! Starts one node and stops it on SIGTERM or Ctrl-C, or does the one thing that a command names.

use std::hint::black_box;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;
use server::config::{Command, Config, LogFormat};
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

/// Each message allocates and frees some dozens of small blocks.
#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// How often unused memory is given back to the system.
const GIVE_BACK_EVERY: Duration = Duration::from_millis(500);
/// How long tasks that still run after the node's end may take.
const END_WITHIN: Duration = Duration::from_millis(300);
/// A block that mimalloc allocates on its own.
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
    let served = runtime.block_on(async {
        log_to_stderr(&config)?;
        match config.command {
            Some(Command::Migrate) => Ok(server::migrate(&config).await?),
            Some(Command::Import { ref from, ref into }) => {
                let into = config.database.complete(into.clone())?;
                Ok(server::transfer::transfer(from, &into).await?)
            }
            None => serve(config).await,
        }
    });
    // Dropping the runtime would wait for blocking tasks, for as long as they take.
    runtime.shutdown_timeout(END_WITHIN);
    served
}

async fn serve(config: Config) -> anyhow::Result<()> {
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

/// mimalloc gives back memory that was free for a second, but only when a large block is allocated or freed.
/// After many newcomers at once no such block comes, and some KiB for each of them would stay.
async fn give_back_memory() {
    loop {
        tokio::time::sleep(GIVE_BACK_EVERY).await;
        // It is never written to, so it costs no memory.
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
