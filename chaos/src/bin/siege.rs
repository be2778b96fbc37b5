//! `siege`: lets strangers attack, one kind after the other, and says what held.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Result, bail, ensure};
use chaos::pages;
use chaos::play::{Length, Setting};
use chaos::siege::{ALL, Attack, Summary};
use chaos::stage::RunEnvironment;
use clap::Parser;
use tokio::signal::unix::{SignalKind, signal};

const PAGE: &str = "docs/security.md";

/// Lets strangers do their worst to Hubbub, and says of each attack whether it held.
#[derive(Debug, Parser)]
#[command(name = "siege")]
struct Flags {
    /// The short form: less of everything, under a minute and a half.
    #[arg(long)]
    short: bool,

    /// Only attacks whose names begin so; may be given several times.
    #[arg(long, value_name = "NAME")]
    only: Vec<String>,

    /// Says which attacks there are.
    #[arg(long)]
    list: bool,

    /// Prints the table at the end.
    #[arg(long)]
    markdown: bool,

    /// Writes the table into docs/security.md.
    #[arg(long)]
    publish: bool,

    /// The program that is attacked.
    #[arg(long, value_name = "FILE", default_value = "target/release/hubbub")]
    program: PathBuf,

    /// The folder with the built pages.
    #[arg(long, value_name = "FOLDER", default_value = "target/site")]
    site: PathBuf,

    /// Keep logs and data of every attack here.
    #[arg(long, value_name = "FOLDER")]
    keep: Option<PathBuf>,
}

fn main() -> ExitCode {
    match play(Flags::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("siege: {error:#}");
            ExitCode::FAILURE
        }
    }
}

#[tokio::main]
async fn play(flags: Flags) -> Result<bool> {
    let chosen = choose(&flags)?;
    if flags.list {
        chosen.iter().for_each(|attack| println!("{:28} {}", attack.name, attack.about));
        return Ok(true);
    }
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        held = run(&flags, &chosen) => held,
        // What was started ends with the stage that is dropped here.
        _ = terminate.recv() => bail!("told to end"),
        _ = tokio::signal::ctrl_c() => bail!("interrupted"),
    }
}

async fn run(flags: &Flags, chosen: &[Attack]) -> Result<bool> {
    let program = std::path::absolute(&flags.program)?;
    ensure!(program.is_file(), "there is no {}: build it with `make build`", program.display());
    let setting = Setting {
        environment: RunEnvironment { program, before: None, site: flags.site.clone(), keep: flags.keep.clone() },
        seed: 0,
        length: if flags.short { Length::Short } else { Length::Long },
    };
    let began = Instant::now();
    let mut summary = Summary::default();
    for attack in chosen {
        let begin = Instant::now();
        summary.add(attack, begin, (attack.run)(setting.clone()).await);
    }
    let held = summary.close(began.elapsed());
    if flags.markdown {
        println!("\n{}", summary.table());
    }
    if flags.publish {
        pages::put(Path::new(PAGE), "siege:table", &summary.table())?;
    }
    Ok(held)
}

fn choose(flags: &Flags) -> Result<Vec<Attack>> {
    if let Some(unknown) = flags.only.iter().find(|name| ALL.iter().all(|attack| !attack.name.starts_with(&**name))) {
        bail!("there is no attack {unknown}; see --list");
    }
    let is_chosen = |attack: &&Attack| match flags.only.as_slice() {
        [] => !flags.short || attack.in_short,
        names => names.iter().any(|name| attack.name.starts_with(&**name)),
    };
    Ok(ALL.iter().filter(is_chosen).copied().collect())
}
