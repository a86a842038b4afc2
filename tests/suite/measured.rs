//! What was measured of a gateway comes back in a run with its profile.

use std::fs;

use rccsim::experiment::Experiment;
use rccsim::identify::gateway_profile;
use rccsim::scenario::load;

use crate::identify::identify;

/// Seven answers of it took 703.9 ms in the middle and 716.0 ms at most.
#[test]
fn a_measured_response_time_comes_back_in_a_run() {
    let identification = identify(&["slow-gateway-udp.pcap"]);
    let folder = tempfile::tempdir().unwrap();
    let profile = gateway_profile(&identification, &identification.gateways[0]);
    fs::write(folder.path().join("slow.toml"), profile).unwrap();
    let path = folder.path().join("s.toml");
    let scenario = "[scenario]\nname = \"slow\"\nhorizon = \"2 h\"\n\
        [[gateway]]\nname = \"gw\"\nprofile = \"slow.toml\"\n\
        [[clients]]\nname = \"c\"\nprofile = \"communicator-2007-r2\"\ncount = 20\ngateway = \"gw\"\npath = \"ideal\"\n\
        workload = \"moderate\"\nsign_in = \"at start\"\n";
    fs::write(&path, scenario).unwrap();
    let scenario = load(&path, &[]).unwrap_or_else(|e| panic!("{e}"));
    let answer = Experiment::new(scenario).replications(3).run().unwrap();
    for metric in ["gateway_response_mean_ms", "gateway_response_p99_ms"] {
        let figure = answer.estimate(metric).unwrap();
        assert!(
            (703.8..=716.1).contains(&figure.mean),
            "{metric}: {}",
            figure.mean
        );
    }
}
