//! The report: one file, whole, safe, small, the same bytes from the same folder.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use tempfile::TempDir;

fn rccsim(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_rccsim"))
        .args(args)
        .output()
        .unwrap()
}

/// Runs a command into a folder of its own.
pub struct Made {
    pub out: PathBuf,
    _root: TempDir,
}

impl Made {
    pub fn by(args: &[&str]) -> Made {
        let root = TempDir::new().unwrap();
        let out = root.path().join("out");
        let output = rccsim(&[args, &["--quiet", "--out", out.to_str().unwrap()]].concat());
        let code = output.status.code().unwrap();
        assert!(
            [0, 3, 4].contains(&code),
            "{args:?}: {code} {}",
            String::from_utf8_lossy(&output.stderr)
        );
        Made { out, _root: root }
    }

    /// A run of few users, with any other keys.
    fn run(more: &[&str]) -> Made {
        let reps: &[&str] = if more.contains(&"--reps") {
            &[]
        } else {
            &["--reps", "3"]
        };
        Made::by(
            &[
                &["run", "models/nec-r2.toml", "--set", "clients.count=40"],
                reps,
                more,
            ]
            .concat(),
        )
    }

    pub fn page(&self) -> String {
        page(&self.out)
    }
}

fn page(folder: &Path) -> String {
    fs::read_to_string(folder.join("report.html")).unwrap()
}

/// A scenario file of its own.
pub fn scenario(root: &Path, text: &str) -> String {
    let path = root.join("scenario.toml");
    fs::write(&path, text).unwrap();
    path.to_str().unwrap().into()
}

/// What stands between two marks, each time.
pub fn between<'a>(text: &'a str, from: &str, to: &str) -> Vec<&'a str> {
    text.split(from)
        .skip(1)
        .map(|rest| rest.split(to).next().unwrap())
        .collect()
}

/// The ids of the page's sections, in their order.
fn sections(page: &str) -> Vec<&str> {
    between(page, "<section id=\"", "\"")
}

/// The text of an element without its tags.
pub fn bare(html: &str) -> String {
    let outside = html
        .split('<')
        .map(|part| part.split_once('>').map_or(part, |(_, text)| text));
    outside.collect::<String>().trim().to_string()
}

