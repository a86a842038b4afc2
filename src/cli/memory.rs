//! The limit is checked before memory is taken: a clear refusal beats a killed process.

use std::path::Path;

use super::fault::Fault;
use crate::deployment::{Plan, bytes_of_group, bytes_of_minutes, units_at_once};
use crate::experiment::scopes;
use crate::measure::{MinuteBin, Sample};
use crate::quantity::number::whole;
use crate::quantity::{Span, print_span};
use crate::record::{Figure, SUMMARY};
use crate::scenario::{Origin, Place, Scenario, ScenarioError};
use crate::study::{MetricRow, columns};

/// Bytes of the largest groups that are simulated at once on that many threads.
pub(super) fn required_bytes(plan: &Plan, threads: usize) -> u64 {
    let mut groups: Vec<u64> = Vec::new();
    for (index, gateway) in plan.gateways.iter().enumerate() {
        let (count, _) = gateway.groups();
        groups.extend(std::iter::repeat_n(
            bytes_of_group(plan, index),
            threads.min(count as usize),
        ));
    }
    groups.sort_unstable_by(|a, b| b.cmp(a));
    // Replications fill the threads that the groups leave idle.
    let largest = groups.first().copied().unwrap_or(0);
    let other_groups: u64 = groups.iter().skip(1).take(threads.saturating_sub(1)).sum();
    let idle = threads.saturating_sub(groups.len()) as u64;
    largest + other_groups + idle * largest
}

/// Bytes of time series: of the groups whose results wait to be merged, and of each scope what is merged, twice.
fn series(plan: &Plan) -> u64 {
    let groups: u64 = plan.gateways.iter().map(|g| u64::from(g.groups().0)).sum();
    let waiting = groups.min(units_at_once(plan) as u64);
    let minutes = bytes_of_minutes(plan);
    2 * (waiting + scopes(plan).len() as u64).saturating_mul(minutes)
}

/// Bytes that are free for this process; `None` where the system does not say.
fn available() -> Option<u64> {
    let mut system = sysinfo::System::new().ok()?;
    system.refresh_memory();
    // What a control group calls used includes files that it would drop at once, so its total is the bound.
    let limit = system
        .cgroup_limits()
        .map_or(u64::MAX, |limits| limits.total_memory);
    Some(system.available_memory().min(limit)).filter(|free| *free > 0)
}

/// Refuses a scenario whose users would not fit.
///
/// # Errors
/// The count that is too large, where it stands, and what helps.
pub(super) fn check(scenario: &Scenario, threads: usize) -> Result<(), ScenarioError> {
    let Some(available) = available() else {
        return Ok(());
    };
    let byte_count = required_bytes(&scenario.plan, threads);
    let series = series(&scenario.plan);
    if byte_count.saturating_add(series) <= available / 10 * 9 {
        return Ok(());
    }
    if series > byte_count {
        let plan = &scenario.plan;
        let message = format!(
            "scenario.horizon: found {}, expected less: the minutes of so long a run need about {} of memory, {} are free; fewer client groups and gateways need less, too",
            print_span(Span(plan.horizon.0)),
            gigabytes(series),
            gigabytes(available)
        );
        let place = place(scenario, "scenario", &plan.name, "horizon");
        return Err(ScenarioError::input(&place, message));
    }
    let largest = scenario.plan.clients.iter().max_by_key(|c| c.count);
    let (name, count) = largest.map_or(("", 0), |c| (c.name.as_str(), c.count));
    let place = place(scenario, "clients", name, "count");
    let message = format!(
        "clients.{name}.count: found {count}, expected fewer: the users of all groups need about {} of memory on {threads} \
         threads, {} are free; fewer --jobs or more gateways (each is simulated on its own) need less, too",
        gigabytes(byte_count),
        gigabytes(available)
    );
    Err(ScenarioError::input(&place, message))
}

/// Bytes of what is said of a point over all replications: as rows, and as figures of the record.
fn row_bytes(plan: &Plan) -> u64 {
    let row_size = size_of::<MetricRow>() + size_of::<Figure>() + NAME;
    (scopes(plan).len() * columns().len() * row_size) as u64
}

/// Bytes of the name of a figure's scope, twice.
const NAME: usize = 64;

/// Bytes of what one replication says, kept until the results are written: once as it comes, once among its samples.
fn sample_bytes(plan: &Plan, with_minutes: bool) -> u64 {
    let figures = scopes(plan).len() * columns().len() * size_of::<Sample>();
    let minutes = plan.horizon.0 / 60_000_000 * size_of::<MinuteBin>() as u64;
    2 * figures as u64 + if with_minutes { minutes } else { 0 }
}

/// Refuses points and replications whose figures would not fit; of a run, `with_minutes`, each minute is one.
///
/// # Errors
/// The number of replications, where it stands, and what helps.
pub(super) fn check_figures(points: &[&Scenario], with_minutes: bool) -> Result<(), ScenarioError> {
    let (Some(available), Some(first)) = (available(), points.first()) else {
        return Ok(());
    };
    let bytes = |s: &&Scenario| {
        let replications =
            sample_bytes(&s.plan, with_minutes).saturating_mul(s.replications.into());
        replications.saturating_add(row_bytes(&s.plan))
    };
    let byte_count = points.iter().map(bytes).fold(0, u64::saturating_add);
    if byte_count <= available / 10 * 9 {
        return Ok(());
    }
    let plural = match points.len() {
        1 => String::new(),
        n => format!(" of {} points", whole(n as u64)),
    };
    let message = format!(
        "scenario.replications: found {}, expected fewer: what the replications{plural} say needs about {} of memory, {} are free",
        first.replications,
        gigabytes(byte_count),
        gigabytes(available)
    );
    let place = place(first, "scenario", &first.plan.name, "replications");
    Err(ScenarioError::input(&place, message))
}

