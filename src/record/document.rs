//! `summary.json` of each kind of study: the document that `--format json` prints too.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::summary;

/// `summary.json`: what every kind of study says, and what its own kind says.
#[derive(Deserialize, Clone, PartialEq, Debug, Default)]
#[serde(default)]
pub struct Document {
    /// The scenario's name; empty: there is no one scenario.
    pub scenario: String,
    /// Of everything that decides the result but the seed.
    pub scenario_hash: String,
    /// The question that the scenario opens with.
    pub question: String,
    /// The version of the program.
    pub version: String,
    /// The seed.
    pub seed: u64,
    /// Of everything observable.
    pub fingerprint: String,
    /// `pass`, `fail` or `inconclusive`.
    pub verdict: String,
    /// The answer, a line each.
    pub answer: String,
    /// The command that repeats it.
    pub command: String,
    /// What is valid and yet unlikely to be meant, and which figures are not to be trusted.
    pub warnings: Vec<String>,
    /// Every figure of every point.
    pub rows: Vec<Figure>,
    /// What its kind says.
    #[serde(skip)]
    pub found: Found,
}

/// What a command found, by its kind.
#[derive(Clone, PartialEq, Debug)]
pub enum Found {
    /// One scenario.
    Run(Run),
    /// A scenario at many points.
    Sweep(Sweep),
    /// Alternatives against a baseline.
    Compare(Comparison),
    /// The smallest or largest value that serves.
    Size(Size),
    /// The point of least cost.
    Best(Best),
    /// What hangs on each assumed value.
    Sensitivity(Sensitivity),
    /// Clients against gateways.
    Matrix(Matrix),
}

impl Default for Found {
    fn default() -> Found {
        Found::Run(Run::default())
    }
}

impl Document {
    /// Reads `summary.json`.
    ///
    /// # Errors
    /// Why it is none of these.
    pub fn parse(text: &str) -> Result<Document, String> {
        let value: Value = serde_json::from_str(text).map_err(|e| format!("not JSON: {e}"))?;
        let schema = value
            .get("schema")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let found = match schema {
            summary::SCHEMA if value.get("points").is_some() => Found::Sweep(typed(&value)?),
            summary::SCHEMA => Found::Run(typed(&value)?),
            "rccsim.compare/1" => Found::Compare(typed(&value)?),
            "rccsim.size/1" => Found::Size(typed(&value)?),
            "rccsim.best/1" => Found::Best(typed(&value)?),
            "rccsim.sensitivity/1" => Found::Sensitivity(typed(&value)?),
            "rccsim.matrix/1" => Found::Matrix(typed(&value)?),
            "" => return Err("it has no schema: it is not a result".into()),
            other => {
                return Err(format!(
                    "its schema is {other}, which this version does not read"
                ));
            }
        };
        Ok(Document {
            found,
            ..typed(&value)?
        })
    }

    /// The scenario file that the command names.
    pub fn file(&self) -> Option<String> {
        file_of(&self.command)
    }

    /// A figure over all causes; `point` is empty for a run.
    pub fn figure(
        &self,
        point: &BTreeMap<String, String>,
        scope: &str,
        metric: &str,
    ) -> Option<&Figure> {
        self.rows.iter().find(|r| {
            r.metric == metric && r.cause.is_none() && r.scope == scope && r.point == *point
        })
    }
}

/// The first file that a command names, as its shell would read it; none where it names none.
fn file_of(command: &str) -> Option<String> {
    let rest = command.strip_prefix("rccsim ")?.split_once(' ')?.1;
    let Some(quoted) = rest.strip_prefix('\'') else {
        return rest.split(' ').next().map(String::from);
    };
    // A quote within quotes is written as '\''.
    let file = quoted.replace(r"'\''", "\0");
    file.split('\'').next().map(|file| file.replace('\0', "'"))
}

impl Found {
    /// The command that makes it.
    pub fn kind(&self) -> &'static str {
        match self {
            Found::Run(_) => "run",
            Found::Sweep(_) => "sweep",
            Found::Compare(_) => "compare",
            Found::Size(_) => "size",
            Found::Best(_) => "best",
            Found::Sensitivity(_) => "sensitivity",
            Found::Matrix(_) => "matrix",
        }
    }
}

fn typed<T: DeserializeOwned>(value: &Value) -> Result<T, String> {
    T::deserialize(value).map_err(|e| e.to_string())
}

/// What a run says.
#[derive(Deserialize, Clone, PartialEq, Debug, Default)]
pub struct Run {
    /// Replications.
    pub replications: u32,
    /// What to try next; none: not tried.
    pub advice: Option<Vec<String>>,
    /// Fewer replications than asked for.
    pub interrupted: bool,
    /// The objectives.
    pub objectives: Vec<Objective>,
    /// What hangs on assumptions; none: not tried.
    pub assumptions: Option<Vec<Assumption>>,
}

