//! How did the day go: sessions by state, messages, losses, the gateway's queue and its response, by the clock.

use super::super::chart::{Along, Axis, Chart, Layer, Line, Scale, Stack, Threshold, Tone};
use super::super::value::three_digits;
use super::reading::Reading;
use super::{Plot, fault};
use crate::measure::Unit;
use crate::quantity::number::{human, whole};
use crate::quantity::{Span, print_clock};
use crate::record::{Figure, Results, ResultsError, RunRecord, Series};

/// The states of a user, as `series.csv` and as people call them, and their colours.
const STATES: [(&str, &str, Tone); 4] = [
    ("usable", "usable session", Tone::Quiet),
    ("setting_up", "setting up", Tone::Series(4)),
    ("silent", "down, client unaware", Tone::Series(3)),
    ("visible", "down, client aware", Tone::Series(1)),
];

/// Less than this share of the highest sum is a line and no area.
const LEAST_AREA: f64 = 0.002;

/// More gateways than this are drawn as one.
const MOST_GATEWAYS: usize = 6;

/// What is needed to draw the day.
struct Day<'a> {
    run: &'a RunRecord,
    series: &'a [Series],
    start_s: Option<f64>,
}

/// The plots of a day.
///
/// # Errors
/// The series cannot be read.
pub(super) fn plots(results: &Results, run: &RunRecord) -> Result<Vec<Plot>, ResultsError> {
    let requested = results.requested()?;
    let day = Day {
        run,
        series: results.series()?,
        start_s: requested.start_s,
    };
    if day.series.is_empty() {
        return Ok(Vec::new());
    }
    let drops = day.events("drops-over-day", "session_drops", "sessions are lost");
    let missed = day.events("missed-over-day", "toasts_missed", "toasts are missed");
    let candidates = [
        day.sessions(),
        day.down(),
        day.load(),
        drops,
        missed,
        day.response(),
        day.queue(),
    ];
    let mut plots: Vec<Plot> = candidates.into_iter().flatten().collect();
    let until_s = end_s(day.series, day.start_s);
    plots
        .iter_mut()
        .for_each(|plot| fault::shade(&mut plot.chart, &requested.faults, until_s));
    Ok(plots)
}

/// Where the last stretch of a day ends, on its axis.
pub(super) fn end_s(series: &[Series], start_s: Option<f64>) -> f64 {
    let ends = series
        .iter()
        .filter_map(|s| Some(s.start_s.last()? + s.length_s.last()?));
    start_s.unwrap_or(0.0) + ends.fold(0.0, f64::max)
}

