//! A study of which several processes do a share each: the same bytes as of one.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use tempfile::TempDir;

use crate::study::{files, text};

/// Six points of three replications.
fn study(folder: &Path) -> String {
    let text = "[scenario]\nname = \"shared\"\nhorizon = \"8 h\"\nreplications = 3\n\
         [[gateway]]\nname = \"g\"\nprofile = \"ignores-update\"\n\
         [[clients]]\nname = \"c\"\nprofile = \"communicator-2007-r2\"\ncount = 400\ngateway = \"g\"\n\
         workload = \"moderate\"\nreestablish = \"fixed 30 s\"\n\
         [[objective]]\nmetric = \"missed_toast_fraction\"\nat_most = \"1 %\"\n\
         [study]\nvary = [\"clients.refresh_interval = 5 min..30 min step 5 min\"]\n";
    let file = folder.join("shared.toml");
    fs::write(&file, text).unwrap();
    file.to_str().unwrap().into()
}

fn command(file: &str, out: &Path, flags: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rccsim"));
    command
        .args(["sweep", file, "--jobs", "1", "--out", out.to_str().unwrap()])
        .args(flags)
        .env_remove("SLURM_ARRAY_TASK_ID")
        .env_remove("JOB_COMPLETION_INDEX")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

fn shard(file: &str, out: &Path, share: &str) -> Child {
    command(file, out, &["--shard", share]).spawn().unwrap()
}

fn ended(child: Child) -> Output {
    child.wait_with_output().unwrap()
}

/// Has two shards take turns until one of them says that all units are there; how many rounds that took.
fn all_rounds(shard: impl Fn(&str) -> Output) -> usize {
    let is_complete = |round: usize| {
        let stderr = ["1/2", "2/2"].map(|share| text(&shard(share).stderr));
        assert!(round < 60, "{stderr:?}");
        stderr[1].contains("all units are there")
    };
    1 + (0..).find(|round| is_complete(*round)).unwrap()
}

/// The study done by one process, and a folder for the shared one.
fn done_alone(folder: &TempDir) -> (String, PathBuf, PathBuf) {
    let file = study(folder.path());
    let [single_folder, shared_folder] = ["alone", "shared"].map(|name| folder.path().join(name));
    let output = command(&file, &single_folder, &["--quiet"])
        .output()
        .unwrap();
    assert!(
        matches!(output.status.code(), Some(0 | 3 | 4)),
        "{}",
        text(&output.stderr)
    );
    (file, single_folder, shared_folder)
}

fn units(out: &Path) -> usize {
    let entries = fs::read_dir(out.join("units"))
        .into_iter()
        .flatten()
        .flatten();
    entries
        .filter(|e| e.path().extension().is_some_and(|x| x == "unit"))
        .count()
}

#[test]
fn four_shards_one_of_them_killed_give_the_bytes_of_one_process() {
    let folder = TempDir::new().unwrap();
    let (file, reference, shared_folder) = done_alone(&folder);
    let mut shards: Vec<Child> = (1..=4)
        .map(|k| shard(&file, &shared_folder, &format!("{k}/4")))
        .collect();
    let mut killed = shards.swap_remove(1);
    killed.kill().unwrap();
    killed.wait().unwrap();
    for output in shards.into_iter().map(ended) {
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        assert!(output.stdout.is_empty(), "a shard answers nothing");
    }
    assert!(
        !shared_folder.join("summary.json").exists(),
        "and publishes nothing"
    );
    let rerun = ended(shard(&file, &shared_folder, "2/4"));
    let stderr = text(&rerun.stderr);
    assert!(
        stderr.contains("or the one without --shard publishes"),
        "{stderr}"
    );
    assert!(stderr.contains("trials simulated, 0 found"), "{stderr}");
    // All replications are there, and a fourth of the trials.
    let after_one = units(&shared_folder);
    assert!(after_one > 18, "{after_one}");
    // Trials are the last round.
    assert_eq!(all_rounds(|k| ended(shard(&file, &shared_folder, k))), 1);
    let trials = units(&shared_folder) - 18;
    assert!(trials > after_one - 18);
    let published = command(&file, &shared_folder, &[]).output().unwrap();
    let stderr = text(&published.stderr);
    assert!(
        stderr.contains("18 finished units found, 0 of no use, 0 simulated"),
        "{stderr}"
    );
    // Trials that are alike, of several levels, are one unit.
    let (reused, simulated_count) = trial_counts(&stderr);
    assert!(
        reused >= trials as u32 && simulated_count == 0,
        "{trials}: {stderr}"
    );
    assert!(files(&shared_folder) == files(&reference), "other bytes");
    assert!(!shared_folder.join("units").exists());
}

/// "40 finished trials found, 0 simulated".
fn trial_counts(message: &str) -> (u32, u32) {
    let line = message
        .lines()
        .find(|l| l.contains("finished trials found"));
    let words: Vec<&str> = line.unwrap().split(' ').rev().collect();
    let number = |place: usize| words[place].parse().unwrap();
    (number(5), number(1))
}

#[test]
fn a_share_is_its_own_units_and_says_what_is_missing() {
    let folder = TempDir::new().unwrap();
    let (file, _, shared_folder) = done_alone(&folder);
    let output = ended(shard(&file, &shared_folder, "3/4"));
    let stderr = text(&output.stderr);
    // Of 18 units the third, the seventh, the eleventh and the fifteenth.
    assert!(
        stderr.contains("shard 3 of 4: 4 units simulated, 0 found; 14 of other shards"),
        "{stderr}"
    );
    assert_eq!(units(&shared_folder), 4);
    let rerun = ended(shard(&file, &shared_folder, "3/4"));
    let stderr = text(&rerun.stderr);
    assert!(stderr.contains("0 units simulated, 4 found"), "{stderr}");
}

/// Its minutes, lost sessions, durations and days are in the units; trials and advice are, too.
#[test]
fn the_replications_of_a_run_are_shared_as_well() {
    let folder = TempDir::new().unwrap();
    let file = study(folder.path());
    let out = |name: &str| folder.path().join(name);
    let run = |name: &str, flags: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rccsim"));
        let set = ["run", &file, "--reps", "5", "--set"];
        // Fewer rows than there are lost sessions, in more than one replication.
        let set = [&set[..], &["scenario.drops_limit=10000", "--jobs", "2"]].concat();
        command.args(set).args(flags).arg("--out").arg(out(name));
        command.output().unwrap()
    };
    let single_run = run("alone", &["--quiet"]);
    assert!(
        matches!(single_run.status.code(), Some(0 | 3 | 4)),
        "{}",
        text(&single_run.stderr)
    );
    let first = run("shared", &["--shard", "2/2"]);
    let stderr = text(&first.stderr);
    assert_eq!(first.status.code(), Some(0), "{stderr}");
    assert!(
        stderr.contains("shard 2 of 2: 2 units simulated, 0 found; 3 of other shards"),
        "{stderr}"
    );
    assert!(!out("shared").join("summary.json").exists());
    all_rounds(|k| run("shared", &["--shard", k]));
    let published = run("shared", &[]);
    let stderr = text(&published.stderr);
    assert!(
        stderr.contains("5 finished units found, 0 of no use, 0 simulated"),
        "{stderr}"
    );
    let (reused, simulated_count) = trial_counts(&stderr);
    assert!(reused > 0 && simulated_count == 0, "{stderr}");
    assert_eq!(
        text(&published.stdout).replace("shared", "alone"),
        text(&single_run.stdout).replace("shared", "alone")
    );
    assert!(files(&out("shared")) == files(&out("alone")), "other bytes");
    assert!(!out("shared").join("units").exists());
}