/// Bytes in memory for one of a record on disk, while its report is made: 1.6 of the record of 1,000 points and of 10,000.
const BYTES_OF_RECORD_BYTE: u64 = 2;

/// Refuses results whose report would not fit.
///
/// # Errors
/// The folder, how much memory its record needs, and what helps.
pub(super) fn check_record(folder: &Path) -> Result<(), Fault> {
    let record = std::fs::metadata(folder.join(SUMMARY)).map_or(0, |file| file.len());
    refuse_over(folder, record * BYTES_OF_RECORD_BYTE, available())
}

fn refuse_over(folder: &Path, byte_count: u64, available: Option<u64>) -> Result<(), Fault> {
    match available {
        Some(available) if byte_count > available / 10 * 9 => Err(Fault::Input(format!(
            "{}: {SUMMARY} needs about {} of memory, {} are free; its CSV files have the same figures, and can be read in parts",
            folder.display(),
            gigabytes(byte_count),
            gigabytes(available)
        ))),
        _ => Ok(()),
    }
}

/// Where a value was given.
fn place(scenario: &Scenario, table: &str, name: &str, key: &str) -> Place {
    match scenario
        .section(table, name)
        .map(|s| &s.setting(key).origin)
    {
        Some(Origin::File(place)) => place.clone(),
        _ => Place::file_only("--set"),
    }
}

fn gigabytes(bytes: u64) -> String {
    format!("{:.1} GB", bytes as f64 / 1e9)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::scenario::{Override, load};

    fn megabytes(sets: &[&str], threads: usize) -> u64 {
        let sets: Vec<Override> = sets.iter().map(|s| Override::parse(s).unwrap()).collect();
        required_bytes(
            &load(Path::new("models/large.toml"), &sets).unwrap().plan,
            threads,
        ) / 1_000_000
    }

    #[test]
    fn figures_that_cannot_be_kept_are_refused() {
        let with = |replications: u32| {
            let set = Override::parse(&format!("scenario.replications={replications}")).unwrap();
            load(Path::new("models/nec-r2.toml"), &[set]).unwrap()
        };
        // Three scopes of some sixty figures, 24 bytes each and twice, and 480 minutes of 64 bytes.
        let bytes = sample_bytes(&with(1).plan, true);
        assert!((35_000..60_000).contains(&bytes), "{bytes}");
        let (small, large) = (with(10), with(100_000));
        check_figures(&[&small; 100], true).unwrap();
        // Ten thousand points of a hundred thousand replications: some 10 TB.
        let refused = check_figures(&vec![&large; 10_000], false)
            .unwrap_err()
            .to_string();
        assert!(
            refused.contains("--set: scenario.replications: found 100000"),
            "{refused}"
        );
        assert!(refused.contains("of 10,000 points"), "{refused}");
    }

    #[test]
    fn a_record_that_does_not_fit_is_refused() {
        let refused = |byte_count, available| {
            let refused = refuse_over(Path::new("results/a"), byte_count, available);
            refused.err().map(|fault| fault.to_string())
        };
        assert_eq!(refused(900, Some(1000)), None);
        assert_eq!(refused(u64::MAX, None), None, "the system does not say");
        let why = refused(1_900_000_000, Some(2_000_000_000)).unwrap();
        assert!(
            why.starts_with(
                "results/a: summary.json needs about 1.9 GB of memory, 2.0 GB are free"
            ),
            "{why}"
        );
    }

    #[test]
    fn the_minutes_of_a_month_are_counted() {
        let with = |sets: &[&str]| {
            let sets: Vec<Override> = sets.iter().map(|s| Override::parse(s).unwrap()).collect();
            series(&load(Path::new("models/large.toml"), &sets).unwrap().plan) / 1_000_000
        };
        // 44,640 minutes of 72 bytes, of 20 gateways and of their users, and of three scopes twice.
        let month = ["scenario.horizon=31 d"];
        assert_eq!(with(&month), 2 * (20 + 3) * 44_640 * 72 / 1_000_000);
        // With a station 1 kB more a minute: fewer groups wait, two for each thread at least.
        let station = [month[0], "gateway.service_time=4 ms", "gateway.count=1000"];
        let at_least = 2 * (2 + 3) * 44_640 * 1088 / 1_000_000;
        let megabytes = with(&station);
        assert!(
            (at_least..20 * at_least).contains(&megabytes),
            "{megabytes}"
        );
    }

    #[test]
    fn what_is_needed_is_what_is_in_memory_at_once() {
        // One user, and what each of the 5,000 of a group leaves behind: in 8 h 33 sessions of half a Session-Expires,
        // 15 min, with two changes of 12 bytes each, 3.96 MB. More users in more groups need no more; two threads take two
        // groups.
        let [small, large] = ["4", "200"].map(|gateways| {
            let users = format!("clients.count={}", gateways.parse::<u32>().unwrap() * 5_000);
            megabytes(&[&users, &format!("gateway.count={gateways}")], 1)
        });
        assert_eq!((small, large), (3, 3));
        assert_eq!(megabytes(&[], 2), 7);
        // All users of an N + 1 group with a limit share one event list, whatever the number of gateways: 1.2 to 1.8 kB each.
        let coupled = megabytes(&["gateway.spare=1", "gateway.max_sessions=100000"], 1);
        assert!((120..180).contains(&coupled), "{coupled}");
    }
}
