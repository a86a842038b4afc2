//! The shipped scenarios, which are in the program: they run by their names where no file of that name is.

use std::io::{self, Cursor, Read};
use std::path::Path;

use super::document::Document;
use super::files::Files;
use super::source::Source;

/// A shipped scenario.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ShippedScenario {
    /// Its name: that of its file.
    pub name: &'static str,
    /// Its file in a checkout.
    pub path: &'static str,
    /// Its text.
    pub text: &'static str,
}

macro_rules! shipped {
    ($($folder:literal { $($name:literal)* })*) => {
        /// The shipped scenarios: models, then studies, then cases with one behaviour each.
        pub const SHIPPED_SCENARIOS: &[ShippedScenario] = &[$($(ShippedScenario {
            name: $name,
            path: concat!($folder, "/", $name, ".toml"),
            text: include_str!(concat!("../../", $folder, "/", $name, ".toml")),
        }),*),*];
    };
}

shipped! {
    "models" {
        "firewall-20-min"
        "gateway-crash"
        "heartbeat"
        "herd"
        "large"
        "lossy-udp"
        "mixed-fleet"
        "monday-morning"
        "n-plus-one"
        "nec-2007"
        "nec-r2"
        "nec-r2-allow-fix"
        "nec-r2-relay-fix"
        "ocs-failover"
        "overload"
        "rejecting-gateway"
        "replay"
    }
    "models/studies" {
        "monday-sizing"
        "reestablish-delay"
        "refresh-interval"
        "users-per-gateway"
    }
    "models/cases" {
        "p03-role-moves-to-gateway"
        "p04-roles-flip"
        "p05-never-refreshes"
        "p06-dialog-kept"
        "p07-not-counted"
        "p08-proxy-timer"
        "p09-client-refuses-refresh"
        "p10-422-fails"
        "p11-422-loop"
        "p12-one-in-a-hundred"
        "p13-fifteen-minutes"
        "p14-refresher-never"
        "p17-silent-death"
        "p18-idle-33-s"
        "p19-missed-options"
        "p20-calls-at-once"
        "p21-paced-lines"
        "p22-throttle-outlives"
        "p27-second-try"
        "p30-thirty-seconds"
        "p31-update-whatever"
        "sipe-without-timer"
        "sofia-405-storm"
    }
}

/// The files that shipped scenarios name.
const FILES: [(&str, &str); 2] = [
    (
        "replay/calls.csv",
        include_str!("../../models/replay/calls.csv"),
    ),
    (
        "replay/sign-ins.csv",
        include_str!("../../models/replay/sign-ins.csv"),
    ),
];

impl ShippedScenario {
    /// The one of that name.
    pub fn by_name(name: &str) -> Option<&'static Self> {
        SHIPPED_SCENARIOS.iter().find(|s| s.name == name)
    }

    /// The question that it opens with.
    pub fn question(&self) -> String {
        let document = Document::parse(self.path, self.text);
        document
            .map(|document| document.opening)
            .unwrap_or_default()
    }

    /// What it is read from. Files that it does not bring, as those of a `--set`, are looked for among `others`.
    pub fn source(&self, files: impl Files + 'static) -> Source {
        Source::new(self.name, self.text, Path::new("")).with_files(ShippedFiles(files))
    }

    /// The files that it names, with what is in them.
    pub fn files(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        FILES
            .into_iter()
            .filter(|(name, _)| self.text.contains(name))
    }
}

/// The files of shipped scenarios, else others.
struct ShippedFiles<F>(F);

impl<F: Files> Files for ShippedFiles<F> {
    fn open(&self, path: &Path) -> io::Result<Box<dyn Read>> {
        match FILES.iter().find(|(name, _)| Path::new(name) == path) {
            Some((_, text)) => Ok(Box::new(Cursor::new(text))),
            None => self.0.open(path),
        }
    }

    fn names(&self, folder: &Path) -> Vec<String> {
        self.0.names(folder)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::NoFiles;

    #[test]
    fn every_scenario_file_is_shipped_and_its_name_is_its_own() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        for folder in ["models", "models/studies", "models/cases"] {
            for file in std::fs::read_dir(root.join(folder)).unwrap() {
                let name = file.unwrap().file_name().into_string().unwrap();
                let path = format!("{folder}/{name}");
                let is_shipped = SHIPPED_SCENARIOS.iter().any(|s| s.path == path);
                assert!(
                    is_shipped || !name.ends_with(".toml"),
                    "{path} is not in the binary"
                );
            }
        }
        let mut names: Vec<&str> = SHIPPED_SCENARIOS.iter().map(|s| s.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), SHIPPED_SCENARIOS.len());
    }

    #[test]
    fn every_shipped_scenario_is_valid_without_any_file() {
        for shipped in SHIPPED_SCENARIOS {
            let scenario = shipped.source(NoFiles).scenario(&[]);
            let scenario = scenario.unwrap_or_else(|e| panic!("{e}"));
            assert_eq!(scenario.question, shipped.question());
        }
        let replay = ShippedScenario::by_name("replay").unwrap();
        assert_eq!(replay.files().count(), 2);
        assert!(ShippedScenario::by_name("nec-r3").is_none());
    }
}
