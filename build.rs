//! Tells the program what it is built of: the commit, where there is one, and the features.
//!
//! The commit is the last one that changed a source of the program, so that a change of the documentation alone makes no
//! other program; a `+` at its end says that the sources were changed since. A checkout asks git, a package from a registry
//! has it in `.cargo_vcs_info.json`; where neither tells, there is no commit, and the build goes on.

use std::path::Path;
use std::process::Command;

/// What the program is built of.
const SOURCES: [&str; 5] = ["src", "models", "build.rs", "Cargo.toml", "Cargo.lock"];

/// Hexadecimal digits of a commit that are shown.
const DIGITS: usize = 12;

fn main() {
    for source in SOURCES {
        println!("cargo:rerun-if-changed={source}");
    }
    let commit = git_commit().or_else(package_commit).unwrap_or_default();
    let features = features();
    println!("cargo:rustc-env=RCCSIM_COMMIT={commit}");
    println!("cargo:rustc-env=RCCSIM_FEATURES={features}");
    let version = env!("CARGO_PKG_VERSION");
    let shown = |text: &str, none: &'static str| {
        if text.is_empty() {
            none.into()
        } else {
            text.to_string()
        }
    };
    let (commit, features) = (shown(&commit, "unknown"), shown(&features, "none"));
    println!("cargo:rustc-env=RCCSIM_IDENTITY={version} (commit {commit}, features {features})");
}

/// The features that are on, in the order of the alphabet; `default` only stands for others.
fn features() -> String {
    let mut features: Vec<String> = std::env::vars_os()
        .filter_map(|(name, _)| {
            Some(
                name.to_str()?
                    .strip_prefix("CARGO_FEATURE_")?
                    .to_lowercase(),
            )
        })
        .filter(|name| name != "default")
        .collect();
    features.sort();
    features.join(",")
}

/// The commit of a checkout of this project; a package that lies in the repository of something else has none of that.
fn git_commit() -> Option<String> {
    let root = git(&["rev-parse", "--show-toplevel"])?;
    let here = std::env::current_dir().ok()?.canonicalize().ok()?;
    if Path::new(&root).canonicalize().ok()? != here {
        return None;
    }
    // What a commit changes of the sources, it changes here too; the files that name it.
    for file in ["HEAD", "logs/HEAD"] {
        let path = git(&["rev-parse", "--git-path", file])?;
        if Path::new(&path).exists() {
            println!("cargo:rerun-if-changed={path}");
        }
    }
    let with_sources = |args: &[&'static str]| git(&[args, &["--"][..], &SOURCES[..]].concat());
    let commit = with_sources(&["log", "-1", "--format=%H"])?;
    let changed = with_sources(&["status", "--porcelain"])?;
    let mark = if changed.is_empty() { "" } else { "+" };
    Some(format!("{}{mark}", commit.get(..DIGITS)?))
}

/// The commit that a package from a registry was made of.
fn package_commit() -> Option<String> {
    let text = std::fs::read_to_string(".cargo_vcs_info.json").ok()?;
    let (_, after) = text.split_once("\"sha1\"")?;
    let commit = after.split('"').nth(1)?;
    let is_commit = commit.len() >= DIGITS && commit.bytes().all(|b| b.is_ascii_hexdigit());
    is_commit.then(|| commit[..DIGITS].to_string())
}

/// What git answers; nothing where it is missing or refuses.
fn git(args: &[&str]) -> Option<String> {
    let output = Command::new("git").args(args).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim_end().to_string())
}
