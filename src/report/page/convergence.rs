//! How the figure that an answer rests on settles with the number of replications, from `runs.csv`.

use minijinja::Value;
use serde_json::Value as Json;

use super::table::{items, text};
use super::{Kind, figure};
use crate::measure::{Metric, Sample, Unit};
use crate::report::chart::{Along, Axis, Band, Chart, Layer, Line, Scale, Threshold, Tone};
use crate::report::results::{Results, ResultsError};
use crate::report::tables::{PointRuns, read_runs};
use crate::study::{
    CONFIDENCE, Cost, Estimate, Observation, columns, mean_interval, paired_samples, ratio_interval,
};

/// The figure by the number of replications: a curve with its interval.
struct Curve {
    name: &'static str,
    /// "95 % interval".
    interval: String,
    /// By the number of replications.
    points: Vec<(f64, Estimate)>,
}

/// Alternatives whose curves are drawn; those of more are in `runs.csv`.
const MOST_ALTERNATIVES: usize = 3;

/// The charts; none where one replication was made, or nothing has a value.
///
/// # Errors
/// Which file is damaged.
pub fn charts(kind: Kind, summary: &Json, results: &Results) -> Result<Vec<Value>, ResultsError> {
    let Some(file) = results.maybe("runs.csv")? else {
        return Ok(Vec::new());
    };
    let wanted = wanted(kind, summary);
    let read = some_runs(&file, &wanted).and_then(|some| read_runs(&some, |_| vec![ALL.into()]));
    let runs = read.map_err(|why| results.damaged("runs.csv", why))?;
    let charts = match kind {
        Kind::Run => single(summary, &runs, "", None),
        Kind::Sensitivity => single(summary, &runs, "", Some(text(summary, "metric"))),
        Kind::Sweep => single(summary, &runs, text(summary, "chosen"), None),
        Kind::Compare => compare(summary, &runs),
        Kind::Size => size(summary, &runs),
        Kind::Best => best(summary, &runs),
        Kind::Matrix => None,
    };
    Ok(charts.unwrap_or_default())
}

/// The scope of everything, which is all that is looked at.
const ALL: &str = "all";

/// The points whose replications are looked at.
fn wanted(kind: Kind, summary: &Json) -> Vec<String> {
    let side = |name: &str| format!("alternative={name}");
    match kind {
        Kind::Run | Kind::Sensitivity => vec![String::new()],
        Kind::Sweep => vec![text(summary, "chosen").into()],
        Kind::Compare => {
            let others = items(summary, "alternatives")
                .take(MOST_ALTERNATIVES)
                .map(|a| text(a, "name"));
            std::iter::once(text(summary, "baseline"))
                .chain(others)
                .map(side)
                .collect()
        }
        Kind::Size => deciding(summary).map(|t| point_of(summary, t)).collect(),
        Kind::Best => {
            let pair = best_pair(summary);
            pair.into_iter()
                .flat_map(|(best, second)| [best.into(), second.into()])
                .collect()
        }
        Kind::Matrix => Vec::new(),
    }
}

/// Those lines of `runs.csv` that are wanted: a sweep of thousands of points is not taken to pieces for one of them.
fn some_runs(file: &str, points: &[String]) -> Result<String, String> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .from_reader(file.as_bytes());
    let mut some = csv::Writer::from_writer(Vec::new());
    let mut record = csv::StringRecord::new();
    let mut is_header = true;
    while reader.read_record(&mut record).map_err(|e| e.to_string())? {
        if is_header
            || (record.get(3) == Some(ALL) && points.iter().any(|p| record.get(0) == Some(p)))
        {
            some.write_record(&record).map_err(|e| e.to_string())?;
        }
        is_header = false;
    }
    let bytes = some.into_inner().map_err(|e| e.to_string())?;
    String::from_utf8(bytes).map_err(|e| e.to_string())
}