#[test]
fn the_same_folder_gives_the_same_bytes() {
    let made = Made::run(&["--jobs", "1"]);
    let first = made.page();
    assert_eq!(
        first,
        Made::run(&["--jobs", "3"]).page(),
        "the number of threads"
    );
    fs::remove_file(made.out.join("report.html")).unwrap();
    let output = rccsim(&["report", made.out.to_str().unwrap()]);
    assert_eq!(
        output.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert_eq!(made.page(), first, "made anew of the other files");
    let manifest = fs::read_to_string(made.out.join("manifest.json")).unwrap();
    assert!(manifest.contains(&blake3::hash(first.as_bytes()).to_hex().to_string()));
}

#[test]
fn a_run_has_every_part_in_order() {
    let page = Made::run(&[]).page();
    let parts = [
        "answer",
        "assumptions",
        "next",
        "objectives",
        "figures",
        "day",
        "ladder",
        "trust",
        "inputs",
        "repeat",
        "glossary",
    ];
    assert_eq!(sections(&page), parts);
    for part in parts {
        assert!(
            page.contains(&format!("href=\"#{part}\"")),
            "the contents lead to {part}"
        );
    }
    for said in [
        "Sessions are lost: the first 25 min 32 s after the first set-up",
        "SESSION LOST",
        "Simulated beside closed form",
        "rccsim run models/nec-r2.toml --set clients.count=40 --reps 3",
        "MSER-5",
        "data-chart=\"sessions\"",
        "data-chart=\"convergence\"",
    ] {
        assert!(page.replace("&#x2f;", "/").contains(said), "{said}");
    }
}

#[test]
fn every_kind_of_study_has_a_report_with_its_answer_and_its_chart() {
    let few = [
        "models/nec-r2.toml",
        "--set",
        "clients.count=20",
        "--reps",
        "2",
    ];
    let vary = ["--vary", "clients.refresh_interval=10 min, 20 min"];
    let studies: [(&[&str], &[&str], &str); 6] = [
        (&["sweep"], &vary, "Every point"),
        (
            &["size"],
            &[
                "--key",
                "clients.refresh_interval=10 min..20 min step 5 min",
            ],
            "Every value tried",
        ),
        (
            &["best"],
            &[
                "--vary",
                "clients.refresh_interval=10 min, 50 min",
                "--most-reps",
                "20",
            ],
            "Cost of every point",
        ),
        (&["sensitivity"], &[], "One key at a time"),
        (&["matrix"], &[], "Every client against every gateway"),
        (&["compare"], &[], "less"),
    ];
    for (command, more, said) in studies {
        let page = match command[0] {
            "matrix" => Made::by_loud(&["matrix"]).page(),
            "compare" => Made::by(&[
                "compare",
                "models/nec-r2.toml",
                "models/nec-r2-allow-fix.toml",
                "--reps",
                "2",
            ])
            .page(),
            _ => Made::by(&[command, &few, more].concat()).page(),
        };
        let own = sections(&page);
        let parts = ["answer", "figures", "trust", "repeat", "glossary"];
        assert!(
            parts.iter().all(|part| own.contains(part)),
            "{command:?}: {own:?}"
        );
        assert!(
            page.contains("<figure class=\"chart\""),
            "{command:?} has no chart"
        );
        assert!(page.contains(said), "{command:?}: {said}");
        assert!(
            page.contains(&format!("<code>rccsim {}", command[0])),
            "{command:?}: how to repeat it"
        );
        is_sound(&page);
    }
}

impl Made {
    /// The same of a command that has no `--quiet`.
    fn by_loud(args: &[&str]) -> Made {
        let root = TempDir::new().unwrap();
        let out = root.path().join("out");
        let output = rccsim(&[args, &["--out", out.to_str().unwrap()]].concat());
        assert_eq!(
            output.status.code(),
            Some(0),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        Made { out, _root: root }
    }
}

/// What holds of every page.
fn is_sound(page: &str) {
    assert!(page.len() < 2_000_000, "{} bytes", page.len());
    // Nothing is fetched: no address but that of the SVG name space, no source, no import. What the page's own script may
    // ask for is the browser's test to see.
    let (before, rest) = page.split_once("<script>\n").unwrap();
    let page = &format!("{before}{}", rest.split_once("</script>").unwrap().1);
    let plain = page.replace("http://www.w3.org/2000/svg", "");
    for outside in ["http://", "https://", "//cdn", " src=", "@import", "url("] {
        assert!(!plain.contains(outside), "{outside}");
    }
    for href in between(page, "href=\"", "\"") {
        assert!(href.starts_with('#') || href.starts_with("data:"), "{href}");
    }
    let ids = between(page, " id=\"", "\"");
    let unique: std::collections::BTreeSet<&&str> = ids.iter().collect();
    assert_eq!(unique.len(), ids.len(), "an id twice");
    // Every picture has a title and a description.
    for picture in page.split("<svg").skip(1) {
        let (tag, inside) = picture.split_once('>').unwrap();
        let (title, rest) = inside.trim_start().split_once("</title>").unwrap();
        let desc = rest.trim_start().split_once("</desc>").unwrap().0;
        assert!(tag.contains("role=\"img\""), "{tag}");
        assert!(
            title.len() > "<title>".len() && desc.len() > "<desc>".len(),
            "{title} {desc}"
        );
    }
    // Every cell of figures is a number, or says that there is none.
    for cell in between(page, "<td class=\"n\">", "</td>") {
        let number = cell.trim_start_matches("&gt; ");
        assert!(
            number.parse::<f64>().is_ok() || ["–", "never"].contains(&number),
            "{cell:?} is no number"
        );
    }
    for json in between(page, "<script type=\"application/json\">", "</script>") {
        serde_json::from_str::<serde_json::Value>(json).unwrap();
    }
}

#[test]
fn pages_of_the_extremes_are_sound() {
    let extremes: [&[&str]; 5] = [
        &["--set", "gateway.allow=without-update"],
        &["--reps", "1"],
        &["--set", "clients.reestablish=never"],
        &["--set", "clients.sign_in=normal 23:00 sd 1 min"],
        &["--set", "scenario.horizon=1 s"],
    ];
    for more in extremes {
        is_sound(&Made::run(more).page());
    }
    let healthy = Made::run(extremes[0]).page();
    assert!(
        !sections(&healthy).contains(&"ladder"),
        "no session was lost"
    );
    assert!(
        healthy.contains("(0 drops in 3 replications; at most"),
        "zero comes with its bound"
    );
}

#[test]
fn markup_in_names_stays_text() {
    let root = TempDir::new().unwrap();
    // A name has no slash; a question has.
    let evil = "<script>alert(1)<script><img onerror=x>";
    let file = scenario(
        root.path(),
        &format!(
            "# Is \"{evil}\" & 'so' kept? </script><script>alert(2)</script>\n[scenario]\nname = \"{evil}\"\nhorizon = \"2 h\"\nreplications = 2\n\
             [[gateway]]\nname = \"g {evil}\"\nprofile = \"ignores-update\"\n\
             [[clients]]\nname = \"a {evil}\"\ncount = 5\ngateway = \"g {evil}\"\nsign_in = \"at start\"\n\
             [[clients]]\nname = \"b {evil}\"\ncount = 5\ngateway = \"g {evil}\"\nsign_in = \"at start\"\n"
        ),
    );
    let page = Made::by(&["run", &file]).page();
    is_sound(&page);
    assert!(page.contains("&lt;script&gt;alert(1)"), "the name is shown");
    // Scripts are the data of charts and, at the end, the page's own.
    let scripts = page.matches("<script").count()
        - page.matches("<script type=\"application/json\">").count();
    assert!(
        scripts <= 1 && !page.contains("<script>alert") && !page.contains("<img"),
        "{scripts} scripts"
    );
}

#[test]
fn the_data_inside_are_the_files_and_what_is_too_large_is_named() {
    let made = Made::run(&[
        "--set",
        "scenario.drops_limit=100000",
        "--set",
        "clients.count=2000",
    ]);
    let page = made.page();
    is_sound(&page);
    let mut inside = 0;
    for link in between(&page, "<a download=\"", "</a>") {
        let (name, rest) = link.split_once('"').unwrap();
        let encoded = rest
            .split("base64,")
            .nth(1)
            .unwrap()
            .split('"')
            .next()
            .unwrap();
        assert_eq!(
            STANDARD.decode(encoded).unwrap(),
            fs::read(made.out.join(name)).unwrap(),
            "{name}"
        );
        inside += 1;
    }
    assert!(inside >= 5, "{inside} files inside");
    assert!(
        page.contains("<li>drops.csv (10.1 MB: in the results folder, too large for this page)"),
        "of 100,000 rows"
    );
}

#[test]
fn a_sweep_of_very_many_points_is_cut_and_says_so() {
    let args = [
        "sweep",
        "models/nec-r2.toml",
        "--set",
        "scenario.horizon=1 s",
        "--reps",
        "1",
    ];
    let page = Made::by(&[&args[..], &["--vary", "clients.count=1..420 step 1"]].concat()).page();
    is_sound(&page);
    assert!(page.contains("The first 400 of 420 points; all of them are in summary.json."));
    assert!(page.contains("summary.json (") && page.contains("too large for this page"));
}

#[test]
fn a_margin_and_a_closed_form_are_those_of_the_contract() {
    let page = Made::run(&[]).page();
    // Model §5, UPDATE ignored, R 1500 s, SE 1800 s, D 30 s: first loss 1532 s, 3600/1562 drops an hour, 30/1562 down.
    let rows = crate::closed_form::rows(&page);
    let closed: Vec<(&str, &str, &str)> = rows
        .iter()
        .map(|r| (r.metric.as_str(), r.closed.as_str(), r.agrees.as_str()))
        .collect();
    assert_eq!(closed[0], ("first_loss_s", "1532", "yes"));
    assert_eq!(closed[1], ("drops_per_client_hour", "2.3047", "yes"));
    assert_eq!(closed[2], ("down_fraction", "1.9206", "yes"));
}

/// A study and plots, of which no command can show both.
const WISHES: &str = "
[study]
vary = [\"clients.refresh_interval = 10 min, 20 min\"]
[[plot]]
x = \"clients.refresh_interval\"
y = \"down_fraction\"
[[plot]]
x = \"time\"
y = \"visible\"
";

#[test]
fn a_plot_that_a_command_cannot_show_is_named_with_what_it_takes() {
    let root = TempDir::new().unwrap();
    let file = scenario(
        root.path(),
        &format!(
            "{}{WISHES}",
            fs::read_to_string("models/nec-r2.toml").unwrap()
        ),
    );
    let by_run = format!(
        "Plot 1 (down_fraction over clients.refresh_interval) is left out: a run has one value of clients.refresh_interval: \
         `rccsim sweep {file}` simulates all of them."
    );
    let by_sweep = format!(
        "Plot 2 (visible over time) is left out: a sweep keeps no day: `rccsim run {file}` does."
    );
    for (command, wanted, other) in [("run", &by_run, &by_sweep), ("sweep", &by_sweep, &by_run)] {
        let out = root.path().join(command);
        let args = [
            command,
            &file,
            "--set",
            "clients.count=10",
            "--reps",
            "2",
            "--out",
            out.to_str().unwrap(),
        ];
        let told = String::from_utf8(rccsim(&args).stderr).unwrap();
        assert!(
            told.contains(&format!("warning: {wanted}\n")) && !told.contains(other.as_str()),
            "{told}"
        );
        let page = page(&out).replace("&#x2f;", "/").replace("&#x60;", "`");
        assert!(
            page.contains(&format!("<p class=\"note\">{wanted}</p>"))
                && !page.contains(other.as_str()),
            "{command}"
        );
    }
}

/// Every file of a folder.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut all = Vec::new();
    let mut left = vec![folder.to_path_buf()];
    while let Some(place) = left.pop() {
        for entry in fs::read_dir(place).unwrap().map(|e| e.unwrap().path()) {
            match entry.is_dir() {
                true => left.push(entry),
                false => all.push((
                    entry.strip_prefix(folder).unwrap().display().to_string(),
                    fs::read(&entry).unwrap(),
                )),
            }
        }
    }
    all.sort();
    all
}

#[test]
fn a_run_without_a_report_gets_afterwards_what_a_run_has() {
    // Values of a profile, of the file and of the command line; two gateways; a queue, whose users are tried whole.
    let path = |name: &str| format!("models/{name}.toml");
    let root = TempDir::new().unwrap();
    let asking = scenario(
        root.path(),
        &format!(
            "{}{WISHES}",
            fs::read_to_string("models/nec-r2.toml").unwrap()
        ),
    );
    for (file, more) in [
        (
            path("nec-r2"),
            &[
                "--set",
                "clients.count=30",
                "--set",
                "clients.reestablish=uniform 0 s..600 s",
            ][..],
        ),
        (path("mixed-fleet"), &["--set", "scenario.horizon=2 h"]),
        (
            path("overload"),
            &[
                "--set",
                "clients.count=200",
                "--set",
                "scenario.horizon=2 h",
            ],
        ),
        (path("nec-r2-allow-fix"), &["--set", "clients.count=30"]),
        (path("replay"), &["--set", "scenario.horizon=3 h"]),
        // Its plot is of a key that a run does not vary.
        (asking, &["--set", "clients.count=20"]),
    ] {
        let args = [&["run", &file, "--reps", "2"], more].concat();
        let at_once = Made::by(&args);
        let later = Made::by(&[&args[..], &["--no-report"]].concat());
        let bare = fs::read_to_string(later.out.join("summary.json")).unwrap();
        assert!(
            bare.contains("\n  \"assumptions\": null,\n"),
            "{file}: nothing was tried"
        );
        let report = rccsim(&["report", later.out.to_str().unwrap()]);
        let told = String::from_utf8(report.stderr).unwrap();
        assert!(
            report.status.success() && !told.contains("lacks"),
            "{file}: {told}"
        );
        let (now, wanted) = (files(&later.out), files(&at_once.out));
        let names = |all: &[(String, Vec<u8>)]| {
            all.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>()
        };
        assert_eq!(names(&now), names(&wanted), "{file}");
        for ((name, bytes), (_, wanted)) in now.iter().zip(&wanted) {
            assert!(bytes == wanted, "{file}: {name} differs");
        }
    }
}

#[test]
fn what_cannot_be_simulated_again_is_said_in_the_page() {
    let root = TempDir::new().unwrap();
    fs::write(
        root.path().join("calls.csv"),
        "time,user,direction,ring_s,talk_s\n09:00,1,incoming,5,60\n",
    )
    .unwrap();
    let text = fs::read_to_string("models/nec-r2.toml").unwrap();
    let text = text.replace("workload = \"moderate\"", "calls_file = \"calls.csv\"");
    let file = scenario(root.path(), &text);
    let made = Made::by(&[
        "run",
        &file,
        "--reps",
        "2",
        "--set",
        "clients.count=20",
        "--no-report",
    ]);
    fs::remove_file(root.path().join("calls.csv")).unwrap();
    let report = rccsim(&["report", made.out.to_str().unwrap()]);
    let told = String::from_utf8(report.stderr).unwrap();
    assert_eq!(report.status.code(), Some(0), "{told}");
    assert!(
        told.contains("lacks the ladder of a lost session") && told.contains("calls.csv"),
        "{told}"
    );
    let page = made.page();
    is_sound(&page);
    assert!(
        page.contains("This run was made without its report")
            && !page.contains("<section id=\"ladder\">")
    );
    // That calls are replayed is known without their file.
    let without =
        "lost sessions, toasts due (clients:front-office): not with recorded calls (calls_file).";
    assert!(
        page.contains(without),
        "{:?}",
        between(&page, "<li>", "</li>")
    );
    let command =
        format!("They come with <code>rccsim run {file} --set clients.count=20 --reps 2</code>");
    assert!(
        page.replace("&#x2f;", "/").contains(&command),
        "{:?}",
        between(&page, "They come with", "</p>")
    );
}

#[test]
fn no_report_is_none_and_what_is_no_result_is_refused() {
    let made = Made::run(&["--no-report"]);
    assert!(!made.out.join("report.html").exists());
    let refused = |folder: &Path, why: &str| {
        let output = rccsim(&["report", folder.to_str().unwrap()]);
        let told = String::from_utf8(output.stderr).unwrap();
        assert!(
            output.status.code() == Some(2) && told.contains(why),
            "{told}"
        );
    };
    let empty = TempDir::new().unwrap();
    refused(empty.path(), "manifest.json");
    // A folder without a report gets one; one whose files were changed does not.
    assert_eq!(
        rccsim(&["report", made.out.to_str().unwrap()])
            .status
            .code(),
        Some(0)
    );
    is_sound(&made.page());
    fs::write(made.out.join("summary.json"), "{}").unwrap();
    refused(&made.out, "summary.json");
}
