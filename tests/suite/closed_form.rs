//! Theory beside simulation in the report: what a run has of it, and that both agree.

use std::collections::BTreeMap;
use std::fs;

use tempfile::TempDir;

use crate::page::{RunFolder, bare, between, scenario};

/// A row of the table.
#[derive(Debug)]
pub(crate) struct PageRow {
    scope: String,
    pub metric: String,
    pub closed: String,
    pub agrees: String,
}

/// The rows of a page, with their header left out.
pub(crate) fn rows(page: &str) -> Vec<PageRow> {
    let tables = between(
        page,
        "<caption><span>Simulated beside closed form</span></caption>",
        "</table>",
    );
    let lines = tables
        .iter()
        .flat_map(|table| between(table, "<tr>", "</tr>").into_iter().skip(1));
    let row = |line: &str| {
        let cells: Vec<String> = line.split("</t").map(bare).collect();
        let cell = |i: usize| cells[i].replace("&gt;", ">");
        PageRow {
            scope: cell(0),
            metric: cell(1),
            closed: cell(2),
            agrees: cell(7),
        }
    };
    lines.map(row).collect()
}

/// What a page says has no closed form, and why.
fn uncovered(page: &str) -> Vec<String> {
    let part = between(page, "<p>What has none here, and why:</p>", "</ul>");
    let lines = part.iter().flat_map(|list| between(list, "<li>", "</li>"));
    lines
        .map(|line| line.replace("&gt;", ">").replace("&#x2f;", "/"))
        .collect()
}

const EVERY_FORM: &str = r#"
[scenario]
name = "every closed form"
start = "00:00"
horizon = "24 h"
replications = 4
seed = 1

[[gateway]]
name = "crashing"
profile = "healthy"
count = 20

[[clients]]
name = "crashing"
count = 200
gateway = "crashing"
sign_in = "uniform over 25 min"
outgoing_calls = "0 /h"

[[fault]]
kind = "crash"
target = "gateway:crashing"
mtbf = "2 h"
mttr = "10 min"

[[gateway]]
name = "steady"
profile = "healthy"

[[clients]]
name = "idle-tls"
count = 60
gateway = "steady"
sign_in = "at start"
incoming_calls = "6 /h"
outgoing_calls = "0 /h"
no_answer = "1 ms"
idle_timeout = "20 min"

[[clients]]
name = "idle-udp"
count = 60
gateway = "steady"
sign_in = "at start"
transport = "udp"
incoming_calls = "6 /h"
outgoing_calls = "0 /h"
no_answer = "1 ms"
idle_timeout = "20 min"

[[clients]]
name = "idle-silent"
count = 10
gateway = "steady"
sign_in = "at start"
incoming_calls = "0 /h"
outgoing_calls = "0 /h"
idle_timeout = "10 min"

[[clients]]
name = "lossy-update"
count = 50
gateway = "steady"
sign_in = "at start"
transport = "udp"
loss = "50 %"
refresh_interval = "5 min"

[[clients]]
name = "lossy-reinvite"
profile = "communicator-2007"
count = 50
gateway = "steady"
sign_in = "at start"
transport = "udp"
loss = "50 %"
refresh_interval = "5 min"

[[clients]]
name = "cut-off"
count = 1000
gateway = "steady"
sign_in = "uniform over 50 min"
transport = "udp"
outgoing_calls = "0 /h"

[[fault]]
kind = "link-outage"
target = "clients:cut-off"
at = "04:00"
duration = "331500 ms"

[[gateway]]
name = "restarting"
profile = "healthy"
servers = 4
service_time = "40 ms"

[[clients]]
name = "restarting"
count = 400
gateway = "restarting"
sign_in = "uniform over 30 min"
reestablish = "fixed 40 s"
path = "lan-tls"

[[fault]]
kind = "crash"
target = "gateway:restarting"
at = "03:00"
duration = "100 s"
reset = true

[[gateway]]
name = "by-chance"
profile = "healthy"
servers = 2
service_time = "exponential 20 ms"

[[clients]]
name = "by-chance"
count = 200
gateway = "by-chance"
sign_in = "uniform over 30 min"
path = "lan-tls"
refresh_jitter = "15 %"
"#;

