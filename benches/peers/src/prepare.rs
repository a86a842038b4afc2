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
    build.args(["build", "--release", "--manifest-path"]).arg(root().join("Cargo.toml"));
    build.arg("--target-dir").arg(root().join("target"));
    succeed(&mut build, "cannot build rccsim")?;
    let python = if with_simpy { Some(python_with_simpy(&target.join("simpy"))?) } else { None };
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
        let found = Command::new("python3").arg("--version").stdout(Stdio::null()).status().is_ok();
        if !found {
            return Err(format!("SimPy needs Python, and there is no python3 on the path {HINT}"));
        }
        let why = format!("python3 cannot make an environment for SimPy; is its venv module installed? {HINT}");
        succeed(Command::new("python3").args(["-m", "venv"]).arg(environment), &why)?;
    }
    let mut install = Command::new(&python);
    install.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"]);
    install.arg(Path::new(PACKAGE).join("simpy/requirements.txt"));
    succeed(&mut install, &format!("pip cannot install simpy/requirements.txt {HINT}"))?;
    Ok(python)
}

fn succeed(command: &mut Command, otherwise: &str) -> Result<(), String> {
    match command.stdout(Stdio::null()).status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("{otherwise}: {status}")),
        Err(e) => Err(format!("{otherwise}: {e}")),
    }
}

/// A user without calls on a path without delay loses a session every 1532 + 30 s: 18 in 8 h, the last at 28,086 s, and is
/// down for 540 s (model §5).
pub fn check_exact_case(programs: &Programs, peer: System) -> Result<(), String> {
    let users = 10;
    let set = [
        "scenario.horizon=8 h",
        "clients.count=10",
        "gateway.count=1",
        "clients.path=ideal",
        "clients.sign_in=uniform over 0 s",
        "clients.incoming_calls=0 /h",
        "clients.outgoing_calls=0 /h",
    ];
    let setting = Setting::read(&programs.scenario, &set.map(String::from))?;
    let (_, counts) = programs.run_peer(peer, &Setting { scope: Scope::Whole, ..setting })?;
    let (drops, down_s) =
        (counts.session_drops as f64 / f64::from(users), counts.down_us as f64 / 1e6 / f64::from(users));
    if (drops, down_s) != (18.0, 540.0) {
        return Err(format!(
            "{}: a user without calls loses {drops} sessions and {down_s} s in 8 h, instead of 18 and 540",
            peer.name()
        ));
    }
    Ok(())
}