/// The figure of the first objective, or of the given metric, else of missed toasts, at one point.
fn single(
    summary: &Json,
    runs: &[PointRuns],
    label: &str,
    metric: Option<&str>,
) -> Option<Vec<Value>> {
    let point = items(summary, "points").find(|p| label_of(&p["point"], label));
    let objectives = point.unwrap_or(summary);
    let objective =
        items(objectives, "objectives").find(|o| o["scope"] == "all" && o.get("cause").is_none());
    let objective = objective.filter(|o| metric.is_none_or(|m| text(o, "metric") == m));
    let name = metric
        .or(objective.map(|o| text(o, "metric")))
        .unwrap_or("missed_toast_fraction");
    let metric = Metric::named(name)?;
    let curve = curve(
        "mean so far",
        CONFIDENCE,
        &samples(of(runs, label)?, metric)?,
        estimate,
    );
    let target = objective.and_then(|o| o["at_most"].as_f64().or(o["at_least"].as_f64()));
    let at = if label.is_empty() {
        String::new()
    } else {
        format!(", with {label}")
    };
    let what = format!(
        "The mean of {name} over the first replications and its 95 % interval, by their number{at}."
    );
    let lines: Vec<(f64, &str)> = target.map(|t| (t, "target")).into_iter().collect();
    chart("convergence", metric, name, &what, &curve, &lines).map(|chart| vec![chart])
}

/// Whether an object of keys and values has this label; its keys may stand in another order.
fn label_of(point: &Json, label: &str) -> bool {
    let Some(map) = point.as_object() else {
        return false;
    };
    let written =
        |(key, value): (&String, &Json)| format!("{key}={}", value.as_str().unwrap_or_default());
    let all: Vec<String> = map.iter().map(written).collect();
    !label.is_empty()
        && all.join(", ").len() == label.len()
        && all.iter().all(|part| label.contains(part.as_str()))
}

/// The paired difference of each alternative to the baseline.
fn compare(summary: &Json, runs: &[PointRuns]) -> Option<Vec<Value>> {
    let confidence = summary["confidence"].as_f64()?;
    let side = |name: &str| of(runs, &format!("alternative={name}"));
    let baseline = side(text(summary, "baseline"))?;
    let mut charts = Vec::new();
    for (i, other) in items(summary, "alternatives")
        .take(MOST_ALTERNATIVES)
        .enumerate()
    {
        let decides = |f: &&Json| f["decides"] == true;
        let told = items(other, "figures")
            .filter(decides)
            .find(|f| matches!(text(f, "verdict"), "better" | "worse"));
        let figure = told.or_else(|| items(other, "figures").find(decides))?;
        let metric = Metric::named(text(figure, "metric"))?;
        let (mut a, mut b) = (Vec::new(), Vec::new());
        let theirs = side(text(other, "name"))?;
        for (number, observation) in baseline {
            let Some((_, same)) = theirs.iter().find(|(n, _)| n == number) else {
                continue;
            };
            a.extend(sample(observation, metric));
            b.extend(sample(same, metric));
        }
        let pairs: Vec<(Sample, Sample)> = a.into_iter().zip(b).collect();
        let curve = curve("mean difference so far", confidence, &pairs, |pairs| {
            let (a, b): (Vec<Sample>, Vec<Sample>) = pairs.iter().copied().unzip();
            paired_samples(&a, &b, confidence).map(|p| p.difference)
        });
        let name = if i == 0 {
            "convergence".into()
        } else {
            format!("convergence-{}", i + 1)
        };
        let what = format!(
            "{} less {}: the difference of {} over the first pairs of replications and its interval of {} %, by their number.",
            text(other, "name"),
            text(summary, "baseline"),
            metric.name,
            super::plain(confidence * 100.0)
        );
        let title = format!("difference of {}", metric.name);
        charts.extend(chart(
            &name,
            metric,
            &title,
            &what,
            &curve,
            &[(0.0, "no difference")],
        ));
    }
    Some(charts)
}