impl Day<'_> {
    fn series(&self, scope: &str, name: &str) -> Option<&Series> {
        self.series
            .iter()
            .find(|s| s.scope == scope && s.name == name)
    }

    fn figure(&self, metric: &str) -> Option<&Figure> {
        self.run.figure("all", metric)
    }

    fn mean(&self, metric: &str) -> Option<f64> {
        self.figure(metric).and_then(|f| f.mean)
    }

    fn axis(&self) -> Axis {
        match self.start_s {
            Some(_) => Axis::new("", "").on(Scale::TimeOfDay),
            None => Axis::new("Time", "s"),
        }
    }

    /// Where the value of a stretch is drawn: in its middle.
    fn places(&self, series: &Series) -> Vec<f64> {
        let start = self.start_s.unwrap_or(0.0);
        series
            .start_s
            .iter()
            .zip(&series.length_s)
            .map(|(at, length)| start + at + length / 2.0)
            .collect()
    }

    fn line(&self, series: &Series, name: &str, factor: f64, tone: Tone) -> Layer {
        let points = self
            .places(series)
            .into_iter()
            .zip(series.values.iter().map(|v| v * factor))
            .collect();
        Layer::Line(Line {
            name: name.into(),
            points,
            tone,
        })
    }

    /// The states as areas, and the note on those that are too few to see.
    fn stack(&self, states: &[(&str, &str, Tone)]) -> Option<(Layer, Option<String>)> {
        let series: Vec<(&Series, &str, Tone)> = states
            .iter()
            .filter_map(|(name, label, tone)| Some((self.series("all", name)?, *label, *tone)))
            .collect();
        let xs = self.places(series.first()?.0);
        let maximum = |s: &Series| s.values.iter().fold(0.0, |a: f64, b| a.max(*b));
        let top = series.iter().map(|(s, ..)| maximum(s)).fold(0.0, f64::max);
        type Area<'a> = (&'a Series, &'a str, Tone);
        let (large, small): (Vec<Area>, Vec<Area>) = series
            .into_iter()
            .partition(|(s, ..)| maximum(s) >= LEAST_AREA * top);
        let names: Vec<&str> = small
            .into_iter()
            .filter(|(s, ..)| maximum(s) > 0.0)
            .map(|(_, label, _)| label)
            .collect();
        // What never happens would only be a name.
        let areas: Vec<_> = large
            .into_iter()
            .filter(|(s, ..)| maximum(s) > 0.0 || top == 0.0)
            .collect();
        let stack = Stack {
            xs,
            parts: areas
                .iter()
                .map(|(s, label, _)| ((*label).to_string(), s.values.clone()))
                .collect(),
            tones: areas.iter().map(|(.., tone)| *tone).collect(),
        };
        let note =
            (!names.is_empty()).then(|| format!("Too few to be seen: {}.", names.join(", ")));
        Some((Layer::Stack(stack), note))
    }

    fn note(&self) -> Vec<String> {
        let n = self.run.replications;
        vec![if n == 1 {
            "Means over each minute of one replication.".into()
        } else {
            format!(
                "Means over each minute and over {} replications.",
                whole(n.into())
            )
        }]
    }

    fn peak(&self) -> String {
        human(self.mean("down_peak").unwrap_or(0.0).round())
    }

    /// The most at any one instant or second: a line above the means of minutes, which do not reach it.
    fn maximum_layer(&self, metric: &str, label: &str) -> Option<Layer> {
        let value = self.mean(metric).filter(|v| *v > 0.0)?;
        Some(Layer::Threshold(Threshold {
            along: Along::Y,
            value,
            label: format!("{label}: {}", human(value.round())),
            tone: Tone::Quiet,
        }))
    }

    fn sessions(&self) -> Option<Plot> {
        let (stack, note) = self.stack(&STATES)?;
        let usable = self
            .series("all", "usable")?
            .values
            .iter()
            .any(|v| *v > 0.0);
        let title = match self.mean("down_peak").unwrap_or(0.0) {
            _ if !usable => "Nobody ever has a usable session".into(),
            0.0 => "No user is ever without a usable session".into(),
            _ => {
                let users = match self.peak().as_str() {
                    "1" => "1 user is".into(),
                    n => format!("{n} users are"),
                };
                format!("At most {users} without a usable session at once")
            }
        };
        let chart = Chart {
            description: format!(
                "Users signed in over the day, by the state of their session. {title}; over all signed-in time the share without a usable session is {}.",
                self.figure("down_fraction")
                    .map_or("–".into(), |f| Reading::for_metric("down_fraction")
                        .with_interval(f))
            ),
            title,
            x: self.axis(),
            y: Axis::new("Users signed in", ""),
            layers: vec![stack],
            notes: self.note().into_iter().chain(note).collect(),
        };
        Some(Plot::new("sessions", chart))
    }

    /// Those without a session on a scale of their own, where the other picture would hide them.
    fn down(&self) -> Option<Plot> {
        let maximum = |name: &str| {
            self.series("all", name)
                .map_or(0.0, |s| s.values.iter().fold(0.0, |a: f64, b| a.max(*b)))
        };
        let down: f64 = STATES[1..].iter().map(|(name, ..)| maximum(name)).sum();
        if down <= LEAST_AREA * maximum("usable") || down > 0.3 * maximum("usable") {
            return None;
        }
        let (stack, note) = self.stack(&STATES[1..])?;
        let share =
            Reading::for_metric("down_fraction").text(self.mean("down_fraction").unwrap_or(0.0));
        let users = match self.peak().as_str() {
            "1" => "1 user is".into(),
            n => format!("{n} users are"),
        };
        let title = format!("Up to {users} without a session at once");
        let chart = Chart {
            description: format!(
                "{title}, and {share} of the time: how many at each time of the day, by what their client knows of it."
            ),
            title,
            x: self.axis(),
            y: Axis::new("Users without a usable session", ""),
            layers: [Some(stack), self.maximum_layer("down_peak", "most at once")]
                .into_iter()
                .flatten()
                .collect(),
            notes: self.note().into_iter().chain(note).collect(),
        };
        Some(Plot::new("down", chart))
    }

    fn load(&self) -> Option<Plot> {
        let [messages, refreshes] =
            ["message_rate_per_s", "refresh_rate_per_s"].map(|n| self.series("all", n));
        let mean = human(self.mean("message_rate_per_s").unwrap_or(0.0));
        let peak = human(self.mean("message_rate_peak_per_s").unwrap_or(0.0).round());
        let s = if mean == "1" { "" } else { "s" };
        let title = format!("{mean} message{s} a second on average, {peak} in the busiest second");
        let chart = Chart {
            description: format!(
                "Messages and refreshes per second over the day, mean of each minute. {title}."
            ),
            title,
            x: self.axis(),
            y: Axis::new("Per second", ""),
            layers: [
                Some(self.line(messages?, "messages", 1.0, Tone::Auto)),
                Some(self.line(refreshes?, "refreshes", 1.0, Tone::Auto)),
                self.maximum_layer("message_rate_peak_per_s", "busiest second"),
            ]
            .into_iter()
            .flatten()
            .collect(),
            notes: self.note(),
        };
        Some(Plot::new("load", chart))
    }

    /// How often something happened in each minute, where it happened at all.
    fn events(&self, name: &str, metric: &str, happens: &str) -> Option<Plot> {
        let series = self.series("all", metric)?;
        let mean = self.mean(metric).filter(|n| *n > 0.0)?;
        let reading = Reading::for_metric(metric);
        let maximum = series
            .values
            .iter()
            .enumerate()
            .max_by(|a, b| a.1.total_cmp(b.1))
            .map_or(0, |(i, _)| i);
        let when = self.start_s.map_or(String::new(), |start| {
            let at = (start + series.start_s[maximum]) % 86_400.0;
            format!(
                ", the most at {}",
                print_clock(Span((at / 60.0).floor() as u64 * 60_000_000))
            )
        });
        // Spread over the day no minute stands out.
        let stands_out = series.values[maximum] >= mean / 20.0;
        let title = format!(
            "Up to {} {happens} a minute{}",
            human(
                format!("{:.1e}", series.values[maximum])
                    .parse()
                    .unwrap_or(series.values[maximum])
            ),
            if stands_out { when } else { String::new() }
        );
        let chart = Chart {
            description: format!(
                "{} in each minute of the day. {title}; {} in all on average.",
                reading.label,
                human(mean.round())
            ),
            title,
            x: self.axis(),
            y: Axis::new(&reading.label, "per minute"),
            layers: vec![self.line(series, "", 1.0, super::reading::LOSS_TONE)],
            notes: self.note(),
        };
        Some(Plot::new(name, chart))
    }

    fn response(&self) -> Option<Plot> {
        let percentiles = [
            ("p50", "gateway_response_p50_ms"),
            ("p99", "gateway_response_p99_ms"),
        ];
        let series: Vec<(&str, &Series)> = percentiles
            .iter()
            .filter_map(|(name, series)| Some((*name, self.series("all", series)?)))
            .collect();
        let values = || {
            series
                .iter()
                .flat_map(|(_, s)| s.values.iter().copied())
                .filter(|v| v.is_finite())
        };
        if values().count() == 0 {
            return None;
        }
        let percentile = |metric: &str| match self.figure(metric) {
            Some(Figure {
                mean: Some(mean), ..
            }) => three_digits(*mean, Unit::Milliseconds),
            Some(Figure {
                beyond: Some(beyond),
                ..
            }) => format!("more than {}", three_digits(*beyond, Unit::Milliseconds)),
            _ => "–".into(),
        };
        let title = format!(
            "Half of the jobs leave the gateway within {}, 99 of 100 within {}",
            percentile("gateway_response_p50_ms"),
            percentile("gateway_response_p99_ms")
        );
        let mut layers: Vec<Layer> = series
            .iter()
            .map(|(name, s)| self.line(s, name, 1.0, Tone::Auto))
            .collect();
        let ours = self
            .run
            .objectives
            .iter()
            .filter(|o| o.scope == "all" && o.metric.starts_with("gateway_response"));
        layers.extend(ours.map(|o| {
            let reading = Reading::for_metric(&o.metric);
            let value = o.target().unwrap_or(f64::NAN);
            Layer::Threshold(Threshold {
                along: Along::Y,
                value,
                label: reading.line(o),
                tone: Tone::Bad,
            })
        }));
        let scale = if values().all(|v| v > 0.0) {
            super::reading::scale_of(values())
        } else {
            Scale::Linear
        };
        let chart = Chart {
            description: format!(
                "Time of a job in the gateway, waiting and service, over the day. {title}."
            ),
            title,
            x: self.axis(),
            y: Axis::new("Time in the gateway", "ms").on(scale),
            layers,
            notes: vec!["Percentiles of all jobs done in the minute, in all replications.".into()],
        };
        Some(Plot::new("response", chart))
    }

    fn queue(&self) -> Option<Plot> {
        let busy =
            |s: &&Series| s.name == "gateway_queue_mean" && s.values.iter().any(|v| *v > 0.0);
        let busy_series = |start: &str| {
            self.series
                .iter()
                .filter(|s| s.scope.starts_with(start))
                .filter(busy)
                .collect::<Vec<_>>()
        };
        let gateways = busy_series("gateway:");
        let lines = if gateways.len() > 1 && gateways.len() <= MOST_GATEWAYS {
            gateways
        } else {
            busy_series("all")
        };
        let peak = self.figure("gateway_queue_peak")?;
        if lines.is_empty() {
            return None;
        }
        let title = format!(
            "At most {} jobs wait at a gateway at once",
            human(peak.mean.unwrap_or(0.0).round())
        );
        let station_name = |s: &Series| {
            s.scope
                .strip_prefix("gateway:")
                .unwrap_or("all gateways")
                .to_string()
        };
        let name = |s: &Series| {
            if lines.len() == 1 {
                String::new()
            } else {
                station_name(s)
            }
        };
        let layers = lines
            .iter()
            .map(|s| self.line(s, &name(s), 1.0, Tone::Auto))
            .chain(self.maximum_layer("gateway_queue_peak", "longest"))
            .collect();
        let chart = Chart {
            description: format!(
                "Jobs that wait at the gateways over the day, mean of each minute. {title}."
            ),
            title,
            x: self.axis(),
            y: Axis::new("Jobs waiting", ""),
            layers,
            notes: self.note(),
        };
        Some(Plot::new("queue", chart))
    }
}
