//! What is made of each kind of foreign input: by the test suite, which mutates shipped files at random, and by the fuzz
//! targets of `fuzz/targets`, whose mutations follow what they reach in the program. None of them may panic.

use std::io::{self, Read};
use std::path::Path;

use rccsim::capture::read_from;
use rccsim::deployment::simulate;
use rccsim::identify::{Identifier, client_profile, gateway_profile};
use rccsim::scenario::{
    Axis, Files, Override, Place, Profile, SHIPPED, Scenario, ScenarioError, Source, expanded,
};
use rccsim::study::Cost;

/// Every file that a scenario names is this one.
struct OneFile(Vec<u8>);

impl Files for OneFile {
    fn open(&self, _: &Path) -> io::Result<Box<dyn Read>> {
        Ok(Box::new(io::Cursor::new(self.0.clone())))
    }
}

fn parse(text: &str, records: &[u8], set: &[&str]) -> Result<Scenario, ScenarioError> {
    let set: Vec<Override> = set
        .iter()
        .map(|s| Override::parse(s).expect("ours"))
        .collect();
    let source = Source::new("fuzzed.toml", text, Path::new(""));
    source
        .with_files(OneFile(records.to_vec()))
        .under(set)
        .scenario(&[])
}

/// A scenario; what is valid reads back as it is written in full.
pub(crate) fn scenario(bytes: &[u8]) {
    let Ok(scenario) = parse(&String::from_utf8_lossy(bytes), b"", &[]) else {
        return;
    };
    let text = expanded(&scenario);
    // A file of records is looked for by another name there; all else reads back.
    if !text.contains("_file = ") {
        let copy = parse(&text, b"", &[]);
        assert!(copy.is_ok(), "{}\n{text}", copy.unwrap_err());
    }
}

/// A scenario that is simulated where it is valid: three users for 20 minutes. Whether it was.
pub(crate) fn run(bytes: &[u8]) -> bool {
    let short = [
        "clients.count=3",
        "gateway.count=1",
        "scenario.horizon=20 min",
        "scenario.replications=1",
    ];
    let scenario = parse(&String::from_utf8_lossy(bytes), b"", &short);
    scenario.is_ok_and(|scenario| {
        simulate(&scenario.plan, 0);
        true
    })
}

/// A profile of each kind.
pub(crate) fn profile(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let mut last = "";
    for (kind, ..) in SHIPPED {
        if *kind != last {
            let _ = Profile::parse(kind, "fuzzed", "fuzzed.toml", &text);
            last = kind;
        }
    }
}

/// A flag: `--set`, `--vary`, `--cost`; the first on this model.
pub(crate) fn flag(bytes: &[u8], model: &str) {
    let text = String::from_utf8_lossy(bytes);
    if let Ok(set) = Override::parse(&text) {
        let _ = Source::new("a.toml", model, Path::new(""))
            .under([set])
            .scenario(&[]);
    }
    let _ = Axis::parse(&text, &Place::file_only("--vary"));
    let _ = Cost::parse(&text);
}

/// A CSV file of the calls or times that this model names.
pub(crate) fn records(bytes: &[u8], model: &str) {
    let _ = parse(model, bytes, &[]);
}

/// A capture or a log, to the profiles of all who speak in it.
pub(crate) fn capture(bytes: &[u8]) {
    let mut identifier = Identifier::default();
    identifier.begin("fuzzed");
    let Ok(summary) = read_from("fuzzed", bytes, &mut |observation| {
        identifier.observe(&observation)
    }) else {
        return;
    };
    identifier.end(summary);
    let identification = identifier.finish();
    for gateway in &identification.gateways {
        gateway_profile(&identification, gateway);
    }
    for client in &identification.clients {
        client_profile(&identification, client);
    }
}