#[test]
fn every_closed_form_agrees_where_its_conditions_hold() {
    let root = TempDir::new().unwrap();
    let run_folder = RunFolder::by(&["run", &scenario(root.path(), EVERY_FORM)]);
    let page = run_folder.page();
    let rows = rows(&page);
    let closed = |scope: &str, metric: &str| {
        let row = rows
            .iter()
            .find(|row| row.scope == scope && row.metric == metric);
        let row = row.unwrap_or_else(|| panic!("{scope} has no {metric}: {:#?}", uncovered(&page)));
        row.closed.replace(',', "").parse::<f64>().unwrap()
    };
    for (scope, metric, exact) in [
        // Simpson's rule over the time x from a refresh to the crash, weighted with e^(−x/7200) on [0, 1500]: of 1500 − x, and
        // of 32 s times the share of gateways that is down then: π + (1 − π) e^(−(1500 − x)(1/600 + 1/7200)), π = 600/7800.
        ("clients:crashing", "detection_mean_s", 788.24),
        // Model §5, R 1500 s, F 1200 s, λ 1/600 s, D 30 s; without calls and F 600 s: 900 + 62 of 1562 s.
        ("clients:idle-tls", "down_fraction", 4.1873),
        ("clients:idle-udp", "down_fraction", 3.3834),
        ("clients:idle-silent", "down_fraction", 61.588),
        // 300 of 1500 s of the refreshes of 1000.
        ("clients:cut-off", "session_drops", 200.0),
        // Refused at 40 and 80 s, all there at 120 s; 1200 jobs at 100 a second.
        ("gateway:restarting", "all_back_s", 132.0),
    ] {
        assert_eq!(closed(scope, metric), exact, "{scope} {metric}");
    }
    // Model §5 at p = 0.5: q = 0.75, 0.75¹¹ = 4.22351 % of UPDATEs and 1.257324 % of re-INVITEs fail.
    let summary: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(run_folder.out.join("summary.json")).unwrap())
            .unwrap();
    for (scope, share) in [
        ("clients:lossy-update", 0.0422351),
        ("clients:lossy-reinvite", 0.01257324),
    ] {
        let is =
            |r: &&serde_json::Value| r["scope"] == scope && r["metric"] == "refreshes_attempted";
        let attempted = summary["rows"].as_array().unwrap().iter().find(is).unwrap()["mean"]
            .as_f64()
            .unwrap();
        let expected = closed(scope, "refreshes_failed");
        assert!(
            (expected / attempted / share - 1.0).abs() < 1e-4,
            "{scope}: {expected} of {attempted}"
        );
    }
    for (scope, metric) in [
        ("clients:by-chance", "refresh_rate_per_s"),
        ("clients:by-chance", "message_rate_per_s"),
        ("clients:by-chance", "toasts_due"),
        ("gateway:by-chance", "gateway_utilisation"),
        ("gateway:restarting", "gateway_utilisation"),
    ] {
        closed(scope, metric);
    }
    let off: Vec<&PageRow> = rows.iter().filter(|row| row.agrees != "yes").collect();
    assert!(off.is_empty(), "theory and simulation differ: {off:#?}");
    let sentence = format!(
        "{} figures have a closed form, and the simulation agrees with all of them.",
        rows.len()
    );
    assert!(page.contains(&sentence), "{sentence}");
}

