//! `bench`: measures Hubbub beside other servers, and says what came out.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result};
use bench::chart::bars;
use bench::growth::{self, Growth};
use bench::machine::{Cores, Machine, open_files};
use bench::peers::{self, Peer, Programs};
use bench::record::{Record, Trial};
use bench::run::Bench;
use bench::scenarios::{self, Length, Scenario, alone};
use bench::{plan, stop, table};
use chaos::pages;
use clap::Parser;

const PAGE: &str = "docs/measurements.md";
const README: &str = "README.md";
const IMAGES: &str = "docs/images";

/// Measures Hubbub beside other servers.
#[derive(Debug, Parser)]
#[command(name = "bench")]
struct Flags {
    /// Only these peers, separated by commas.
    #[arg(long, value_delimiter = ',', value_name = "NAMES")]
    peers: Vec<String>,

    /// Only these scenarios (with --growth: only these growths), separated by commas.
    #[arg(long, value_delimiter = ',', value_name = "NAMES")]
    scenarios: Vec<String>,

    /// How often each is measured; 3, with --growth 2, with --quick 1.
    #[arg(long, value_name = "N")]
    reps: Option<usize>,

    /// Short times, once: to see that something changed, not by how much.
    #[arg(long)]
    quick: bool,

    /// Measures Hubbub alone, at growing sizes.
    #[arg(long)]
    growth: bool,

    /// Says which peers, scenarios and growths there are.
    #[arg(long)]
    list: bool,

    /// Puts tables and pictures into docs/measurements.md, README.md and docs/images.
    #[arg(long)]
    publish: bool,

    /// Measures nothing, and makes tables and pictures of the last record.
    #[arg(long)]
    again: bool,

    /// Adds to the last record, and replaces in it what is measured again.
    #[arg(long, conflicts_with = "again")]
    add: bool,

    /// Where records and pictures are kept.
    #[arg(long, value_name = "FOLDER", default_value = "target/bench")]
    out: PathBuf,

    /// The program that is measured.
    #[arg(long, value_name = "FILE", default_value = "target/release/hubbub")]
    program: PathBuf,

    /// The folder with its built pages.
    #[arg(long, value_name = "FOLDER", default_value = "target/site")]
    site: PathBuf,
}

impl Flags {
    fn beside(&self) -> PathBuf {
        self.out.join("beside.json")
    }

    fn grown(&self) -> PathBuf {
        self.out.join("growth.json")
    }
}

