//! `chaos`: runs scenarios, one after the other, and says how they went.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Result, bail};
use chaos::play::{Length, Setting};
use chaos::report::Report;
use chaos::scenarios::{ALL, Scenario};
use chaos::stage::RunEnvironment;
use clap::Parser;
use tokio::signal::unix::{SignalKind, signal};

/// Breaks everything around Hubbub, and proves that nothing is lost.
#[derive(Debug, Parser)]
#[command(name = "chaos")]
struct Flags {
    /// The short form: fewer scenarios and fewer of everything, under four minutes.
    #[arg(long)]
    short: bool,

    /// Only the scenarios of this name; may be given several times.
    #[arg(long, value_name = "NAME")]
    only: Vec<String>,

    /// The seed of the random numbers; drawn if absent, and always printed.
    #[arg(long, value_name = "N")]
    seed: Option<u64>,

    /// Lists the scenarios and ends.
    #[arg(long)]
    list: bool,

    /// The program under test, as it was built for release.
    #[arg(long, value_name = "FILE", default_value = "target/release/hubbub")]
    program: PathBuf,

    /// The program of the version before, for the scenario `upgrade`.
    #[arg(long, value_name = "FILE")]
    before: Option<PathBuf>,

    /// The folder with the built pages.
    #[arg(long, value_name = "FOLDER", default_value = "target/site")]
    site: PathBuf,

    /// Keep logs and data of every scenario here.
    #[arg(long, value_name = "FOLDER")]
    keep: Option<PathBuf>,
}

fn main() -> ExitCode {
    match play(Flags::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("chaos: {error:#}");
            ExitCode::FAILURE
        }
    }
}

#[tokio::main]
async fn play(flags: Flags) -> Result<bool> {
    let chosen = choose(&flags)?;
    if flags.list {
        chosen.iter().for_each(|scenario| println!("{:20} {}", scenario.name, scenario.about));
        return Ok(true);
    }
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        went_well = run(&flags, &chosen) => Ok(went_well),
        // What was started ends with the stage that is dropped here.
        _ = terminate.recv() => bail!("told to end"),
        _ = tokio::signal::ctrl_c() => bail!("interrupted"),
    }
}

async fn run(flags: &Flags, chosen: &[Scenario]) -> bool {
    let seed = flags.seed.unwrap_or_else(|| u64::from(rand::random::<u32>()));
    println!("seed {seed}");
    let setting = Setting {
        environment: RunEnvironment {
            program: flags.program.clone(),
            before: flags.before.clone(),
            site: flags.site.clone(),
            keep: flags.keep.clone(),
        },
        seed,
        length: if flags.short { Length::Short } else { Length::Long },
    };
    let began = Instant::now();
    let mut report = Report::default();
    for scenario in chosen {
        let begin = Instant::now();
        report.add(scenario.name, begin, (scenario.run)(setting.clone()).await);
    }
    report.close(began.elapsed())
}

fn choose(flags: &Flags) -> Result<Vec<Scenario>> {
    if let Some(unknown) = flags.only.iter().find(|name| ALL.iter().all(|scenario| scenario.name != **name)) {
        bail!("there is no scenario {unknown}; see --list");
    }
    let is_chosen = |scenario: &&Scenario| match flags.only.as_slice() {
        [] => !flags.short || scenario.in_short,
        names => names.iter().any(|name| name == scenario.name),
    };
    Ok(ALL.iter().filter(is_chosen).copied().collect())
}
