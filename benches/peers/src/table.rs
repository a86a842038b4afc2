//! The outcome as text and as CSV rows.

use std::fmt::Write;
use std::path::Path;

use rccsim::study::Estimate;
use rccsim_peers::figures::FIGURES;
use rccsim_peers::system::Run;

use crate::agreement::Judged;
use crate::race::{Lane, samples};

/// What people read.
pub fn text(lanes: &[Lane], judged: &[Judged], is_whole: bool) -> String {
    let mut out = String::from("Figures (mean of the runs ± 95 % interval)\n");
    let shown = |e: &Estimate| format!("{:.6} ± {:.6}", e.mean, e.half_width().unwrap_or(f64::NAN));
    for j in judged {
        let (lane, (metric, unit)) = (&lanes[j.lane], FIGURES[j.figure]);
        let _ = writeln!(
            out,
            "  {:8} {:6} {:30} {:>26}  rccsim {:>26} {:9}  {}: {:.6} apart, by chance up to {:.6}",
            lane.peer.name(),
            lane.setting.scope.name(),
            metric,
            shown(&j.peer),
            shown(&j.rccsim),
            unit,
            if j.agrees() { "agrees" } else { "DIFFERS" },
            j.difference.abs(),
            j.allowed,
        );
    }
    let _ = writeln!(
        out,
        "\nProcessor time of a run with {} users for {} h, median (best)",
        lanes[0].setting.users,
        lanes[0].horizon_h()
    );
    for lane in lanes {
        let (median, best) = lane.cpu_s(lane.peer_runs());
        let (own_median, own_best) = lane.cpu_s(lane.rccsim_runs());
        let events = lane.peer_runs().filter_map(|r| r.events).max().unwrap_or(0) as f64;
        let bar = lane
            .bar()
            .filter(|_| is_whole)
            .map_or(String::new(), |bar| {
                format!(
                    ", at least {bar} wanted: {}",
                    if lane.misses_bar() { "MISSED" } else { "met" }
                )
            });
        let _ = writeln!(
            out,
            "  {:8} {:6} {:>8.2} ({:.2}) s, {:.2} M events/s, {:.0} client-days/s; rccsim {:.2} ({:.2}) s, {:.0} client-days/s; ratio {:.1} ({:.1}){bar}",
            lane.peer.name(),
            lane.setting.scope.name(),
            median,
            best,
            events / median / 1e6,
            lane.client_days() / median,
            own_median,
            own_best,
            lane.client_days() / own_median,
            lane.ratio(),
            lane.ratio_of_best(),
        );
    }
    out
}

/// One row per system, scope and metric.
pub fn write_csv(lanes: &[Lane], file: &Path) -> Result<(), String> {
    let failed = |e: &dyn std::fmt::Display| format!("{}: {e}", file.display());
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder).map_err(|e| failed(&e))?;
    }
    let mut csv = csv::Writer::from_path(file).map_err(|e| failed(&e))?;
    csv.write_record([
        "system",
        "clients",
        "horizon_h",
        "scope",
        "paired_with",
        "metric",
        "value",
        "unit",
    ])
    .map_err(|e| failed(&e))?;
    for (system, lane, paired_with, metric, value, unit) in lanes.iter().flat_map(rows) {
        let (clients, horizon_h) = (lane.setting.users.to_string(), lane.horizon_h().to_string());
        // rccsim is what it is in either lane: a group per gateway.
        let scope = if system == "rccsim" {
            "groups"
        } else {
            lane.setting.scope.name()
        };
        csv.write_record([
            system,
            &clients,
            &horizon_h,
            scope,
            &paired_with,
            &metric,
            &value.to_string(),
            unit,
        ])
        .map_err(|e| failed(&e))?;
    }
    csv.flush().map_err(|e| failed(&e))
}

type Row<'a> = (&'static str, &'a Lane, String, String, f64, &'static str);

fn rows(lane: &Lane) -> Vec<Row<'_>> {
    let peer = lane.peer.name();
    let lane_name = format!("{peer} {}", lane.setting.scope.name());
    let mut rows = system_rows(peer, lane, "rccsim", lane.peer_runs().collect());
    rows.extend(system_rows(
        "rccsim",
        lane,
        &lane_name,
        lane.rccsim_runs().collect(),
    ));
    let mut of_peer = |metric: &str, value| {
        rows.push((peer, lane, "rccsim".into(), metric.into(), value, "ratio"))
    };
    of_peer("cpu_to_rccsim", lane.ratio());
    of_peer("cpu_to_rccsim_best", lane.ratio_of_best());
    lane.bar()
        .into_iter()
        .for_each(|bar| of_peer("cpu_to_rccsim_bar", bar));
    rows
}

fn system_rows<'a>(
    system: &'static str,
    lane: &'a Lane,
    paired_with: &str,
    runs: Vec<Run>,
) -> Vec<Row<'a>> {
    let mut rows: Vec<Row> = Vec::new();
    let mut row = |metric: &str, value: f64, unit| {
        rows.push((
            system,
            lane,
            paired_with.to_string(),
            metric.to_string(),
            value,
            unit,
        ));
    };
    for (figure, (metric, unit)) in FIGURES.into_iter().enumerate() {
        if let Some(estimate) =
            rccsim::study::mean_interval(&samples(runs.iter().copied(), figure), 0.95)
        {
            row(metric, estimate.mean, unit);
            estimate
                .lower
                .into_iter()
                .for_each(|lower| row(&format!("{metric}_lower"), lower, unit));
            estimate
                .upper
                .into_iter()
                .for_each(|upper| row(&format!("{metric}_upper"), upper, unit));
        }
    }
    let (median, best) = lane.cpu_s(runs.iter().copied());
    row("cpu_s", median, "s");
    row("cpu_s_best", best, "s");
    row("client_days_per_cpu_s", lane.client_days() / median, "/s");
    if let Some(events) = runs.iter().filter_map(|r| r.events).max() {
        row("events", events as f64, "count");
        row("events_per_cpu_s", events as f64 / median, "/s");
    }
    row("runs", runs.len() as f64, "count");
    rows
}