/// What a sweep says.
#[derive(Deserialize, Clone, PartialEq, Debug, Default)]
pub struct Sweep {
    /// The fewest replications of a point.
    pub replications: u32,
    /// The points, in their order.
    pub points: Vec<PointLine>,
}

/// One figure with its interval.
#[derive(Deserialize, Clone, PartialEq, Debug, Default)]
pub struct Figure {
    /// Every varied key with its value; empty: a run.
    pub point: BTreeMap<String, String>,
    /// Whom it is about.
    pub scope: String,
    /// What it is.
    pub metric: String,
    /// Its cause, where it is of one.
    pub cause: Option<String>,
    /// The mean over the replications.
    pub mean: Option<f64>,
    /// Lower end of its 95 % interval.
    pub lower: Option<f64>,
    /// Upper end.
    pub upper: Option<f64>,
    /// It lies among what was still open at the horizon: more than this.
    pub beyond: Option<f64>,
    /// In what.
    pub unit: String,
    /// Over so many.
    pub replications: u32,
}

/// An objective and how it came out.
#[derive(Deserialize, Clone, PartialEq, Debug, Default)]
pub struct Objective {
    /// The metric.
    pub metric: String,
    /// Its cause, where it is of one.
    pub cause: Option<String>,
    /// Whom it is about.
    pub scope: String,
    /// The target, where less is better.
    pub at_most: Option<f64>,
    /// The target, where more is better.
    pub at_least: Option<f64>,
    /// In what.
    pub unit: String,
    /// The mean over the replications.
    pub mean: Option<f64>,
    /// Lower end of its 95 % interval.
    pub lower: Option<f64>,
    /// Upper end.
    pub upper: Option<f64>,
    /// `pass`, `fail` or `inconclusive`.
    pub verdict: String,
    /// How many would settle it.
    pub replications_needed: Option<u32>,
}

impl Objective {
    /// The target.
    pub fn target(&self) -> Option<f64> {
        self.at_most.or(self.at_least)
    }
}

/// An assumed value, and what others give.
#[derive(Deserialize, Clone, PartialEq, Debug, Default)]
pub struct Assumption {
    /// The key with its table.
    pub key: String,
    /// The value used.
    pub value: String,
    /// Its standing, in words.
    pub standing: String,
    /// Others.
    pub alternatives: Vec<Changed>,
}

/// What another value gives, by a short run.
#[derive(Deserialize, Clone, PartialEq, Debug, Default)]
pub struct Changed {
    /// The value.
    pub value: String,
    /// Share of the time down.
    pub down_fraction: Option<f64>,
    /// Share of toasts missed.
    pub missed_toast_fraction: Option<f64>,
    /// How the objectives would come out.
    pub verdict: Option<String>,
}

/// A point of a sweep.
#[derive(Deserialize, Clone, PartialEq, Debug, Default)]
pub struct PointLine {
    /// Every varied key with its value.
    pub point: BTreeMap<String, String>,
    /// Of everything that decides its result but the seed.
    pub scenario_hash: String,
    /// Its replications.
    pub replications: u32,
    /// `pass`, `fail` or `inconclusive`.
    pub verdict: String,
    /// The objectives.
    pub objectives: Vec<Objective>,
    /// Figures whose interval is too narrow.
    #[serde(default)]
    pub warnings: Vec<String>,
}

/// Alternatives against a baseline.
#[derive(Deserialize, Clone, PartialEq, Debug, Default)]
pub struct Comparison {
    /// The baseline.
    pub baseline: String,
    /// The confidence of each interval.
    pub confidence: f64,
    /// The others.
    pub alternatives: Vec<Rival>,
}

/// An alternative to the baseline.
#[derive(Deserialize, Clone, PartialEq, Debug, Default)]
pub struct Rival {
    /// The alternative.
    pub name: String,
    /// `better`, `worse`, `mixed` or `indistinguishable`.
    pub verdict: String,
    /// Replications that both have.
    pub replications: u32,
    /// Its figures.
    pub figures: Vec<Compared>,
}

/// One figure of both.
#[derive(Deserialize, Clone, PartialEq, Debug, Default)]
pub struct Compared {
    /// What it is.
    pub metric: String,
    /// In what.
    pub unit: String,
    /// Whether it is one of those that decide.
    pub decides: bool,
    /// Of the baseline.
    pub baseline: Option<f64>,
    /// Of the alternative.
    pub other: Option<f64>,
    /// The alternative less the baseline.
    pub difference: Option<f64>,
    /// Lower end of its interval.
    pub lower: Option<f64>,
    /// Upper end.
    pub upper: Option<f64>,
    /// Of the two over the replications.
    pub correlation: Option<f64>,
    /// `better`, `worse`, `differs` or `indistinguishable`.
    pub verdict: String,
}