/// Some of it was never simulated by a shard, and faults are so rare that a replication is several runs.
#[test]
fn a_run_of_rare_faults_simulates_what_no_shard_did() {
    let folder = TempDir::new().unwrap();
    let file = study(folder.path());
    let rare = fs::read_to_string(&file).unwrap()
        + "[[fault]]\nname = \"f\"\nkind = \"crash\"\ntarget = \"gateway:g\"\nmtbf = \"1000 h\"\nmttr = \"10 min\"\n";
    fs::write(&file, rare).unwrap();
    let out = |name: &str| folder.path().join(name);
    let run = |name: &str, flags: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rccsim"));
        let set = ["run", &file, "--reps", "4", "--no-report", "--out"];
        command
            .args(set)
            .arg(out(name))
            .args(flags)
            .output()
            .unwrap()
    };
    let single_run = run("alone", &["--quiet"]);
    assert!(
        matches!(single_run.status.code(), Some(0 | 3 | 4)),
        "{}",
        text(&single_run.stderr)
    );
    run("shared", &["--shard", "1/3"]);
    let stderr = text(&run("shared", &[]).stderr);
    assert!(
        stderr.contains("2 finished units found, 0 of no use, 2 simulated"),
        "{stderr}"
    );
    assert!(files(&out("shared")) == files(&out("alone")), "other bytes");
}

