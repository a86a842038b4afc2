//! Help, the page and the schema: what they say is what is read.

use std::fs;
use std::io::{self, Cursor, Read};
use std::path::{Path, PathBuf};
use std::process::Command;

use boon::{Compiler, SchemaIndex, Schemas};
use rccsim::deployment::simulate;
use rccsim::reference::{Example, SchemaKind, examples, schema};
use rccsim::scenario::catalogue::{TABLES, keys_of};
use rccsim::scenario::{Files, Override, Profiles, Source, load, rules_of};

/// What the examples name.
struct ExampleFiles;

impl Files for ExampleFiles {
    fn open(&self, path: &Path) -> io::Result<Box<dyn Read>> {
        let text = match path.to_str() {
            Some("calls.csv") => "time,user,direction,ring_s,talk_s\n08:30:00,1,incoming,5,60\n",
            Some("sign-ins.csv") => "time,user,action\n08:10:00,1,in\n",
            Some("points.csv") => "clients.count,clients.refresh_interval\n10,10 min\n20,20 min\n",
            _ => return Err(io::ErrorKind::NotFound.into()),
        };
        Ok(Box::new(Cursor::new(text)))
    }
}

fn source(example: &Example) -> Source {
    Source::new("example.toml", &example.scenario, Path::new("")).with_files(ExampleFiles)
}

#[test]
fn every_key_has_an_example_that_runs() {
    let list = examples();
    for table in TABLES {
        let keys = keys_of(table).into_iter().flatten().map(|key| key.name);
        let rules = rules_of(table).into_iter().flatten().map(|rule| rule.name);
        for key in keys.chain(rules) {
            let example = list.iter().find(|e| (e.table, e.key) == (table, key));
            let example = example.unwrap_or_else(|| panic!("{table}.{key} has no example"));
            let has_key = example
                .section
                .lines()
                .any(|line| line.starts_with(&format!("{key} = ")));
            assert!(has_key, "{table}.{key}:\n{}", example.section);
        }
    }
    for example in &list {
        let (table, key, text) = (example.table, example.key, &example.scenario);
        let scenario = source(example).scenario(&[]);
        let scenario = scenario.unwrap_or_else(|e| panic!("{table}.{key}: {e}\n{text}"));
        let short = scenario.with(&[Override::parse("scenario.horizon=1 h").unwrap()]);
        if let Ok(short) = short {
            let tally = simulate(&short.plan, 0).total;
            assert!(tally.users > 0, "{table}.{key} has no users:\n{text}");
        }
        if let Some(set) = &example.set {
            let set = Override::parse(&set.replace('"', "")).unwrap_or_else(|e| panic!("{e}"));
            load(Path::new("models/nec-r2.toml"), &[set])
                .unwrap_or_else(|e| panic!("{table}.{key}: {e}"));
        }
    }
}

/// A schema that is ready to validate.
struct Validator {
    schemas: Schemas,
    index: SchemaIndex,
}

impl Validator {
    fn for_schema(kind: SchemaKind) -> Self {
        let (mut compiler, mut schemas) = (Compiler::new(), Schemas::new());
        let url = "https://rccsim.invalid/schema.json";
        compiler.add_resource(url, schema(kind)).unwrap();
        let index = compiler.compile(url, &mut schemas);
        let index = index.unwrap_or_else(|e| panic!("no valid schema: {e}"));
        Self { schemas, index }
    }

    /// Why a text does not fit, if it does not; what is no TOML fits no schema.
    fn fault(&self, text: &str) -> Option<String> {
        let document = match toml::from_str::<toml::Table>(text) {
            Ok(table) => serde_json::to_value(table).unwrap(),
            Err(e) => return Some(e.to_string()),
        };
        let fits = self.schemas.validate(&document, self.index);
        fits.err().map(|e| format!("{e:#}"))
    }
}

fn toml_files(folder: &str) -> Vec<PathBuf> {
    let files = fs::read_dir(folder).unwrap().map(|f| f.unwrap().path());
    let is_toml = |path: &PathBuf| path.extension().is_some_and(|e| e == "toml");
    let mut files: Vec<PathBuf> = files.filter(is_toml).collect();
    files.sort();
    files
}

#[test]
fn the_schema_accepts_every_shipped_scenario_and_profile() {
    let scenarios = Validator::for_schema(SchemaKind::Scenario);
    let mut count = 0;
    for folder in ["models", "models/studies", "models/cases"] {
        for file in toml_files(folder) {
            let fault = scenarios.fault(&fs::read_to_string(&file).unwrap());
            assert_eq!(fault, None, "{file:?}");
            count += 1;
        }
    }
    for kind in Profiles::ALL {
        let profiles = Validator::for_schema(SchemaKind::Profile(kind));
        for file in toml_files(&format!("models/profiles/{}", kind.name())) {
            let fault = profiles.fault(&fs::read_to_string(&file).unwrap());
            assert_eq!(fault, None, "{file:?}");
            count += 1;
        }
    }
    for example in examples() {
        let fault = scenarios.fault(&example.scenario);
        assert_eq!(fault, None, "{}.{}", example.table, example.key);
        count += 1;
    }
    assert!(count > 150, "{count} files");
}

