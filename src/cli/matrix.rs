//! `rccsim matrix`: every client profile against every gateway behaviour class.

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use rayon::prelude::*;

use super::Outcome;
use super::fault::{Fault, print};
use super::flags::{JobsFlag, results_folder, written};
use super::report::publish;
use crate::deployment::{Fate, Observer, Plan, observe_with_tally};
use crate::experiment::{mean, remedies};
use crate::measure::{DropCause, Metric, Scope};
use crate::protocol::{ClientNote, Message, Side, Subject};
use crate::quantity::Time;
use crate::report::matrix::{Cell, Matrix as Document, answer, csv, text};
use crate::report::{Folder, Manifest, VERSION, json};
use crate::scenario::{Override, SHIPPED, hash, parse};
use crate::study::Samples;

/// Users of each cell: enough for a rate of toasts, few enough to answer at once.
const USERS: u32 = 20;

/// Client profiles against gateway behaviour classes.
#[derive(Args)]
pub struct Matrix {
    /// Set a key in every cell, like clients.reestablish="fixed 600 s"
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// Seed of every random stream
    #[arg(long, default_value_t = 1)]
    seed: u64,
    #[command(flatten)]
    jobs: JobsFlag,
    /// The results folder [default: results/matrix]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Neither plots nor report: the figures alone
    #[arg(long)]
    no_report: bool,
    /// Form of the output
    #[arg(long, value_enum, default_value_t = Form::Text)]
    format: Form,
}

#[derive(Clone, Copy, ValueEnum)]
enum Form {
    /// For people
    Text,
    /// A line per cell
    Csv,
    /// For programs
    Json,
}

impl Matrix {
    /// Runs the command.
    ///
    /// # Errors
    /// A key or value that there is not.
    pub fn run(self) -> Result<Outcome, Fault> {
        let pool = self.jobs.pool()?;
        let mut folder = Folder::open(
            &self
                .out
                .clone()
                .unwrap_or_else(|| results_folder("matrix", "")),
        )?;
        let document = pool.install(|| matrix(&self.set, self.seed))?;
        let summary = json(&document);
        folder.put("summary.json", |out| out.write_all(summary.as_bytes()))?;
        folder.put("summary.csv", |out| Ok(csv(&document, out)?))?;
        let manifest = Manifest {
            schema: String::new(),
            version: VERSION.into(),
            scenario: document.scenario.into(),
            scenario_hash: document.scenario_hash.clone(),
            seed: document.seed,
            fingerprint: blake3::hash(summary.as_bytes()).to_hex()[..16].into(),
            files: Default::default(),
        };
        let path = pool.install(|| publish(folder, manifest, self.no_report, true))?;
        let (report, plots) = if self.no_report {
            ("", "")
        } else {
            ("report.html, ", ", plots/")
        };
        let files = format!(
            "Files: {} ({report}summary.json, summary.csv{plots}).\n",
            path.display()
        );
        print(&match self.format {
            Form::Text => format!("{}{files}", text(&document)),
            Form::Json => summary,
            Form::Csv => {
                let mut bytes = Vec::new();
                csv(&document, &mut bytes).map_err(|e| Fault::World {
                    what: "csv".into(),
                    cause: e.into(),
                })?;
                String::from_utf8_lossy(&bytes).into_owned()
            }
        })?;
        Ok(Outcome::Pass)
    }
}

/// The gateway profiles that stand for a behaviour class, and the fix: those before the first product.
pub fn classes() -> impl Iterator<Item = &'static str> {
    let gateways = SHIPPED
        .iter()
        .filter(|(kind, ..)| *kind == "gateways")
        .map(|(_, name, _)| *name);
    gateways.take_while(|name| *name != "nec-ow5000")
}