/// The figures of every shipped model that have a closed form, by whom they are about; a model that is not named has none.
const SHIPPED: &[(&str, &str, &[&str])] = &[
    ("firewall-20-min", "clients:home-office", &["toasts_due"]),
    (
        "firewall-20-min",
        "clients:home-office-2007",
        COVERED_SCOPES,
    ),
    ("gateway-crash", "clients:office", &["toasts_due"]),
    (
        "gateway-crash",
        "gateway:cstagw",
        &["gateway_utilisation", "all_back_s"],
    ),
    ("heartbeat", "clients:every-25-min", &["toasts_due"]),
    ("heartbeat", "clients:every-5-min", &["toasts_due"]),
    ("herd", "clients:in-step", &["toasts_due"]),
    ("herd", "clients:jittered", &["toasts_due"]),
    (
        "herd",
        "gateway:in-step",
        &["gateway_utilisation", "all_back_s"],
    ),
    (
        "herd",
        "gateway:jittered",
        &["gateway_utilisation", "all_back_s"],
    ),
    ("large", "clients:everyone", COVERED_SCOPES),
    (
        "lossy-udp",
        "clients:front-office",
        &["refreshes_failed", "refresh_rate_per_s", "toasts_due"],
    ),
    ("mixed-fleet", "clients:communicator-2007", COVERED_SCOPES),
    ("mixed-fleet", "clients:communicator-2007-r2", LOSSY_SCOPES),
    ("monday-morning", "clients:office", &["refresh_rate_per_s"]),
    (
        "monday-morning",
        "clients:early-shift",
        &["refresh_rate_per_s", "message_rate_per_s", "toasts_due"],
    ),
    (
        "monday-morning",
        "clients:abroad",
        &["refresh_rate_per_s", "message_rate_per_s", "toasts_due"],
    ),
    ("monday-morning", "gateway:cstagw", &["gateway_utilisation"]),
    ("n-plus-one", "clients:office", &["toasts_due"]),
    ("n-plus-one", "gateway:cstagw", &["gateway_utilisation"]),
    ("nec-2007", "clients:front-office", COVERED_SCOPES),
    ("nec-r2", "clients:front-office", LOSSY_SCOPES),
    ("nec-r2-allow-fix", "clients:front-office", COVERED_SCOPES),
    ("nec-r2-relay-fix", "clients:front-office", COVERED_SCOPES),
    ("ocs-failover", "clients:control-room", &["toasts_due"]),
    ("overload", "clients:office", &["toasts_due"]),
    (
        "overload",
        "gateway:cstagw",
        &["gateway_utilisation", "all_back_s"],
    ),
    ("rejecting-gateway", "clients:front-office", LOSSY_SCOPES),
];

const COVERED_SCOPES: &[&str] = &[
    "session_drops",
    "refresh_rate_per_s",
    "message_rate_per_s",
    "toasts_due",
];
const LOSSY_SCOPES: &[&str] = &[
    "first_loss_s",
    "drops_per_client_hour",
    "down_fraction",
    "missed_toasts_per_client_hour",
    "toasts_due",
];

/// What is against the closed forms of some of them.
const AGAINST: &[(&str, &str)] = &[
    (
        "firewall-20-min",
        "an idle timeout (clients:home-office): not with outgoing_calls = 1 /h.",
    ),
    (
        "gateway-crash",
        "lost sessions, refreshes, messages (clients:office): not with the crash of fault-1.",
    ),
    (
        "heartbeat",
        "a crash found at the next refresh (clients:every-25-min): not with the network-change of fault-2.",
    ),
    (
        "lossy-udp",
        "lost sessions (clients:front-office): not with loss = 5 %.",
    ),
    (
        "lossy-udp",
        "messages (clients:front-office): not with transport = udp.",
    ),
    (
        "monday-morning",
        "lost sessions (clients:office, clients:early-shift, clients:abroad): not with service_time = 45 ms.",
    ),
    (
        "n-plus-one",
        "the way back of all users (gateway:cstagw): not with spare = 1.",
    ),
    (
        "nec-r2",
        "refreshes, messages (clients:front-office): not with update = ignored.",
    ),
    (
        "replay",
        "lost sessions, toasts due (clients:front-office): not with recorded calls (calls_file).",
    ),
];

#[test]
fn shipped_models_have_the_closed_forms_whose_conditions_they_meet() {
    let mut names: Vec<String> = Vec::new();
    for entry in fs::read_dir("models").unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        names.extend(name.strip_suffix(".toml").map(String::from));
    }
    names.sort();
    assert!(names.len() > 15, "{names:?}");
    for name in names {
        let file = format!("models/{name}.toml");
        // As many users as the recording has.
        let run_folder = RunFolder::by(&["run", &file, "--reps", "2", "--set", "clients.count=40"]);
        let page = run_folder.page();
        let mut forms: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for row in rows(&page) {
            assert_eq!(row.agrees, "yes", "{name}: {row:?}");
            forms.entry(row.scope).or_default().push(row.metric);
        }
        let expected = SHIPPED.iter().filter(|(model, ..)| *model == name);
        let expected: BTreeMap<String, Vec<String>> = expected
            .map(|(_, scope, metrics)| {
                (
                    (*scope).into(),
                    metrics.iter().map(|m| (*m).into()).collect(),
                )
            })
            .collect();
        assert_eq!(forms, expected, "{name}");
        let against = uncovered(&page);
        for (_, line) in AGAINST.iter().filter(|(model, _)| *model == name) {
            assert!(
                against.iter().any(|l| l == line),
                "{name}: {line} is not among {against:#?}"
            );
        }
    }
}
