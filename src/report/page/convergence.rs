//! How the figure that an answer rests on settles with the number of replications, from `runs.csv`.

use super::figure;
use crate::measure::{Metric, Sample, Unit};
use crate::quantity::number::plain;
use crate::record::{
    Comparison, Objective, PointRuns, Record, Results, ResultsError, Selection, Sizing,
    SweepRecord, Trial, TrialObjective, is_label,
};
use crate::report::chart::{Along, Axis, Band, Chart, Layer, Line, Scale, Threshold, Tone};
use crate::study::{
    CONFIDENCE, Cost, Estimate, Observation, Relation, columns, mean_interval, paired_samples,
    ratio_interval,
};
use minijinja::Value;

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
pub(super) fn charts(results: &Results) -> Result<Vec<Value>, ResultsError> {
    let record = results.record();
    let runs = results.replications(&points(record))?;
    let charts = match record {
        Record::Run(run) => single(&run.objectives, &runs, "", None),
        Record::Sensitivity(study) => single(&[], &runs, "", Some(&study.body.metric)),
        Record::Sweep(sweep) => single(chosen_objectives(sweep), &runs, &sweep.chosen, None),
        Record::Comparison(study) => compare(&study.body, &runs),
        Record::Sizing(study) => size(&study.body, &runs),
        Record::Selection(study) => best(&study.body, &runs),
        Record::Front(_) | Record::Global(_) | Record::Matrix(_) => None,
    };
    Ok(charts.unwrap_or_default())
}

/// The points whose replications are looked at.
fn points(record: &Record) -> Vec<String> {
    match record {
        Record::Run(_) | Record::Sensitivity(_) => vec![String::new()],
        Record::Sweep(sweep) => vec![sweep.chosen.clone()],
        Record::Comparison(study) => {
            let alternatives = study.body.alternatives.iter().take(MOST_ALTERNATIVES);
            std::iter::once(&study.body.baseline)
                .chain(alternatives.map(|o| &o.name))
                .map(|name| side(name))
                .collect()
        }
        Record::Sizing(study) => deciding(&study.body)
            .map(|t| point_of(&study.body, t))
            .collect(),
        Record::Selection(study) => {
            let pair = study.body.best_pair();
            pair.into_iter()
                .flat_map(|(best, second)| [best.into(), second.into()])
                .collect()
        }
        Record::Front(_) | Record::Global(_) | Record::Matrix(_) => Vec::new(),
    }
}

/// The point of an alternative, as the tables name it.
fn side(name: &str) -> String {
    format!("alternative={name}")
}

/// The objectives at the point that the answer of a sweep is about.
fn chosen_objectives(sweep: &SweepRecord) -> &[Objective] {
    let mut points = sweep.points.iter();
    let point = points.find(|p| is_label(&sweep.chosen, &p.point));
    point.map_or(&[], |p| &p.objectives)
}

/// The figure of the first objective, or of the given metric, else of missed toasts, at one point.
fn single(
    objectives: &[Objective],
    runs: &[PointRuns],
    label: &str,
    metric: Option<&str>,
) -> Option<Vec<Value>> {
    let objective = objectives.iter().find(|o| o.is_of_all());
    let name = metric
        .or(objective.map(|o| &*o.metric))
        .unwrap_or("missed_toast_fraction");
    let metric = Metric::by_name(name)?;
    let curve = curve(
        "mean so far",
        CONFIDENCE,
        &samples(observations_of(runs, label)?, metric)?,
        estimate,
    );
    // A target of so many days is not one of the mean.
    let of_mean = objective.filter(|o| o.quantile.is_none());
    let target = of_mean.and_then(Objective::target);
    let at = if label.is_empty() {
        String::new()
    } else {
        format!(", with {label}")
    };
    let caption = format!(
        "The mean of {name} over the first replications and its 95 % interval, by their number{at}."
    );
    let lines: Vec<(f64, &str)> = target.map(|t| (t, "target")).into_iter().collect();
    chart("convergence", metric, name, &caption, &curve, &lines).map(|chart| vec![chart])
}

