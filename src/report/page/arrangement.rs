//! Which picture stands where: the one that shows the answer first, and what shows the same again folded.

use minijinja::Value;
use serde::Serialize;

use super::figure::html;
use crate::record::{Kind, Record, RunRecord};
use crate::report::chart::{Chart, Layer};
use crate::report::plot::Plot;

/// The pictures of a page by their place.
#[derive(Serialize, Default)]
pub(super) struct Arrangement {
    /// Beside the verdict.
    pub lead: Option<Value>,
    /// With the figures of the answer.
    pub answer: Vec<Value>,
    /// Of a run, how the day went.
    pub day: Vec<Value>,
    /// What shows the same once more.
    pub folded: Vec<Value>,
}

/// The plot of a run that shows its groups side by side, not its day.
const GROUPS: &str = "groups";
/// The plots of a run that show its losses by the clock: one of them is enough.
const LOSSES: [&str; 4] = ["down", "sessions", "drops-over-day", "missed-over-day"];

/// The plots of a page where they stand; those without anything in them are left out.
pub(super) fn arrange(record: &Record, plots: &[Plot]) -> Arrangement {
    let plots: Vec<&Plot> = plots.iter().filter(|p| !is_empty(&p.chart)).collect();
    let lead = lead(record, &plots);
    let mut arrangement = Arrangement::default();
    for plot in &plots {
        let place = match () {
            () if lead == Some(plot.name.as_str()) => {
                arrangement.lead = Some(html(&plot.name, &plot.chart));
                continue;
            }
            () if repeats(plot, &plots) => &mut arrangement.folded,
            () if record.kind() == Kind::Run && plot.name != GROUPS => &mut arrangement.day,
            () => &mut arrangement.answer,
        };
        place.push(html(&plot.name, &plot.chart));
    }
    arrangement
}

/// The plot that shows the answer: of a run by the metric that is judged, of a study the most telling one.
fn lead<'a>(record: &Record, plots: &[&'a Plot]) -> Option<&'a str> {
    let find_plot = |name: &str| plots.iter().find(|p| p.name == name);
    let plot = match record {
        Record::Run(run) => {
            (judged_plots(run).iter().chain(&LOSSES)).find_map(|name| find_plot(name))
        }
        _ => plots.first().map(|first| {
            let table = first.name.strip_prefix("sweep-");
            let table = table.and_then(|metric| find_plot(&format!("heat-{metric}")));
            table.unwrap_or(first)
        }),
    };
    plot.or(plots.first()).map(|plot| plot.name.as_str())
}

/// The plots of the metric that a run is judged by, where they are not those of its losses.
fn judged_plots(run: &RunRecord) -> &'static [&'static str] {
    let metric = run.objectives.first().map_or("", |o| &*o.metric);
    match metric {
        metric if metric.starts_with("gateway_response") => &["response", "response-distribution"],
        metric if metric.starts_with("gateway_queue") => &["queue"],
        "gateway_utilisation" => &["queue", "response"],
        metric if metric.starts_with("message_rate") => &["load"],
        metric if metric.starts_with("setup_") => &["setup-distribution"],
        _ => &[],
    }
}

/// Whether another plot, or a line of a table, shows the same.
fn repeats(plot: &Plot, plots: &[&Plot]) -> bool {
    let name = plot.name.as_str();
    let table_of_curves = name.strip_prefix("sweep-").is_some_and(|metric| {
        let table = format!("heat-{metric}");
        plots.iter().any(|p| p.name == table)
    });
    let one_cause = ["drops", "missed"].contains(&name) && bars(&plot.chart) < 2;
    LOSSES.contains(&name) || table_of_curves || one_cause
}

/// How many bars a chart of bars has.
fn bars(chart: &Chart) -> usize {
    let count = |layer: &Layer| match layer {
        Layer::Bars(bars) => bars.bars.len(),
        _ => 0,
    };
    chart.layers.iter().map(count).sum()
}

