//! A sweep and its results, in each of its forms.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde::Serialize;

use super::number::{duration, human, whole};
use super::text::{figure, table};
use crate::measure::{Objective, Scope};
use crate::record::Premises;
use crate::record::study::fingerprint;
use crate::record::summary::{Bounds, Line, SCHEMA, Wanted, assumptions, line, wanted};
use crate::study::{Judgement, Row, Samples, SkewedFigure, Verdict, overall};

/// One point and what came out.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Every varied key with its value.
    pub values: Vec<(String, String)>,
    /// The same in one text.
    pub label: String,
    /// Hash of everything that decides the point's result but the seed.
    pub scenario_hash: String,
    /// What the replications said.
    pub samples: Samples,
    /// Every figure.
    pub rows: Vec<Row>,
    /// The objectives.
    pub judgements: Vec<Judgement>,
    /// Figures whose interval is too narrow.
    pub skewed: Vec<SkewedFigure>,
}

impl Outcome {
    /// Of all objectives.
    pub fn verdict(&self) -> Verdict {
        overall(&self.judgements)
    }

    /// A figure over everything.
    pub fn row(&self, metric: &str) -> Option<&Row> {
        self.rows.iter().find(|r| {
            r.scope == Scope::All && r.column.metric.name == metric && r.column.cause.is_none()
        })
    }
}

/// A sweep and its results.
#[derive(Clone, Debug)]
pub struct Sweep {
    /// The scenario's name.
    pub scenario: String,
    /// Hash of everything that decides the result but the seed, over all points.
    pub scenario_hash: String,
    /// The question that the scenario opens with.
    pub question: String,
    /// The seed.
    pub seed: u64,
    /// The length of each run in seconds.
    pub horizon_s: f64,
    /// The answer, a line each.
    pub answer: Vec<String>,
    /// What is wanted.
    pub objectives: Vec<Objective>,
    /// Every point.
    pub points: Vec<Outcome>,
    /// What is valid and yet unlikely to be meant, at which points.
    pub warnings: Vec<String>,
    /// The command that repeats it.
    pub command: String,
    /// The label of the point that the answer is about; empty: there is none.
    pub chosen: String,
    /// What the answer rests on.
    pub premises: Premises,
}

/// Of several verdicts: pass where one point passes, fail where all of them fail.
pub fn any(verdicts: impl Iterator<Item = Verdict> + Clone) -> Verdict {
    match () {
        () if verdicts.clone().any(|v| v == Verdict::Pass) => Verdict::Pass,
        () if verdicts.clone().all(|v| v == Verdict::Fail) => Verdict::Fail,
        () => Verdict::Inconclusive,
    }
}

impl Sweep {
    /// Whether there is a point that meets the objectives.
    pub fn verdict(&self) -> Verdict {
        any(self.points.iter().map(Outcome::verdict))
    }

    /// The fingerprint of everything observable at all points.
    pub fn fingerprint(&self) -> String {
        fingerprint(self.points.iter().map(|p| &p.samples))
    }

    /// The fewest and the most replications of a point.
    fn replications(&self) -> (u32, u32) {
        let all = || self.points.iter().map(|p| p.samples.replications());
        (all().min().unwrap_or(0), all().max().unwrap_or(0))
    }
}

/// "missed_toast_fraction of all: the 10 samples are skewed …".
pub fn skew(skewed: &SkewedFigure) -> String {
    let cause = skewed
        .column
        .cause
        .map_or(String::new(), |(_, c)| format!(" by {c}"));
    format!(
        "{}{cause} of {}: the samples are skewed ({}), so its interval is narrower than 95 % deserve; about {} replications would make it good",
        skewed.column.metric.name,
        skewed.scope,
        human(skewed.skew.skewness),
        whole(skewed.skew.replications.into())
    )
}

#[derive(Serialize)]
struct PointLine<'a> {
    point: &'a BTreeMap<String, String>,
    scenario_hash: &'a str,
    replications: u32,
    verdict: &'a str,
    objectives: Vec<Wanted<'a>>,
    warnings: Vec<String>,
}

#[derive(Serialize)]
struct Summary<'a> {
    schema: &'a str,
    scenario: &'a str,
    scenario_hash: &'a str,
    question: &'a str,
    version: &'a str,
    seed: u64,
    horizon_s: f64,
    replications: u32,
    fingerprint: String,
    verdict: &'a str,
    answer: String,
    command: &'a str,
    interrupted: bool,
    chosen: &'a str,
    warnings: &'a [String],
    assumptions: Vec<Bounds<'a>>,
    assumptions_basis: &'a str,
    points: Vec<PointLine<'a>>,
    rows: Vec<Line<'a>>,
}