/// The replications that confirm the value that was found, and those of its neighbour; where none serves, those of the
/// last one that was tried.
fn size(summary: &Json, runs: &[PointRuns]) -> Option<Vec<Value>> {
    let found = deciding(summary)
        .find(|t| t["value"] == summary["value"])
        .or(deciding(summary).last())?;
    let metric = Metric::named(text(binding(found)?, "metric"))?;
    let neighbour = deciding(summary)
        .filter(|t| t["value"] != found["value"])
        .last();
    let target: Vec<(f64, &str)> = binding(found)?["target"]
        .as_f64()
        .map(|t| (t, "target"))
        .into_iter()
        .collect();
    let of_what = if found["sample"] == "confirmation" {
        "confirming"
    } else {
        "searching"
    };
    let mut charts = Vec::new();
    // Each by itself: what does not serve may be so far off that it would flatten the curve of what does.
    for (trial, id) in
        std::iter::once((found, "convergence")).chain(neighbour.map(|n| (n, "convergence-2")))
    {
        let named = format!("{}={}", text(summary, "key"), text(trial, "value"));
        let Some(replications) = of(runs, &point_of(summary, trial)) else {
            continue;
        };
        let curve = curve(
            "mean so far",
            CONFIDENCE,
            &samples(replications, metric)?,
            estimate,
        );
        let what = format!(
            "The mean of {} over the first {of_what} replications of {named} and its 95 % interval, by their number.",
            metric.name,
        );
        let title = format!("{} with {named}", metric.name);
        charts.extend(chart(id, metric, &title, &what, &curve, &target));
    }
    Some(charts)
}

/// The trials that decide: those that confirm, else the last one.
fn deciding(summary: &Json) -> impl Iterator<Item = &Json> {
    let last = items(summary, "trials").count().saturating_sub(1);
    let fresh = |t: &Json| t["sample"] == "confirmation";
    let none = !items(summary, "trials").any(fresh);
    items(summary, "trials")
        .enumerate()
        .filter(move |(i, t)| fresh(t) || (none && *i == last))
        .map(|(_, t)| t)
}

/// The point of a trial, as the tables name it.
fn point_of(summary: &Json, trial: &Json) -> String {
    let down = trial["down"]
        .as_str()
        .map_or(String::new(), |down| format!(", down=gateway:{down}"));
    format!(
        "{}={}, sample={}{down}",
        text(summary, "key"),
        text(trial, "value"),
        text(trial, "sample")
    )
}

/// The objective with the least room between its interval and the target, as a share of it: the one that binds.
fn binding(trial: &Json) -> Option<&Json> {
    let room = |o: &Json| {
        let target = o["target"].as_f64()?;
        let room = match o["at_most"].is_number() {
            true => target - o["upper"].as_f64()?,
            false => o["lower"].as_f64()? - target,
        };
        Some(if target == 0.0 { room } else { room / target })
    };
    let whole = items(trial, "objectives").filter(|o| o["scope"] == ALL);
    whole
        .filter_map(|o| Some((o, room(o)?)))
        .min_by(|a, b| a.1.total_cmp(&b.1))
        .map(|(o, _)| o)
}

/// How much more the next best point costs than the best one, over the replications that both have.
fn best(summary: &Json, runs: &[PointRuns]) -> Option<Vec<Value>> {
    let cost = Cost::parse(text(summary, "cost")).ok()?;
    let (best, second) = best_pair(summary)?;
    let costs = |label: &str| -> Option<Vec<f64>> {
        of(runs, label)?
            .iter()
            .map(|(_, o)| cost.evaluate(o).ok())
            .collect()
    };
    let differences: Vec<f64> = costs(best)?
        .iter()
        .zip(costs(second)?)
        .map(|(least, other)| other - least)
        .collect();
    let curve = curve("mean difference so far", CONFIDENCE, &differences, |some| {
        mean_interval(some, CONFIDENCE)
    });
    let mut lines = vec![(0.0, "no difference")];
    lines.extend(
        summary["delta"]
            .as_f64()
            .map(|delta| (delta, "least that matters")),
    );
    let what = format!(
        "The cost of {second} less that of {best} over the first replications and its 95 % interval, by their number."
    );
    chart_in(
        "convergence",
        "",
        "difference of cost",
        &what,
        &curve,
        &lines,
        1.0,
    )
    .map(|chart| vec![chart])
}

/// The best point, or the one of the least mean cost where none is selected yet, and the next one by its mean.
fn best_pair(summary: &Json) -> Option<(&str, &str)> {
    let serves = |p: &&Json| p.get("verdict").is_none_or(|v| v == "pass");
    let mean = |p: &Json| p["mean"].as_f64().unwrap_or(f64::INFINITY);
    let mut order: Vec<&Json> = items(summary, "points").filter(serves).collect();
    order.sort_by(|a, b| {
        (b["point"] == summary["best"])
            .cmp(&(a["point"] == summary["best"]))
            .then(mean(a).total_cmp(&mean(b)))
    });
    let [best, second, ..] = order[..] else {
        return None;
    };
    Some((text(best, "point"), text(second, "point")))
}