/// The paired difference of each alternative to the baseline.
fn compare(comparison: &Comparison, runs: &[PointRuns]) -> Option<Vec<Value>> {
    let confidence = comparison.confidence;
    let baseline = observations_of(runs, &side(&comparison.baseline))?;
    let mut charts = Vec::new();
    let alternatives = comparison.alternatives.iter().take(MOST_ALTERNATIVES);
    for (i, alternative) in alternatives.enumerate() {
        let mut deciding = alternative.figures.iter().filter(|f| f.decides);
        let decided = deciding
            .clone()
            .find(|f| matches!(f.verdict, Relation::Better | Relation::Worse));
        let figure = decided.or_else(|| deciding.next())?;
        let metric = Metric::by_name(&figure.metric)?;
        let (mut a, mut b) = (Vec::new(), Vec::new());
        let observations = observations_of(runs, &side(&alternative.name))?;
        for (number, observation) in baseline {
            let Some((_, partner)) = observations.iter().find(|(n, _)| n == number) else {
                continue;
            };
            a.extend(sample(observation, metric));
            b.extend(sample(partner, metric));
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
        let caption = format!(
            "{} less {}: the difference of {} over the first pairs of replications and its interval of {} %, by their number.",
            alternative.name,
            comparison.baseline,
            metric.name,
            plain(confidence * 100.0)
        );
        let title = format!("difference of {}", metric.name);
        charts.extend(chart(
            &name,
            metric,
            &title,
            &caption,
            &curve,
            &[(0.0, "no difference")],
        ));
    }
    Some(charts)
}

/// The replications that confirm the value that was found, and those of its neighbour; where none serves, those of the
/// last one that was tried.
fn size(sizing: &Sizing, runs: &[PointRuns]) -> Option<Vec<Value>> {
    let is_chosen = |t: &&Trial| sizing.value.as_ref() == Some(&t.value);
    let trial = deciding(sizing)
        .find(is_chosen)
        .or(deciding(sizing).last())?;
    let objective = binding(trial)?;
    let metric = Metric::by_name(&objective.metric)?;
    let neighbour = deciding(sizing).filter(|t| t.value != trial.value).last();
    let target = [(objective.target, "target")];
    let of_what = if trial.sample == Trial::CONFIRMATION {
        "confirming"
    } else {
        "searching"
    };
    let mut charts = Vec::new();
    // Each by itself: what does not serve may be so far off that it would flatten the curve of what does.
    for (trial, id) in
        std::iter::once((trial, "convergence")).chain(neighbour.map(|n| (n, "convergence-2")))
    {
        let setting = format!("{}={}", sizing.key, trial.value);
        let Some(replications) = observations_of(runs, &point_of(sizing, trial)) else {
            continue;
        };
        let curve = curve(
            "mean so far",
            CONFIDENCE,
            &samples(replications, metric)?,
            estimate,
        );
        let caption = format!(
            "The mean of {} over the first {of_what} replications of {setting} and its 95 % interval, by their number.",
            metric.name,
        );
        let title = format!("{} with {setting}", metric.name);
        charts.extend(chart(id, metric, &title, &caption, &curve, &target));
    }
    Some(charts)
}

/// The trials that decide: those that confirm, else the last one.
fn deciding(sizing: &Sizing) -> impl Iterator<Item = &Trial> {
    let trials = &sizing.trials;
    let fresh = |t: &Trial| t.sample == Trial::CONFIRMATION;
    let none = !trials.iter().any(fresh);
    let deciding = trials
        .iter()
        .enumerate()
        .filter(move |(i, t)| fresh(t) || (none && i + 1 == trials.len()));
    deciding.map(|(_, t)| t)
}

/// The point of a trial, as the tables name it.
fn point_of(sizing: &Sizing, trial: &Trial) -> String {
    let down = trial
        .down
        .as_ref()
        .map_or(String::new(), |down| format!(", down=gateway:{down}"));
    format!(
        "{}={}, sample={}{down}",
        sizing.key, trial.value, trial.sample
    )
}

/// The objective with the least room between its interval and the target, as a share of it: the one that binds.
fn binding(trial: &Trial) -> Option<&TrialObjective> {
    let room = |o: &TrialObjective| {
        let room = match o.at_most {
            Some(_) => o.target - o.upper?,
            None => o.lower? - o.target,
        };
        Some(if o.target == 0.0 {
            room
        } else {
            room / o.target
        })
    };
    let of_mean = |o: &&TrialObjective| o.scope == "all" && o.quantile.is_none();
    let whole = trial.objectives.iter().filter(of_mean);
    whole
        .filter_map(|o| Some((o, room(o)?)))
        .min_by(|a, b| a.1.total_cmp(&b.1))
        .map(|(o, _)| o)
}

/// How much more the next best point costs than the best one, over the replications that both have.
fn best(selection: &Selection, runs: &[PointRuns]) -> Option<Vec<Value>> {
    let cost = Cost::parse(&selection.cost).ok()?;
    let (best, second) = selection.best_pair()?;
    let costs = |label: &str| -> Option<Vec<f64>> {
        observations_of(runs, label)?
            .iter()
            .map(|(_, o)| cost.evaluate(o).ok())
            .collect()
    };
    let differences: Vec<f64> = costs(best)?
        .iter()
        .zip(costs(second)?)
        .map(|(best_cost, second_cost)| second_cost - best_cost)
        .collect();
    let curve = curve(
        "mean difference so far",
        CONFIDENCE,
        &differences,
        |prefix| mean_interval(prefix, CONFIDENCE),
    );
    let mut lines = vec![(0.0, "no difference")];
    lines.extend(selection.delta.map(|delta| (delta, "least that matters")));
    let caption = format!(
        "The cost of {second} less that of {best} over the first replications and its 95 % interval, by their number."
    );
    chart_in(
        "convergence",
        "",
        "difference of cost",
        &caption,
        &curve,
        &lines,
        1.0,
    )
    .map(|chart| vec![chart])
}

fn observations_of<'a>(runs: &'a [PointRuns], label: &str) -> Option<&'a Vec<(u32, Observation)>> {
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
    let interval = format!("{} % interval", plain(confidence * 100.0));
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
    caption: &str,
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
        caption,
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
    caption: &str,
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
        description: caption.into(),
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