fn main() -> ExitCode {
    match run(&Flags::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(flags: &Flags) -> Result<()> {
    if flags.list {
        peers::ALL.iter().for_each(|peer| println!("{:14} {}", peer.name, peer.about));
        println!();
        scenarios::ALL.iter().for_each(|scenario| println!("{:14} {}", scenario.name, scenario.about));
        println!();
        growth::ALL.iter().for_each(|growth| println!("{:14} {}: {}", growth.name, growth.title, growth.sizes_are));
        return Ok(());
    }
    match flags.growth {
        true => {
            let record = if flags.again { Record::open(&flags.grown())? } else { grow(flags)? };
            tell_growth(flags, &record)
        }
        false => {
            let record = if flags.again { Record::open(&flags.beside())? } else { compare(flags)? };
            tell_beside(flags, &record)
        }
    }
}

/// Every peer in every scenario, as often as was asked for.
fn compare(flags: &Flags) -> Result<Record> {
    let peers: Vec<&Peer> = chosen(&flags.peers, peers::ALL.iter().collect(), Peer::named)?;
    let scenarios: Vec<&Scenario> = chosen(&flags.scenarios, scenarios::ALL.iter().collect(), Scenario::named)?;
    let (mut bench, mut record) = begin(flags, &flags.beside())?;
    let is_again = |trial: &Trial| {
        scenarios.iter().any(|scenario| scenario.name == trial.scenario)
            && (trial.peer == alone::NAME || peers.iter().any(|peer| peer.name == trial.peer))
    };
    record.trials.retain(|trial| !is_again(trial));
    for repetition in 1..=repetitions(flags) {
        for scenario in &scenarios {
            for peer in &peers {
                let trial = bench.measure(peer, scenario, repetition);
                stop::check()?;
                record.trials.push(trial);
                record.store(&flags.beside())?;
            }
            record.trials.extend(bench.measure_alone(scenario, repetition));
        }
    }
    Ok(record)
}

/// Hubbub at every size of every growth.
fn grow(flags: &Flags) -> Result<Record> {
    let growths: Vec<&Growth> = chosen(&flags.scenarios, growth::ALL.iter().collect(), Growth::named)?;
    let (mut bench, mut record) = begin(flags, &flags.grown())?;
    record.growth.retain(|grown| !growths.iter().any(|growth| growth.name == grown.growth));
    for repetition in 1..=repetitions(flags) {
        for growth in &growths {
            for size in growth.sizes {
                record.growth.push(bench.grow(growth, *size, repetition)?);
                record.store(&flags.grown())?;
            }
        }
    }
    Ok(record)
}

/// What all measurements need; from here on the program ends cleanly or not at all.
fn begin<'a>(flags: &'a Flags, last: &Path) -> Result<(Bench<'a>, Record)> {
    stop::listen()?;
    let programs = Programs {
        hubbub: &flags.program,
        site: &flags.site,
        rust: "target/peers/release".as_ref(),
        node: "bench/peers/node".as_ref(),
    };
    let files = open_files()?;
    if files < 17_000 {
        println!("Only {files} files may be open, and 15,000 connections need 16,100: see ulimit -n.");
    }
    let cores = Cores::share_out()?;
    if !cores.apart {
        println!("There is one core only: servers and generator share it, and the figures mean little.");
    }
    let length = if flags.quick { Length::Quick } else { Length::Full };
    let last = if flags.add { Record::open(last)? } else { Record::default() };
    let record = Record { machine: Machine::describe(&cores), quick: flags.quick || last.quick, ..last };
    Ok((Bench::new(programs, cores, length)?, record))
}

fn repetitions(flags: &Flags) -> usize {
    let unless_told = match (flags.quick, flags.growth) {
        (true, _) => 1,
        (false, true) => 2,
        (false, false) => 3,
    };
    flags.reps.unwrap_or(unless_told)
}

fn tell_beside(flags: &Flags, record: &Record) -> Result<()> {
    let (machine, tables) = (table::machine(record), table::all(record));
    println!("\n{machine}\n{tables}");
    println!("The record is in {}.", flags.beside().display());
    if let Some(picture) = bars::draw(record) {
        let folder = images(flags);
        fs::create_dir_all(&folder)?;
        fs::write(folder.join("benchmark.svg"), picture)?;
        println!("The picture is in {}.", folder.join("benchmark.svg").display());
    }
    if flags.publish {
        let page = Path::new(PAGE);
        pages::put(page, "bench:machine", &machine)?;
        pages::put(page, "bench:tables", &format!("{}\n\n{tables}", picture_in("images")))?;
        let grown = Record::open(&flags.grown()).ok();
        if let Some(plan) = plan::million(record, grown.as_ref()) {
            pages::put(page, "bench:million", &plan)?;
        }
        pages::put(
            Path::new(README),
            "bench:summary",
            &format!("{}\n\n{}", picture_in(IMAGES), table::summary(record)),
        )?;
        println!("{PAGE} and {README} are up to date.");
    }
    Ok(())
}

fn picture_in(images: &str) -> String {
    format!("![Hubbub beside other servers: bars of deliveries, CPU, memory and latency]({images}/benchmark.svg)")
}

fn tell_growth(flags: &Flags, record: &Record) -> Result<()> {
    println!("\n{}", growth::tables(record, None));
    println!("The record is in {}.", flags.grown().display());
    for picture in growth::draw_all(record, &images(flags))? {
        println!("A picture is in {}.", picture.display());
    }
    if flags.publish {
        let tables = growth::tables(record, Some("images"));
        pages::put(Path::new(PAGE), "bench:growth", &format!("{}\n{tables}", table::machine(record)))?;
        println!("{PAGE} is up to date.");
    }
    Ok(())
}

/// Where pictures go: into the pages, or beside the record.
fn images(flags: &Flags) -> PathBuf {
    if flags.publish { IMAGES.into() } else { flags.out.clone() }
}

/// Those that were named, or all.
fn chosen<T: Copy>(names: &[String], all: Vec<T>, named: fn(&str) -> Option<T>) -> Result<Vec<T>> {
    if names.is_empty() {
        return Ok(all);
    }
    names.iter().map(|name| named(name).with_context(|| format!("there is no {name}; see --list"))).collect()
}
