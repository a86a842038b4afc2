//! The models: 20 users for 4 h, and one thing that goes wrong.

use std::path::Path;

use rccsim::scenario::{Scenario, parse};

/// A model whose figures are known.
pub(crate) struct Model {
    pub(crate) name: &'static str,
    gateway: &'static str,
    clients: &'static str,
    extra_keys: &'static str,
    /// Another value, for paired differences: what of the clients is replaced by what.
    alternative: (&'static str, &'static str),
}

const CLIENTS: &str = "path = \"ideal\"\nworkload = \"moderate\"\nreestablish = \"fixed 30 s\"\n";
const ALTERNATIVE: (&str, &str) = ("fixed 30 s", "fixed 300 s");

impl Model {
    /// With a seed, a number of users and an objective.
    pub(crate) fn scenario(&self, seed: u64, is_other: bool, objective: &str) -> Scenario {
        let clients = match is_other {
            true => self.clients.replace(self.alternative.0, self.alternative.1),
            false => self.clients.to_string(),
        };
        let text = format!(
            "[scenario]\nname = \"known\"\nstart = \"08:00\"\nhorizon = \"4 h\"\nreplications = 10\nseed = {seed}\n\
             [[gateway]]\nname = \"gw\"\n{}\n\
             [[clients]]\nname = \"c\"\nprofile = \"communicator-2007-r2\"\ncount = 20\ngateway = \"gw\"\n\
             sign_in = \"uniform over 10 min\"\n{clients}\n{}\n{objective}",
            self.gateway, self.extra_keys
        );
        parse("known.toml", &text, Path::new("."), &[])
            .unwrap_or_else(|e| panic!("{}: {e}", self.name))
    }
}

/// All of them.
pub(crate) const MODELS: [Model; 9] = [
    Model {
        name: "UPDATE is ignored",
        gateway: "profile = \"ignores-update\"",
        clients: CLIENTS,
        extra_keys: "",
        alternative: ALTERNATIVE,
    },
    Model {
        name: "one refresh in ten is ignored",
        gateway: "profile = \"ignores-update\"\nupdate_share = \"10 %\"",
        clients: CLIENTS,
        extra_keys: "",
        alternative: ALTERNATIVE,
    },
    Model {
        name: "one message in fifty is lost (UDP)",
        gateway: "profile = \"healthy\"",
        clients: "path = \"lossy\"\nworkload = \"moderate\"\nreestablish = \"fixed 30 s\"\n",
        extra_keys: "[[path]]\nname = \"lossy\"\nprofile = \"lan-udp\"\nloss = \"2 %\"\n",
        alternative: ALTERNATIVE,
    },
    Model {
        name: "a gateway with a queue",
        gateway: "profile = \"healthy\"\nservers = 1\nservice_time = \"exponential 2 s\"",
        clients: CLIENTS,
        extra_keys: "",
        alternative: ("moderate", "heavy"),
    },
    Model {
        name: "three crashes a run",
        gateway: "profile = \"healthy\"",
        clients: CLIENTS,
        extra_keys: "[[fault]]\nname = \"f\"\nkind = \"crash\"\ntarget = \"gateway:gw\"\nmtbf = \"80 min\"\nmttr = \"5 min\"\n",
        alternative: ALTERNATIVE,
    },
    Model {
        name: "a crash in one run of ten",
        gateway: "profile = \"healthy\"",
        clients: CLIENTS,
        extra_keys: "[[fault]]\nname = \"f\"\nkind = \"crash\"\ntarget = \"gateway:gw\"\nmtbf = \"40 h\"\nmttr = \"30 min\"\n",
        alternative: ALTERNATIVE,
    },
    Model {
        name: "a crash in one run of 200",
        gateway: "profile = \"healthy\"",
        clients: CLIENTS,
        extra_keys: "[[fault]]\nname = \"f\"\nkind = \"crash\"\ntarget = \"gateway:gw\"\nmtbf = \"800 h\"\nmttr = \"30 min\"\n",
        alternative: ALTERNATIVE,
    },
    Model {
        name: "one of 20 PCs sleeps in one run of 25",
        gateway: "profile = \"healthy\"",
        clients: CLIENTS,
        extra_keys: "[[fault]]\nname = \"f\"\nkind = \"sleep\"\ntarget = \"clients:c\"\nmtbf = \"2000 h\"\nmttr = \"2 h\"\n",
        alternative: ALTERNATIVE,
    },
    Model {
        name: "PCs sleep three times a run",
        gateway: "profile = \"healthy\"",
        clients: CLIENTS,
        extra_keys: "[[fault]]\nname = \"f\"\nkind = \"sleep\"\ntarget = \"clients:c\"\nmtbf = \"27 h\"\nmttr = \"1 h\"\n",
        alternative: ALTERNATIVE,
    },
];
