//! The answers of the other kinds of study, as tables.

use super::objective::{margin, subject};
use super::run;
use super::table::{Table, cell, cell_within, interval, unit_name};
use crate::measure::Metric;
use crate::quantity::number::{count_phrase, plain};
use crate::record::{
    Comparison, Contrast, Figure, MatrixRecord, PointValues, Record, Selection, Sensitivity,
    Sizing, SweepRecord,
};
use crate::report::down::DownRow;
use crate::report::sweep::{TABLE_METRICS, short_keys};
use crate::report::words::metric_title;
use crate::study::Verdict;

/// The tables of a study.
fn tables(record: &Record) -> Vec<Table> {
    match record {
        Record::Run(run) => run::tables(run),
        Record::Sweep(sweep) => vec![self::sweep(sweep)],
        Record::Comparison(study) => (study.body.alternatives.iter())
            .map(|contrast| compare(&study.body, contrast))
            .collect(),
        Record::Sizing(study) => vec![size(&study.body)],
        Record::Selection(study) => vec![best(&study.body)],
        Record::Front(study) => vec![super::front::table(&study.body)],
        Record::Sensitivity(study) => sensitivity(&study.body),
        Record::Global(study) => vec![super::global::table(&study.body)],
        Record::Matrix(matrix) => vec![self::matrix(matrix)],
    }
}

/// The tables of a study; of a run also what being down comes to.
pub(super) fn tables_with(record: &Record, down: &[DownRow]) -> Vec<Table> {
    let mut tables = tables(record);
    run::add_down(&mut tables, down);
    tables
}

/// The unit of a metric, as files name it.
fn unit_of(metric: &str) -> &'static str {
    Metric::by_name(metric).map_or("", |m| m.unit.name())
}

fn half_width(lower: Option<f64>, upper: Option<f64>) -> Option<f64> {
    Some((upper? - lower?) / 2.0)
}

fn sweep(sweep: &SweepRecord) -> Table {
    let first = sweep.points.first();
    let objectives = first.map_or(&[][..], |p| &p.objectives);
    let metrics: Vec<&str> = objectives
        .iter()
        .filter(|o| o.is_of_all())
        .map(|o| &*o.metric)
        .collect();
    let extra: Vec<&str> = TABLE_METRICS
        .into_iter()
        .filter(|metric| !metrics.contains(metric))
        .collect();
    let keys = first.map_or_else(Vec::new, |p| short_keys(&values(&p.point)));
    let mut table = Table::new(
        "Every point",
        &keys.iter().map(String::as_str).collect::<Vec<_>>(),
    );
    if !objectives.is_empty() {
        table.words("verdict");
    }
    for objective in objectives {
        let title = if objective.is_of_all() {
            metric_title(&objective.metric)
        } else {
            subject(objective)
        };
        table.figure(&title, &objective.unit);
        ["±", "margin"]
            .iter()
            .for_each(|title| table.figure(title, &objective.unit));
    }
    for metric in &extra {
        table.figure(&metric_title(metric), unit_of(metric));
        table.figure("±", unit_of(metric));
    }
    table.figure("replications", "count");
    table.rows = super::joined::join_rows(points(sweep, &extra), keys.len());
    table.note =
        "± is half of the 95 % interval; the margin is how far all of it stays on the right side of the target.".into();
    table.cut("points")
}

