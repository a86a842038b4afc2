//! Every shipped model is valid, opens with its question and answers it as its name says.

use std::fs;
use std::path::{Path, PathBuf};

use rccsim::deployment::simulate;
use rccsim::measure::{Counter, DropCause};
use rccsim::scenario::{Override, Scenario, expanded, hash, input_files, load, parse};
use tempfile::TempDir;

fn models() -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir("models")
        .unwrap()
        .map(|f| f.unwrap().path())
        .filter(|f| f.extension().is_some_and(|e| e == "toml"))
        .collect();
    files.sort();
    files
}

fn model(name: &str) -> Scenario {
    load(&Path::new("models").join(format!("{name}.toml")), &[]).unwrap_or_else(|e| panic!("{e}"))
}

#[test]
fn every_model_opens_with_its_question_and_is_named_as_its_file() {
    assert!(models().len() >= 8);
    for file in models() {
        let scenario = load(&file, &[]).unwrap_or_else(|e| panic!("{e}"));
        assert!(
            scenario.question.trim_end().ends_with('?'),
            "{file:?} opens with {:?}",
            scenario.question
        );
        assert_eq!(
            scenario.plan.name,
            file.file_stem().unwrap().to_string_lossy(),
            "{file:?}"
        );
    }
}

#[test]
fn the_expanded_scenario_reads_back_to_the_same_plan() {
    for file in models() {
        let scenario = load(&file, &[]).unwrap();
        // As a results folder has it, the files of records beside it.
        let folder = TempDir::new().unwrap();
        for records in input_files(&scenario, None) {
            let path = folder.path().join(&records.name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            records.copy(fs::File::create(path).unwrap()).unwrap();
        }
        let rerun = parse("expanded", &expanded(&scenario), folder.path(), &[])
            .unwrap_or_else(|e| panic!("{file:?}: {e}"));
        assert_eq!(rerun.plan, scenario.plan, "{file:?}");
        assert_eq!(
            (rerun.replications, hash(&rerun)),
            (scenario.replications, hash(&scenario)),
            "{file:?}"
        );
        assert_eq!(rerun.objectives, scenario.objectives, "{file:?}");
    }
}

/// Drops of one replication with 50 users of each group.
fn drops(name: &str) -> u64 {
    let mut plan = model(name).plan;
    plan.clients.iter_mut().for_each(|c| c.count = 50);
    let tally = simulate(&plan, 0).total;
    assert!(tally.get(Counter::SessionsEstablished) > 0);
    tally.all_drops()
}

#[test]
fn who_loses_sessions() {
    // The published story: R2 behind a gateway that ignores or rejects UPDATE loses them; the old client, and both
    // ways of hiding UPDATE from R2, keep them.
    for name in ["nec-r2", "rejecting-gateway", "mixed-fleet"] {
        assert!(drops(name) > 0, "{name}");
    }
    for name in ["nec-2007", "nec-r2-allow-fix", "nec-r2-relay-fix", "large"] {
        assert_eq!(drops(name), 0, "{name}");
    }
}

#[test]
fn the_laws_hold_in_every_shipped_model() {
    // Every run asserts them: conservation of time, toasts and messages, Little's law, that nobody waits without a deadline.
    let studies = fs::read_dir("models/studies")
        .unwrap()
        .map(|f| f.unwrap().path());
    for file in models().into_iter().chain(studies) {
        let mut plan = load(&file, &[]).unwrap_or_else(|e| panic!("{e}")).plan;
        plan.clients
            .iter_mut()
            .filter(|c| c.recorded_calls.is_none())
            .for_each(|c| c.count = c.count.min(20_000));
        let tally = simulate(&plan, 0).total;
        assert!(
            tally.signed_in_us > 0 && tally.get(Counter::ToastsDue) > 0,
            "{file:?}"
        );
        assert_eq!(tally.station.area_us, tally.station.sojourn_us, "{file:?}");
        let has_station = plan.gateways.iter().any(|g| g.station.is_some());
        assert_eq!(has_station, tally.station.area_us > 0, "{file:?}");
    }
}

#[test]
fn the_herd_echoes_every_interval_unless_it_is_jittered() {
    let plan = model("herd").plan;
    let result = simulate(&plan, 0);
    // Only by the restart: no jittered refresh comes too late.
    assert_eq!(result.total.drops[DropCause::GatewayDown as usize], 4000);
    assert_eq!(result.total.all_drops(), 4000);
    // In step: all 2,000 come back within four minutes from 09:30 on, and so do their refreshes, every 25 minutes.
    // Jittered by 15 %, the first echo is spread over the 7.5 min of R·U[0.85, 1.15]: 267 a minute, the later ones over more.
    for echo in 1..=5 {
        let at = 90 + 25 * echo;
        let minutes = |gateway: usize| {
            result.gateways[gateway].minutes[at - 10..at + 15]
                .iter()
                .map(|m| m.refreshes)
        };
        let in_step: u64 = result.gateways[0].minutes[at..at + 4]
            .iter()
            .map(|m| m.refreshes)
            .sum();
        assert_eq!((in_step, minutes(0).sum()), (2000, 2000), "echo {echo}");
        let (worst, jittered) = (minutes(0).max().unwrap(), minutes(1).max().unwrap());
        assert!(
            worst > 1000 && jittered < 340,
            "echo {echo}: {worst} and {jittered} in a minute"
        );
    }
}

/// The whole deployment, one replication: how long until all are back, and whether they are.
fn all_back_s(name: &str, set: &[&str]) -> Result<u64, u64> {
    let overrides: Vec<Override> = set.iter().map(|s| Override::parse(s).unwrap()).collect();
    let plan = load(
        &Path::new("models").join(format!("{name}.toml")),
        &overrides,
    )
    .unwrap()
    .plan;
    let tally = simulate(&plan, 0).total;
    let seconds = |us: u64| us / 1_000_000;
    match (tally.all_back_open_us, tally.all_back_us) {
        (Some(open), _) => Err(seconds(open)),
        (None, back) => Ok(seconds(back.unwrap())),
    }
}

#[test]
fn an_overloaded_gateway_finds_its_way_back_only_by_back_off_or_a_short_queue() {
    assert_eq!(
        all_back_s("overload", &[]),
        Err(9000),
        "from 09:30 to the end of the run"
    );
    let backoff = all_back_s(
        "overload",
        &["clients.reestablish=backoff 30 s x2 max 900 s jitter 50 %"],
    )
    .unwrap();
    let short = all_back_s("overload", &["gateway.queue=50"]).unwrap();
    // 6,000 jobs at 11 a second take 545 s, the restart 120 s.
    assert!(
        (665..3000).contains(&backoff) && (665..3000).contains(&short),
        "{backoff} {short}"
    );
}

#[test]
fn an_override_reaches_one_group_or_all() {
    let file = Path::new("models/mixed-fleet.toml");
    let intervals = |set: &str| -> Vec<u64> {
        let plan = load(file, &[Override::parse(set).unwrap()]).unwrap().plan;
        plan.clients
            .iter()
            .map(|c| c.config.refresh_interval.0 / 60_000_000)
            .collect()
    };
    assert_eq!(intervals("clients.refresh_interval=7 min"), [7, 7]);
    assert_eq!(
        intervals("clients.communicator-2007.refresh_interval=\"7 min\""),
        [7, 25]
    );
}