fn planned(flags: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rccsim"));
    command.arg("plan").args(flags).output().unwrap()
}

#[test]
fn a_plan_says_rounds_and_cost_and_leaves_no_trace() {
    let folder = TempDir::new().unwrap();
    let file = study(folder.path());
    let shared_folder = folder.path().join("shared");
    let out = shared_folder.to_str().unwrap();
    let sweep = ["--shards", "4", "sweep", &file, "--out", out];
    let stdout = text(&planned(&sweep).stdout);
    assert!(
        stdout.starts_with("This round: 18 units of 6 points, "),
        "{stdout}"
    );
    assert!(
        stdout.contains("a round of trials (of what is assumed, of what might help)"),
        "{stdout}"
    );
    assert!(
        stdout.lines().last().unwrap().contains(", 4 shards: "),
        "{stdout}"
    );
    assert!(!shared_folder.exists());
    assert_eq!(
        ended(shard(&file, &shared_folder, "1/4")).status.code(),
        Some(0)
    );
    let stdout = text(&planned(&sweep).stdout);
    assert!(
        stdout.starts_with("This round, where 5 are there: 13 units of "),
        "{stdout}"
    );
    assert_eq!(units(&shared_folder), 5);
    all_rounds(|k| ended(shard(&file, &shared_folder, k)));
    let stdout = text(&planned(&sweep).stdout);
    assert!(
        stdout.starts_with("Nothing is left to simulate"),
        "{stdout}"
    );
    assert!(shared_folder.join("units").exists());
}

#[test]
fn a_plan_says_the_least_and_the_most_where_rounds_decide() {
    let folder = TempDir::new().unwrap();
    let file = study(folder.path());
    let key = "clients.refresh_interval=5 min..30 min step 5 min";
    let size = planned(&["size", &file, "--key", key, "--no-report"]);
    let stdout = text(&size.stdout);
    assert!(
        stdout.starts_with("This round: 3 units of 1 point, "),
        "{stdout}"
    );
    assert!(stdout.contains("known only after it: at most "), "{stdout}");
    assert!(
        stdout.contains(" at least and ") && stdout.contains(" at most, 1 shard: "),
        "{stdout}"
    );
    let run = planned(&["--shards", "2", "run", &file, "--precision", "5 %"]);
    let stdout = text(&run.stdout);
    assert!(
        stdout.starts_with("This round: 10 units of 1 point, "),
        "{stdout}"
    );
    assert!(
        stdout.contains("at most 13 rounds, 1,000 replications in all"),
        "{stdout}"
    );
    for study in [
        &["best", &file, "--no-report"][..],
        &["compare", "nec-r2", "nec-r2-allow-fix"],
        &["sensitivity", &file],
    ] {
        let output = planned(study);
        let stdout = text(&output.stdout);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        assert!(stdout.contains("1 shard: "), "{stdout}");
    }
}

#[test]
fn a_plan_refuses_what_the_command_refuses() {
    let folder = TempDir::new().unwrap();
    let file = study(folder.path());
    for wrong in [
        &["sweep", &file, "--vary", "clients.refresh=1 min, 2 min"][..],
        &["size", &file, "--key", "gateway.count=5"],
        &["run", "nowhere.toml"],
        &["compare", "nec-r2"],
    ] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rccsim"));
        let output = command.args(wrong).output().unwrap();
        let planned = planned(wrong);
        assert_ne!(planned.status.code(), Some(0));
        assert_eq!(planned.status.code(), output.status.code());
        assert_eq!(text(&planned.stderr), text(&output.stderr));
    }
}

#[test]
fn shards_of_another_build_are_refused() {
    let folder = TempDir::new().unwrap();
    let (file, _, shared_folder) = done_alone(&folder);
    assert_eq!(
        ended(shard(&file, &shared_folder, "1/2")).status.code(),
        Some(0)
    );
    fs::write(
        shared_folder.join("units/rccsim-units"),
        "9.9.9 (commit abc)",
    )
    .unwrap();
    let refused = ended(shard(&file, &shared_folder, "2/2"));
    assert_ne!(refused.status.code(), Some(0));
    let stderr = text(&refused.stderr);
    assert!(
        stderr.contains("9.9.9 (commit abc)") && stderr.contains("two builds do not mix"),
        "{stderr}"
    );
}