/// A line for each point of a sweep, with these metrics after its objectives.
fn points(sweep: &SweepRecord, metrics: &[&str]) -> Vec<Vec<String>> {
    let mut lines = Vec::new();
    let judged = sweep
        .points
        .first()
        .is_some_and(|p| !p.objectives.is_empty());
    // The rows of a point follow each other, and the points come in the same order in both lists.
    let mut rows = sweep.rows.iter().peekable();
    for point in &sweep.points {
        let mut line: Vec<String> = point.point.values().cloned().collect();
        if judged {
            line.push(point.verdict.map_or("", Verdict::name).into());
        }
        for o in &point.objectives {
            let half = half_width(o.lower, o.upper);
            line.extend([o.mean, half, margin(o)].map(|x| cell_within(x, half, &o.unit)));
        }
        let mut figures: Vec<&Figure> = Vec::new();
        while let Some(row) = rows.next_if(|r| r.point == point.point) {
            figures.push(row);
        }
        for metric in metrics {
            let row = figures.iter().find(|r| r.is_of_all(metric));
            let half = row.and_then(|r| half_width(r.lower, r.upper));
            let mean = row.and_then(|r| r.mean);
            line.extend([mean, half].map(|x| cell_within(x, half, unit_of(metric))));
        }
        line.push(count(point.replications));
        lines.push(line);
    }
    lines
}

/// What is varied at a point, by key.
fn values(point: &PointValues) -> Vec<(String, String)> {
    point.iter().map(|(k, v)| (k.clone(), v.clone())).collect()
}

fn count(n: u32) -> String {
    cell(Some(n.into()), "count")
}

fn compare(comparison: &Comparison, contrast: &Contrast) -> Table {
    let title = format!("{} less {}", contrast.name, comparison.baseline);
    let mut table = Table::new(&title, &["figure", "stand"]);
    ["difference", "lower", "upper", "baseline", "other"]
        .iter()
        .for_each(|title| table.figure(title, "count"));
    table.words("unit");
    table.figure("correlation", "count");
    table.words("decides");
    for f in &contrast.figures {
        let mut line = vec![f.metric.to_string(), f.verdict.name().into()];
        let figures = [f.difference, f.lower, f.upper, f.baseline, f.other];
        let half = half_width(f.lower, f.upper);
        line.extend(figures.map(|x| cell_within(x, half, &f.unit)));
        line.push(unit_name(&f.unit).into());
        line.push(cell(f.correlation, ""));
        line.push(if f.decides { "yes" } else { "no" }.into());
        table.rows.push(line);
    }
    table.note = format!(
        "{}, paired by common random numbers. Intervals of {} % each: all that decide hold at once with 95 %.",
        count_phrase(contrast.replications.into(), "replication"),
        plain(comparison.confidence * 100.0)
    );
    table
}

fn size(sizing: &Sizing) -> Table {
    let mut table = Table::new(
        "Every value tried",
        &[&sizing.key, "sample", "#replications", "verdict"],
    );
    for objective in sizing.trials.iter().take(1).flat_map(|t| &t.objectives) {
        let unit = unit_of(&objective.metric);
        table.figure(&metric_title(&objective.metric), unit);
        ["lower", "upper", "target"]
            .iter()
            .for_each(|title| table.figure(title, unit));
    }
    for trial in &sizing.trials {
        let mut line = vec![
            trial.value.clone(),
            trial.sample.to_string(),
            count(trial.replications),
            trial.verdict.name().into(),
        ];
        for o in &trial.objectives {
            let unit = unit_of(&o.metric);
            line.extend(interval(o.mean, o.lower, o.upper, unit));
            line.push(cell(Some(o.target), unit));
        }
        table.rows.push(line);
    }
    table.note =
        "The sample of the search, or fresh replications that the search had not seen.".into();
    table
}

fn best(selection: &Selection) -> Table {
    let mut table = Table::new(
        "Cost of every point",
        &[
            "point",
            "#replications",
            "#cost",
            "#lower",
            "#upper",
            "standing",
        ],
    );
    for p in &selection.points {
        let mut line = vec![p.point.clone()];
        let replications = Some(p.replications as f64);
        line.push(cell(replications, ""));
        line.extend(interval(p.mean, p.lower, p.upper, ""));
        line.push(
            match () {
                () if selection.best.as_ref() == Some(&p.point) => "best",
                () if selection.within_delta.contains(&p.point) => "within delta",
                () => "",
            }
            .into(),
        );
        table.rows.push(line);
    }
    table.note = format!(
        "Cost: {}. Differences below {} do not matter.",
        selection.cost,
        cell(selection.delta, "")
    );
    table.cut("points")
}