/// The document, as text with a newline at its end.
pub fn json(sweep: &Sweep) -> String {
    let maps: Vec<BTreeMap<String, String>> = sweep
        .points
        .iter()
        .map(|p| p.values.iter().cloned().collect())
        .collect();
    let points = sweep.points.iter().zip(&maps).map(|(p, point)| PointLine {
        point,
        scenario_hash: &p.scenario_hash,
        replications: p.samples.replications(),
        verdict: p.verdict().name(),
        objectives: p.judgements.iter().map(wanted).collect(),
        warnings: p.skewed.iter().map(skew).collect(),
    });
    let rows = sweep
        .points
        .iter()
        .zip(&maps)
        .flat_map(|(p, point)| p.rows.iter().map(move |row| line(row, point)));
    super::json(&Summary {
        schema: SCHEMA,
        scenario: &sweep.scenario,
        scenario_hash: &sweep.scenario_hash,
        question: &sweep.question,
        version: super::VERSION,
        seed: sweep.seed,
        horizon_s: super::number::rounded(sweep.horizon_s),
        replications: sweep.replications().0,
        fingerprint: sweep.fingerprint(),
        verdict: sweep.verdict().name(),
        answer: sweep.answer.join("\n"),
        command: &sweep.command,
        interrupted: false,
        chosen: &sweep.chosen,
        warnings: &sweep.warnings,
        assumptions: assumptions(&sweep.premises.assumptions),
        assumptions_basis: &sweep.premises.basis,
        points: points.collect(),
        rows: rows.collect(),
    })
}

/// The figures of the table, after those of the objectives.
pub(super) const SHOWN: [&str; 5] = [
    "missed_toast_fraction",
    "down_fraction",
    "drops_per_client_hour",
    "refresh_rate_per_s",
    "message_rate_per_s",
];

/// The last part of a key, where that is enough to tell the keys apart.
pub fn short_keys(values: &[(String, String)]) -> Vec<String> {
    let last = |key: &str| key.rsplit('.').next().unwrap_or(key).to_string();
    let alone = |key: &str| values.iter().filter(|(k, _)| last(k) == last(key)).count() == 1;
    values
        .iter()
        .map(|(key, _)| if alone(key) { last(key) } else { key.clone() })
        .collect()
}

/// Every point with its figures.
pub fn point_table(sweep: &Sweep) -> String {
    let Some(first) = sweep.points.first() else {
        return String::new();
    };
    let judged: Vec<usize> = (0..sweep.objectives.len())
        .filter(|i| {
            let o = &sweep.objectives[*i];
            !(o.scope == Scope::All && o.cause.is_none() && SHOWN.contains(&o.metric.name))
        })
        .collect();
    let (least, most) = sweep.replications();
    let mut header = short_keys(&first.values);
    if !sweep.objectives.is_empty() {
        header.push("verdict".into());
    }
    header.extend(
        judged
            .iter()
            .map(|i| super::text::subject(&sweep.objectives[*i])),
    );
    header.extend(SHOWN.map(String::from));
    if least != most {
        header.push("replications".into());
    }
    let mut rows = vec![header];
    for p in &sweep.points {
        let mut row: Vec<String> = p.values.iter().map(|(_, value)| value.clone()).collect();
        if !sweep.objectives.is_empty() {
            row.push(p.verdict().name().into());
        }
        row.extend(judged.iter().map(|i| {
            p.judgements
                .get(*i)
                .map_or(String::new(), |j| figure(&j.row))
        }));
        row.extend(
            SHOWN
                .iter()
                .map(|metric| p.row(metric).map_or("–".into(), figure)),
        );
        if least != most {
            row.push(whole(p.samples.replications().into()));
        }
        rows.push(row);
    }
    table(&rows, true)
}

/// For people: the answer first.
pub fn text(sweep: &Sweep) -> String {
    let mut out = String::new();
    for line in &sweep.answer {
        let _ = writeln!(out, "{line}");
    }
    out += &super::text::premises(&sweep.premises);
    let (least, most) = sweep.replications();
    let n = if least == most {
        whole(most.into())
    } else {
        format!("{} to {}", whole(least.into()), whole(most.into()))
    };
    let interval = if least > 1 {
        ", with 95 % intervals"
    } else {
        ""
    };
    let _ = writeln!(
        out,
        "\nPoints ({n} replications each{interval})\n{}",
        point_table(sweep).trim_end()
    );
    let _ = writeln!(
        out,
        "\nSimulated {} points × {n} × {}, seed {}, fingerprint {}: {}",
        whole(sweep.points.len() as u64),
        duration(sweep.horizon_s),
        sweep.seed,
        sweep.fingerprint(),
        sweep.command
    );
    out
}