/// Rejected scenarios of which each value alone is valid: what is wrong hangs on another value, on a name of the file or on
/// another file, on the size of a value with a unit, or on characters, which no schema weighs.
const VALID_ALONE: &[&str] = &[
    "calls_by_hour_of_two_units",
    "calls_by_hour_unordered",
    "calls_by_hour_without_direction",
    "calls_file_and_rate",
    "calls_file_backwards",
    "calls_file_column_missing",
    "calls_file_column_unknown",
    "calls_file_columns_unknown",
    "calls_file_date_open",
    "calls_file_direction_wrong",
    "calls_file_empty",
    "calls_file_extensions",
    "calls_file_fields_missing",
    "calls_file_missing",
    "calls_file_names_surplus",
    "calls_file_near",
    "calls_file_not_utf8",
    "calls_file_rows_wrong",
    "calls_file_talk_wrong",
    "calls_file_time_wrong",
    "calls_file_user_unknown",
    "clients_retry_delay",
    "control_character",
    "count_missing",
    "count_twice",
    "duration_absurd",
    "fault_after_the_horizon",
    "fault_every_sunday_of_an_unknown_week",
    "fault_every_too_often",
    "fault_every_without_end",
    "fault_from_without_every",
    "fault_instance_of_clients",
    "fault_instance_unknown",
    "fault_of_a_gateway_on_clients",
    "fault_on_a_date_unknown",
    "fault_reset_of_an_outage",
    "fault_target_path_unknown",
    "fault_target_unknown",
    "fault_targets_of_two_kinds",
    "fault_at_and_every",
    "fault_without_time",
    "gateway_behaviour_unknown",
    "gateway_capacity_and_service_time",
    "gateway_spare_for_too_many",
    "gateway_throttle_cut",
    "gateway_unknown",
    "horizon_zero",
    "lunch_and_sign_in_file",
    "mix_and_profile",
    "mix_of_too_little",
    "mix_profile_file",
    "name_twice",
    "objective_bare_share",
    "objective_quantile_all_days",
    "objective_quantile_of_losses",
    "objective_quantile_of_rare_faults",
    "objective_quantile_of_weeks",
    "objective_scope_unknown",
    "objective_wrong_unit",
    "path_relay_probe",
    "path_relay_session_expires",
    "path_unknown",
    "plot_by_unknown",
    "plot_key_not_varied",
    "profile_file_missing",
    "reestablish_bounds_reversed",
    "reestablish_factor_below_one",
    "route_expiry_reversed",
    "session_expires_below_floor",
    "session_expires_below_ten",
    "session_expires_fraction",
    "sign_in_file_out_first",
    "sign_in_file_twice",
    "start_no_such_date",
    "study_key_twice",
    "study_points_value_wrong",
    "study_range_without_step",
    "study_section_unknown",
    "study_value_wrong",
    "study_zip_lengths",
    "surge_of_an_instance",
    "surge_rate_of_a_crash",
    "surge_reset",
    "text_not_utf8",
    "text_turned_about",
    "working_days_unknown",
    "workload_too_many_calls_at_once",
    "workload_unknown",
];

#[test]
fn the_schema_refuses_every_rejected_scenario_with_a_fault_of_structure() {
    let scenarios = Validator::for_schema(SchemaKind::Scenario);
    let mut wrong = Vec::new();
    for file in toml_files("tests/rejected") {
        let name = file.file_stem().unwrap().to_str().unwrap().to_string();
        let text = String::from_utf8_lossy(&fs::read(&file).unwrap()).into_owned();
        let is_valid = scenarios.fault(&text).is_none();
        if is_valid != VALID_ALONE.contains(&name.as_str()) {
            wrong.push(name);
        }
    }
    assert!(
        wrong.is_empty(),
        "the schema and VALID_ALONE differ on {wrong:#?}"
    );
}

fn rccsim(args: &[&str]) -> (Option<i32>, String, String) {
    let run = Command::new(env!("CARGO_BIN_EXE_rccsim"))
        .args(args)
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (run.status.code(), text(run.stdout), text(run.stderr))
}

#[test]
fn help_explains_topics_and_commands_and_offers_near_names() {
    let (code, text, _) = rccsim(&["help", "clients.reestablish"]);
    assert!(
        code == Some(0) && text.contains("when a lost session is set up again"),
        "{text}"
    );
    let (code, text, _) = rccsim(&["help", "faults", "metrics"]);
    assert!(code == Some(0) && text.contains("mtbf") && text.contains("missed_toast_fraction"));
    let (code, text, _) = rccsim(&["help", "sweep"]);
    assert!(code == Some(0) && text.contains("--vary"), "{text}");
    let (code, text, _) = rccsim(&["help"]);
    assert!(
        code == Some(0) && text.contains("Commands:") && text.contains("[[fault]]")
            || text.contains("fault ")
    );
    let (code, text, error) = rccsim(&["help", "clients.reestablsh"]);
    assert_eq!((code, text.as_str()), (Some(2), ""));
    assert!(error.contains("did you mean"), "{error}");
}

#[test]
fn the_schema_command_prints_what_the_library_makes() {
    let (code, text, _) = rccsim(&["schema"]);
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!((code, json), (Some(0), schema(SchemaKind::Scenario)));
    let (_, text, _) = rccsim(&["schema", "gateways"]);
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(json, schema(SchemaKind::Profile(Profiles::Gateways)));
}
