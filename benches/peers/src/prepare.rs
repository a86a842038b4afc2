//! What must be there before the first run: rccsim's program, and a Python with SimPy.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use rccsim_peers::setting::{Scope, Setting};
use rccsim_peers::system::{Programs, System};

const PACKAGE: &str = env!("CARGO_MANIFEST_DIR");

fn root() -> PathBuf {
    Path::new(PACKAGE).join("../..")
}

/// Where the table goes, next to those of the other benches.
pub fn results_file() -> PathBuf {
    root().join("results/bench/peers.csv")
}

/// Builds rccsim as its README says, and installs SimPy into an environment of its own if it is wanted.
pub fn programs(with_simpy: bool) -> Result<Programs, String> {
    let target = Path::new(PACKAGE).join("target");
    let mut build = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    build
        .args(["build", "--release", "--manifest-path"])
        .arg(root().join("Cargo.toml"));
    build.arg("--target-dir").arg(root().join("target"));
    succeed(&mut build, "cannot build rccsim")?;
    let python = if with_simpy {
        Some(python_with_simpy(&target.join("simpy"))?)
    } else {
        None
    };
    Ok(Programs {
        rccsim: root().join("target/release/rccsim"),
        scenario: Path::new(PACKAGE).join("scenario.toml"),
        // Another race may be on.
        scratch: target.join(format!("rccsim-results-{}", std::process::id())),
        peers: std::env::current_exe().map_err(|e| e.to_string())?,
        python,
        simpy_model: Path::new(PACKAGE).join("simpy/rcc.py"),
    })
}

const HINT: &str = "(without SimPy: --peers nexosim,desque)";

fn python_with_simpy(environment: &Path) -> Result<PathBuf, String> {
    let python = environment.join("bin/python");
    if !python.exists() {
        let found = Command::new("python3")
            .arg("--version")
            .stdout(Stdio::null())
            .status()
            .is_ok();
        if !found {
            return Err(format!(
                "SimPy needs Python, and there is no python3 on the path {HINT}"
            ));
        }
        let why = format!(
            "python3 cannot make an environment for SimPy; is its venv module installed? {HINT}"
        );
        succeed(
            Command::new("python3")
                .args(["-m", "venv"])
                .arg(environment),
            &why,
        )?;
    }
    let mut install = Command::new(&python);
    install.args([
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--requirement",
    ]);
    install.arg(Path::new(PACKAGE).join("simpy/requirements.txt"));
    succeed(
        &mut install,
        &format!("pip cannot install simpy/requirements.txt {HINT}"),
    )?;
    Ok(python)
}

fn succeed(command: &mut Command, otherwise: &str) -> Result<(), String> {
    match command.stdout(Stdio::null()).status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("{otherwise}: {status}")),
        Err(e) => Err(format!("{otherwise}: {e}")),
    }
}

/// Exact cases: a user without calls on a path without delay loses a session every 1532 + 30 s. In 8 h that is
/// 18 times and 540 s, the last at 28,086 s; so a second later it is 18 times and 17 · 30 + 1 s, and any clock of the session
/// that is wrong by more than a tenth of a second shows.
const EXACT: [(&str, f64, f64); 2] = [("8 h", 18.0, 540.0), ("28087 s", 18.0, 511.0)];

/// Simulates the exact cases.
pub fn check_exact_cases(programs: &Programs, peer: System) -> Result<(), String> {
    for (horizon, drops, down_s) in EXACT {
        let set = [
            &format!("scenario.horizon={horizon}"),
            "clients.count=10",
            "gateway.count=1",
            "clients.path=ideal",
            "clients.sign_in=uniform over 0 s",
            "clients.incoming_calls=0 /h",
            "clients.outgoing_calls=0 /h",
        ];
        let setting = Setting::read(&programs.scenario, &set.map(String::from))?;
        let (_, counts) = programs.run_peer(
            peer,
            &Setting {
                scope: Scope::Whole,
                ..setting
            },
        )?;
        let users = f64::from(setting.users);
        let found = (
            counts.session_drops as f64 / users,
            counts.down_us as f64 / 1e6 / users,
        );
        if found != (drops, down_s) {
            return Err(format!(
                "{}: a user without calls loses {} sessions and {} s in {horizon}, instead of {drops} and {down_s}",
                peer.name(),
                found.0,
                found.1
            ));
        }
    }
    Ok(())
}