#[test]
fn nobody_publishes_while_shards_work_and_of_two_publishers_one() {
    let folder = TempDir::new().unwrap();
    let (file, reference, shared_folder) = done_alone(&folder);
    for k in 1..=2 {
        assert_eq!(
            ended(shard(&file, &shared_folder, &format!("{k}/2")))
                .status
                .code(),
            Some(0)
        );
    }
    let publishers = [0, 1].map(|_| {
        command(&file, &shared_folder, &["--quiet"])
            .spawn()
            .unwrap()
    });
    let codes = publishers.map(|p| ended(p).status.code().unwrap());
    // Either one was refused, or it came after the other one had published and made all units again.
    let success_count = codes.iter().filter(|c| matches!(c, 0 | 3 | 4)).count();
    assert!(
        success_count >= 1 && codes.iter().all(|c| matches!(c, 0 | 1 | 3 | 4)),
        "{codes:?}"
    );
    assert!(files(&shared_folder) == files(&reference), "other bytes");
}

/// On a file system of 64 kB, in a mount namespace of its own; then it is given room, and the study goes on.
#[test]
fn a_full_disk_ends_a_share_and_loses_nothing() {
    let folder = TempDir::new().unwrap();
    let (file, reference, shared_folder) = done_alone(&folder);
    let disk = folder.path().join("disk");
    fs::create_dir(&disk).unwrap();
    let script = "mount -t tmpfs -o size=64k tmpfs \"$DISK\" || exit 90\n\
         $STUDY --shard 1/1; [ $? = 1 ] || exit 91\n\
         ls \"$DISK\"/out/units/*.unit > \"$FOLDER\"/kept || exit 92\n\
         mount -o remount,size=16m \"$DISK\" || exit 93\n\
         $STUDY --shard 1/1 || exit 94\n\
         $STUDY --quiet; [ $? -le 4 ] || exit 95\n\
         cp -r \"$DISK\"/out \"$SHARED\" || exit 96";
    let binary = env!("CARGO_BIN_EXE_rccsim");
    let study = format!(
        "{binary} sweep {file} --jobs 1 --out {}/out",
        disk.display()
    );
    let output = Command::new("unshare")
        .args(["--map-root-user", "--mount", "sh", "-c", script])
        .env("STUDY", study)
        .env("DISK", &disk)
        .env("FOLDER", folder.path())
        .env("SHARED", &shared_folder)
        .env_remove("SLURM_ARRAY_TASK_ID")
        .env_remove("JOB_COMPLETION_INDEX")
        .output()
        .unwrap();
    let stderr = text(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{stderr}");
    assert!(stderr.contains("the disk is full"), "{stderr}");
    let files_kept = fs::read_to_string(folder.path().join("kept"))
        .unwrap()
        .lines()
        .count();
    assert!((1..18).contains(&files_kept), "{files_kept}");
    let went_on = format!(
        "shard 1 of 1: {} units simulated, {files_kept} found",
        18 - files_kept
    );
    assert!(stderr.contains(&went_on), "{stderr}");
    assert!(files(&shared_folder) == files(&reference), "other bytes");
}

#[test]
fn a_search_goes_on_round_by_round() {
    let folder = TempDir::new().unwrap();
    let file = study(folder.path());
    let out = |name: &str| folder.path().join(name);
    let size = |out: &Path, flags: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rccsim"));
        let key = "clients.refresh_interval=5 min..30 min step 5 min";
        command
            .args([
                "size",
                &file,
                "--key",
                key,
                "--no-report",
                "--jobs",
                "1",
                "--out",
            ])
            .arg(out)
            .args(flags);
        command.output().unwrap()
    };
    size(&out("alone"), &["--quiet"]);
    let shared_folder = out("shared");
    // Each round needs what the one before found: as many rounds as it takes.
    assert!(all_rounds(|k| size(&shared_folder, &["--shard", k])) > 2);
    let published = size(&shared_folder, &[]);
    assert!(
        text(&published.stderr).contains(" 0 simulated"),
        "{}",
        text(&published.stderr)
    );
    assert!(files(&shared_folder) == files(&out("alone")), "other bytes");
}