fn of<'a>(runs: &'a [PointRuns], label: &str) -> Option<&'a Vec<(u32, Observation)>> {
    runs.iter()
        .find(|(point, _)| point == label)
        .map(|(_, replications)| replications)
}

fn sample(observation: &Observation, metric: &Metric) -> Option<Sample> {
    let column = columns()
        .iter()
        .position(|c| c.metric == metric && c.cause.is_none())?;
    observation.values.first().map(|of_all| of_all[column])
}

fn samples(replications: &[(u32, Observation)], metric: &Metric) -> Option<Vec<Sample>> {
    replications
        .iter()
        .map(|(_, o)| sample(o, metric))
        .collect()
}

fn curve<T>(
    name: &'static str,
    confidence: f64,
    samples: &[T],
    estimate: impl Fn(&[T]) -> Option<Estimate>,
) -> Curve {
    let at = |n: usize| estimate(&samples[..n]).map(|e| (n as f64, e));
    let interval = format!("{} % interval", super::plain(confidence * 100.0));
    Curve {
        name,
        interval,
        points: (1..=samples.len()).filter_map(at).collect(),
    }
}

fn chart(
    name: &str,
    metric: &Metric,
    title: &str,
    what: &str,
    curve: &Curve,
    lines: &[(f64, &str)],
) -> Option<Value> {
    let scale = if metric.unit == Unit::Fraction {
        100.0
    } else {
        1.0
    };
    chart_in(
        name,
        super::unit_name(metric.unit.name()),
        title,
        what,
        curve,
        lines,
        scale,
    )
}

/// `None`: there are no two replications to see a change.
fn chart_in(
    name: &str,
    unit: &str,
    title: &str,
    what: &str,
    curve: &Curve,
    lines: &[(f64, &str)],
    scale: f64,
) -> Option<Value> {
    if curve.points.len() < 2 {
        return None;
    }
    let band: Vec<(f64, f64, f64)> = curve
        .points
        .iter()
        .filter_map(|(n, e)| Some((*n, e.lower? * scale, e.upper? * scale)))
        .collect();
    // The interval of two replications is so wide that it would hide all others.
    let points = if band.len() > 3 {
        band[1..].to_vec()
    } else {
        band
    };
    let mean = curve
        .points
        .iter()
        .map(|(n, e)| (*n, e.mean * scale))
        .collect();
    let mut layers = vec![
        Layer::Band(Band {
            name: curve.interval.clone(),
            points,
            tone: Tone::Series(0),
        }),
        Layer::Line(Line {
            name: curve.name.into(),
            points: mean,
            tone: Tone::Series(0),
        }),
    ];
    for (value, label) in lines {
        let tone = if *label == "target" {
            Tone::Bad
        } else {
            Tone::Quiet
        };
        let (along, label) = (Along::Y, (*label).to_string());
        layers.push(Layer::Threshold(Threshold {
            along,
            value: value * scale,
            label,
            tone,
        }));
    }
    let chart = Chart {
        title: "How the figure settles with the number of replications".into(),
        description: what.into(),
        x: Axis::new("Replications", "").on(Scale::Whole),
        y: Axis::new(title, unit),
        layers,
        notes: Vec::new(),
    };
    Some(figure::html(name, &chart))
}

fn estimate(samples: &[Sample]) -> Option<Estimate> {
    let mut values = Vec::new();
    let mut pairs = Vec::new();
    for sample in samples {
        match *sample {
            Sample::Count(n) => values.push(n as f64),
            Sample::Value(x) => values.push(x),
            Sample::Ratio(above, below) => pairs.push((above, below)),
            Sample::Absent | Sample::Beyond(_) => {}
        }
    }
    if pairs.is_empty() {
        mean_interval(&values, CONFIDENCE)
    } else {
        ratio_interval(&pairs, CONFIDENCE)
    }
}