/// The search for a value.
#[derive(Deserialize, Clone, PartialEq, Debug, Default)]
pub struct Size {
    /// The key with its table.
    pub key: String,
    /// `smallest` or `largest`.
    pub wanted: String,
    /// The value; none: nothing serves.
    pub value: Option<String>,
    /// Whether fresh replications confirm it.
    pub confirmed: bool,
    /// So many gateways are down, as many spare.
    #[serde(default)]
    pub spare: u32,
    /// When they go down; none: at the start.
    #[serde(default)]
    pub down_at: Option<String>,
    /// What was tried, in the order of the search.
    pub trials: Vec<Tried>,
}

/// A value that was tried.
#[derive(Deserialize, Clone, PartialEq, Debug, Default)]
pub struct Tried {
    /// The value.
    pub value: String,
    /// `search`, or `confirmation`: with replications that the search had not seen.
    pub sample: String,
    /// Which gateway was down.
    #[serde(default)]
    pub down: Option<String>,
    /// How many replications.
    pub replications: u32,
    /// `pass`, `fail` or `inconclusive`.
    pub verdict: String,
    /// The objectives.
    pub objectives: Vec<TriedObjective>,
}

/// An objective at a value.
#[derive(Deserialize, Clone, PartialEq, Debug, Default)]
pub struct TriedObjective {
    /// The metric.
    pub metric: String,
    /// Whom it is about.
    pub scope: String,
    /// The target.
    pub target: f64,
    /// The mean over the replications.
    pub mean: Option<f64>,
    /// Lower end of its 95 % interval.
    pub lower: Option<f64>,
    /// Upper end.
    pub upper: Option<f64>,
    /// `pass`, `fail` or `inconclusive`.
    pub verdict: String,
}

/// The point of least cost.
#[derive(Deserialize, Clone, PartialEq, Debug, Default)]
pub struct Best {
    /// What is to be least.
    pub cost: String,
    /// The least difference that matters; none: there was nothing to choose between.
    pub delta: Option<f64>,
    /// The probability of another selection.
    pub alpha: f64,
    /// Replications in all.
    pub observations: u64,
    /// The label of the best point; none: not decided.
    pub best: Option<String>,
    /// Those within delta of it.
    pub within_delta: Vec<String>,
    /// Every point.
    pub points: Vec<BestPoint>,
}

/// A point and its cost.
#[derive(Deserialize, Clone, PartialEq, Debug, Default)]
pub struct BestPoint {
    /// Its label: "clients.refresh_interval=5 min, gateway.count=2".
    pub point: String,
    /// Its replications.
    pub replications: u32,
    /// Of its objectives, where only those who meet them were to be chosen from: `pass`, `fail` or `inconclusive`.
    pub verdict: Option<String>,
    /// Its cost.
    pub mean: Option<f64>,
    /// Lower end of its 95 % interval.
    pub lower: Option<f64>,
    /// Upper end.
    pub upper: Option<f64>,
}

/// What hangs on each assumed value, one at a time.
#[derive(Deserialize, Clone, PartialEq, Debug, Default)]
pub struct Sensitivity {
    /// Replications.
    pub replications: u32,
    /// The figure that is looked at.
    pub metric: String,
    /// In what.
    pub unit: String,
    /// As the scenario stands.
    pub base: Option<f64>,
    /// The keys, by how far they move it.
    pub keys: Vec<TriedKey>,
}

/// A key and its other values.
#[derive(Deserialize, Clone, PartialEq, Debug, Default)]
pub struct TriedKey {
    /// The key with its table.
    pub key: String,
    /// Its value in the scenario.
    pub value: String,
    /// From the least to the greatest figure.
    pub swing: f64,
    /// Others.
    pub alternatives: Vec<TriedValue>,
}

/// Another value and what it gives.
#[derive(Deserialize, Clone, PartialEq, Debug, Default)]
pub struct TriedValue {
    /// The value.
    pub value: String,
    /// The figure.
    pub mean: Option<f64>,
    /// Less that of the scenario.
    pub difference: Option<f64>,
    /// Lower end of its interval.
    pub lower: Option<f64>,
    /// Upper end.
    pub upper: Option<f64>,
    /// `pass`, `fail` or `inconclusive`.
    pub verdict: String,
}

/// Every client profile against every gateway behaviour class.
#[derive(Deserialize, Clone, PartialEq, Debug, Default)]
pub struct Matrix {
    /// What was simulated for each cell.
    pub basis: String,
    /// The cells, by gateway and then client.
    pub cells: Vec<Cell>,
}

/// One client profile against one gateway behaviour class.
#[derive(Deserialize, Clone, PartialEq, Debug, Default)]
pub struct Cell {
    /// The gateway profile.
    pub gateway: String,
    /// The client profile.
    pub client: String,
    /// The refresh methods used.
    pub method: String,
    /// From the first establishment to the first loss, seconds; none: no session is lost.
    pub first_loss_s: Option<f64>,
    /// The root cause of the losses.
    pub cause: Option<String>,
    /// Share of the time down.
    pub down_fraction: Option<f64>,
    /// Toasts missed per user and day.
    pub missed_toasts_per_user_day: Option<f64>,
    /// What to change and where.
    pub remedy: Vec<String>,
}