fn matrix(set: &[String], seed: u64) -> Result<Document, Fault> {
    let overrides: Vec<Override> = set
        .iter()
        .map(|s| Override::parse(s))
        .collect::<Result<_, _>>()?;
    let clients = || {
        SHIPPED
            .iter()
            .filter(|(kind, ..)| *kind == "clients")
            .map(|(_, name, _)| *name)
    };
    let pairs: Vec<_> = classes()
        .flat_map(|gateway| clients().map(move |client| (gateway, client)))
        .collect();
    let made = pairs.into_par_iter().map(|(gateway, client)| {
        let scenario = format!(
            "[scenario]\nname = \"matrix\"\nhorizon = \"8 h\"\nseed = {seed}\n\
             [[gateway]]\nname = \"gateway\"\nprofile = \"{gateway}\"\n\
             [[clients]]\nname = \"clients\"\nprofile = \"{client}\"\ncount = {USERS}\ngateway = \"gateway\"\nsign_in = \"at start\"\n"
        );
        let scenario = parse("matrix", &scenario, Path::new("."), &overrides)?;
        Ok((hash(&scenario), cell(gateway, client, &scenario.plan)))
    });
    // The first refusal of the table, whichever came first in time.
    let made: Vec<Result<(String, Cell), Fault>> = made.collect();
    let (hashes, cells): (Vec<String>, Vec<Cell>) = made
        .into_iter()
        .collect::<Result<Vec<_>, Fault>>()?
        .into_iter()
        .unzip();
    let mut basis = format!(
        "Each cell: {USERS} users for 8 h, moderate use, no delay and no loss, seed {seed}; sessions are set up again as the client profile says (rccsim profiles NAME)."
    );
    if !set.is_empty() {
        basis += &format!(" Changed: {}.", set.join(", "));
    }
    let mut hasher = blake3::Hasher::new();
    hashes.iter().for_each(|hash| {
        hasher.update(hash.as_bytes());
    });
    let mut command = "rccsim matrix".to_string();
    set.iter().for_each(|set| command += &written("--set", set));
    if seed != 1 {
        command += &written("--seed", &seed.to_string());
    }
    Ok(Document {
        schema: "rccsim.matrix/1",
        scenario: "matrix",
        scenario_hash: hasher.finalize().to_hex()[..32].into(),
        question: "Which client keeps its sessions behind which gateway?",
        version: VERSION,
        seed,
        answer: answer(&cells),
        command,
        basis,
        cells,
    })
}

/// The root cause of most drops.
fn cause(samples: &Samples) -> Option<&'static str> {
    let drops = Metric::named("session_drops")?;
    let causes = samples
        .columns
        .iter()
        .enumerate()
        .filter(|(_, c)| c.metric == drops);
    let counted = causes.filter_map(|(i, c)| Some((c.cause?.0, samples.row(0, i).estimate?.mean)));
    counted
        .filter(|(_, n)| *n > 0.0)
        .max_by(|a, b| a.1.total_cmp(&b.1))
        .map(|(cause, _)| DropCause::ALL[cause].name())
}

fn cell(gateway: &str, client: &str, plan: &Plan) -> Cell {
    let (whole, methods) = observe_with_tally(plan, 0, 0, 0, Methods::default())
        .unwrap_or_else(|| unreachable!("nobody stops it"));
    let mut samples = Samples::new(vec![Scope::All], plan.horizon);
    samples.push(0, &[&whole]);
    let hours = plan.horizon.0 as f64 / 3.6e9;
    let loses = mean(&samples, "session_drops").is_some_and(|n| n > 0.0);
    let remedy = match loses {
        true => remedies(plan, 0)
            .into_iter()
            .map(|t| {
                format!(
                    "{}: {}{}",
                    t.remedy.place,
                    t.remedy.what,
                    if t.cures {
                        ""
                    } else {
                        " (helps, does not cure)"
                    }
                )
            })
            .collect(),
        false => Vec::new(),
    };
    Cell {
        gateway: gateway.into(),
        client: client.into(),
        method: methods.text(),
        first_loss_s: mean(&samples, "first_loss_s"),
        cause: cause(&samples),
        down_fraction: mean(&samples, "down_fraction"),
        missed_toasts_per_user_day: mean(&samples, "missed_toasts_per_client_hour")
            .map(|per_hour| per_hour * hours),
        remedy,
    }
}

/// The refresh methods of one user's first session.
#[derive(Default)]
struct Methods {
    seen: Vec<&'static str>,
    over: bool,
}

impl Methods {
    fn text(&self) -> String {
        if self.seen.is_empty() {
            "none".into()
        } else {
            self.seen.join(", then ")
        }
    }
}

impl Observer for Methods {
    fn message(&mut self, _: Time, user: u32, message: &Message, fate: Fate) {
        let refresh = match message.subject {
            Subject::Update => "UPDATE",
            Subject::ReInvite => "re-INVITE",
            _ => return,
        };
        let sent = fate == Fate::Sent && message.is_request() && message.from == Side::Client;
        if user == 0 && sent && !self.over && !self.seen.contains(&refresh) {
            self.seen.push(refresh);
        }
    }

    fn client(&mut self, _: Time, user: u32, note: ClientNote) {
        self.over |= user == 0 && matches!(note, ClientNote::Ended(_));
    }
}