/// Whether a chart has bars of no length alone: its title says all there is.
fn is_empty(chart: &Chart) -> bool {
    let flat = |layer: &Layer| match layer {
        Layer::Bars(bars) => bars.bars.iter().all(|bar| {
            let is_flat = |value: f64| !value.is_finite() || value == bars.base;
            is_flat(bar.value) && bar.other.is_none_or(is_flat)
        }),
        _ => false,
    };
    !chart.layers.is_empty() && chart.layers.iter().all(flat)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{MatrixRecord, Objective};
    use crate::report::chart::{Bar, Bars};

    fn plot(name: &str, values: &[f64]) -> Plot {
        let bar = |value: &f64| Bar {
            value: *value,
            ..Bar::default()
        };
        let bars = Layer::Bars(Bars {
            bars: values.iter().map(bar).collect(),
            ..Bars::default()
        });
        Plot {
            name: name.into(),
            chart: Chart {
                layers: vec![bars],
                ..Chart::default()
            },
        }
    }

    fn run(metric: &str) -> Record {
        let objective = Objective {
            metric: metric.to_string().into(),
            ..Objective::default()
        };
        Record::Run(RunRecord {
            objectives: vec![objective],
            ..RunRecord::default()
        })
    }

    /// The names of the pictures of each place.
    fn places(arrangement: &Arrangement) -> [Vec<String>; 4] {
        let names = |figures: &[Value]| -> Vec<String> {
            let name = |figure: &Value| {
                let html = figure.to_string();
                html.split("data-chart=\"")
                    .nth(1)
                    .unwrap()
                    .split('"')
                    .next()
                    .unwrap()
                    .to_string()
            };
            figures.iter().map(name).collect()
        };
        let Arrangement {
            lead,
            answer,
            day,
            folded,
        } = arrangement;
        [
            names(lead.as_slice()),
            names(answer),
            names(day),
            names(folded),
        ]
    }

    #[test]
    fn one_picture_of_the_losses_leads_and_the_others_are_folded() {
        let plots =
            ["groups", "sessions", "down", "load", "drops-over-day"].map(|n| plot(n, &[1.0, 2.0]));
        let [lead, answer, day, folded] = places(&arrange(&run("missed_toast_fraction"), &plots));
        assert_eq!(lead, ["down"]);
        assert_eq!(answer, ["groups"]);
        assert_eq!(day, ["load"]);
        assert_eq!(folded, ["sessions", "drops-over-day"]);
    }

    #[test]
    fn the_picture_of_what_is_judged_leads() {
        let plots = ["sessions", "load", "response"].map(|n| plot(n, &[1.0, 2.0]));
        for (metric, expected) in [
            ("gateway_response_p99_ms", "response"),
            ("message_rate_per_s", "load"),
            ("all_back_s", "sessions"),
        ] {
            let [lead, ..] = places(&arrange(&run(metric), &plots));
            assert_eq!(lead, [expected], "{metric}");
        }
    }

    #[test]
    fn what_did_not_happen_has_no_picture_and_one_cause_is_folded() {
        let plots = [
            plot("sessions", &[1.0, 2.0]),
            plot("drops", &[0.0]),
            plot("missed", &[3.0]),
        ];
        let [_, answer, day, folded] = places(&arrange(&run("users"), &plots));
        assert_eq!((answer.len(), day.len()), (0, 0));
        assert_eq!(folded, ["missed"]);
    }

    #[test]
    fn a_table_of_colours_stands_for_its_curves() {
        let plots = ["sweep-a", "heat-a", "sweep-b", "tradeoff"].map(|n| plot(n, &[1.0]));
        let record = Record::Matrix(MatrixRecord::default());
        let [lead, answer, day, folded] = places(&arrange(&record, &plots));
        assert_eq!(lead, ["heat-a"]);
        assert_eq!(answer, ["sweep-b", "tradeoff"]);
        assert_eq!((day.len(), folded), (0, vec!["sweep-a".to_string()]));
    }
}