/// One key at a time, and pairs of those that move the figure most.
fn sensitivity(sensitivity: &Sensitivity) -> Vec<Table> {
    let mut tables = vec![one_at_a_time(sensitivity)];
    if !sensitivity.pairs.is_empty() {
        tables.push(pairs(sensitivity));
    }
    tables
}

fn pairs(sensitivity: &Sensitivity) -> Table {
    let unit = &sensitivity.unit;
    let columns = ["key", "other value", "and key", "its other value"];
    let mut table = Table::new("Two keys at a time", &columns);
    table.figure(&metric_title(&sensitivity.metric), unit);
    ["beyond the sum of both", "lower", "upper"]
        .iter()
        .for_each(|title| table.figure(title, unit));
    table.words("verdict");
    for pair in &sensitivity.pairs {
        let [first, second] = [0, 1].map(|i| [pair.keys[i].clone(), pair.values[i].clone()]);
        let mut line: Vec<String> = first.into_iter().chain(second).collect();
        let figures = [pair.mean, pair.interaction, pair.lower, pair.upper];
        let half = half_width(pair.lower, pair.upper);
        line.extend(figures.map(|x| cell_within(x, half, unit)));
        line.push(pair.verdict.name().into());
        table.rows.push(line);
    }
    table.note = "Each of the keys that move the figure most at the value that moves it most. Beyond the sum: what both change \
                  together less what each changes alone; it is more than noise where its interval leaves 0 out; all of these \
                  hold at once with 95 %."
        .into();
    table
}

fn one_at_a_time(sensitivity: &Sensitivity) -> Table {
    let unit = &sensitivity.unit;
    let mut table = Table::new("One key at a time", &["key", "value", "other value"]);
    table.figure(&metric_title(&sensitivity.metric), unit);
    ["difference", "lower", "upper"]
        .iter()
        .for_each(|title| table.figure(title, unit));
    table.words("verdict");
    for factor in &sensitivity.keys {
        for level in &factor.alternatives {
            let mut line = vec![
                factor.key.clone(),
                factor.value.clone(),
                level.value.clone(),
            ];
            let figures = [level.mean, level.difference, level.lower, level.upper];
            let half = half_width(level.lower, level.upper);
            line.extend(figures.map(|x| cell_within(x, half, unit)));
            line.push(level.verdict.name().into());
            table.rows.push(line);
        }
    }
    table.note = format!(
        "{}, paired; all differences hold at once with 95 %.",
        count_phrase(sensitivity.replications.into(), "replication")
    );
    table
}

fn matrix(matrix: &MatrixRecord) -> Table {
    let columns = [
        "gateway",
        "client",
        "refresh",
        "#first loss (s)",
        "cause",
        "#down (%)",
        "#toasts missed per user-day",
        "helps",
    ];
    let mut table = Table::new("Every client against every gateway", &columns);
    for c in &matrix.cells {
        // Where it is done; the whole sentence stands below, once.
        let places: Vec<&str> = (c.remedy.iter())
            .map(|remedy| remedy.split(':').next().unwrap_or_default())
            .collect();
        table.rows.push(vec![
            c.gateway.clone(),
            c.client.clone(),
            c.method.clone(),
            c.first_loss_s
                .map_or("never".into(), |s| cell(Some(s), "s")),
            c.cause.as_deref().unwrap_or_default().into(),
            cell(c.down_fraction, "fraction"),
            cell(c.missed_toasts_per_user_day, ""),
            places.join(", "),
        ]);
    }
    let mut helps: Vec<&str> = (matrix.cells.iter())
        .flat_map(|c| c.remedy.iter().map(String::as_str))
        .collect();
    helps.sort_unstable();
    helps.dedup();
    table.note = match helps.is_empty() {
        true => matrix.basis.clone(),
        false => format!("Helps: {}. {}", helps.join("; "), matrix.basis),
    };
    table
}
