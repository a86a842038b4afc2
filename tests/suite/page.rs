//! The report: one file, whole, safe, small, the same bytes from the same folder.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};
use tempfile::TempDir;

pub(crate) fn rccsim(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_rccsim"))
        .args(args)
        .output()
        .unwrap()
}

/// Runs a command into a folder of its own.
pub(crate) struct RunFolder {
    pub out: PathBuf,
    _root: TempDir,
}

impl RunFolder {
    pub(crate) fn by(args: &[&str]) -> Self {
        let root = TempDir::new().unwrap();
        let out = root.path().join("out");
        let output = rccsim(&[args, &["--quiet", "--out", out.to_str().unwrap()]].concat());
        let code = output.status.code().unwrap();
        assert!(
            [0, 3, 4].contains(&code),
            "{args:?}: {code} {}",
            String::from_utf8_lossy(&output.stderr)
        );
        Self { out, _root: root }
    }

    /// A run of few users, with any other keys.
    pub(crate) fn run(flags: &[&str]) -> Self {
        let reps: &[&str] = if flags.contains(&"--reps") {
            &[]
        } else {
            &["--reps", "3"]
        };
        Self::by(
            &[
                &["run", "models/nec-r2.toml", "--set", "clients.count=40"],
                reps,
                flags,
            ]
            .concat(),
        )
    }

    pub(crate) fn page(&self) -> String {
        page(&self.out)
    }
}

pub(crate) fn page(folder: &Path) -> String {
    fs::read_to_string(folder.join("report.html")).unwrap()
}

/// A scenario file of its own.
pub(crate) fn scenario(root: &Path, text: &str) -> String {
    let path = root.join("scenario.toml");
    fs::write(&path, text).unwrap();
    path.to_str().unwrap().into()
}

/// What stands between two marks, each time.
pub(crate) fn between<'a>(text: &'a str, from: &str, to: &str) -> Vec<&'a str> {
    text.split(from)
        .skip(1)
        .map(|rest| rest.split(to).next().unwrap())
        .collect()
}

/// The ids of the page's sections, in their order.
pub(crate) fn sections(page: &str) -> Vec<&str> {
    between(page, "<section id=\"", "\"")
}

/// The text of an element without its tags.
pub(crate) fn bare(html: &str) -> String {
    let outside = html
        .split('<')
        .map(|part| part.split_once('>').map_or(part, |(_, text)| text));
    outside.collect::<String>().trim().to_string()
}

#[test]
fn a_run_has_every_part_in_order() {
    let page = RunFolder::run(&[]).page();
    let parts = [
        "answer",
        "next",
        "assumptions",
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
    for phrase in [
        "of toasts are missed (limit 0.5 %): ",
        "does not answer UPDATE (update = ignored).",
        "SESSION LOST",
        "Simulated beside closed form",
        "rccsim run models/nec-r2.toml --set clients.count=40 --reps 3",
        "MSER-5",
        "data-chart=\"sessions\"",
        "data-chart=\"convergence\"",
    ] {
        assert!(page.replace("&#x2f;", "/").contains(phrase), "{phrase}");
    }
}

const AIMS: &str = "missed_toast_fraction, message_rate_per_s";

#[test]
fn every_kind_of_study_has_a_report_with_its_answer_and_its_chart() {
    let small_run = [
        "models/nec-r2.toml",
        "--set",
        "clients.count=20",
        "--reps",
        "2",
    ];
    let vary = ["--vary", "clients.refresh_interval=10 min, 20 min"];
    let studies: [(&[&str], &[&str], &str); 7] = [
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
        (
            &["best"],
            &[vary[0], vary[1], "--objectives", AIMS],
            "95 % intervals. A point is dominated",
        ),
        (&["sensitivity"], &[], "One key at a time"),
        (&["matrix"], &[], "Every client against every gateway"),
        (&["compare"], &[], "less"),
    ];
    for (command, flags, phrase) in studies {
        let page = match command[0] {
            "matrix" => RunFolder::by_loud(&["matrix"]).page(),
            "compare" => RunFolder::by(&[
                "compare",
                "models/nec-r2.toml",
                "models/nec-r2-allow-fix.toml",
                "--reps",
                "2",
            ])
            .page(),
            _ => RunFolder::by(&[command, &small_run, flags].concat()).page(),
        };
        let headings = sections(&page);
        let parts = ["answer", "figures", "trust", "repeat", "glossary"];
        assert!(
            parts.iter().all(|part| headings.contains(part)),
            "{command:?}: {headings:?}"
        );
        assert!(
            page.contains("<figure class=\"chart\""),
            "{command:?} has no chart"
        );
        assert!(page.contains(phrase), "{command:?}: {phrase}");
        assert!(
            page.contains(&format!("<code>rccsim {}", command[0])),
            "{command:?}: how to repeat it"
        );
        is_sound(&page);
    }
}

impl RunFolder {
    /// The same of a command that has no `--quiet`.
    pub(crate) fn by_loud(args: &[&str]) -> Self {
        let root = TempDir::new().unwrap();
        let out = root.path().join("out");
        let output = rccsim(&[args, &["--out", out.to_str().unwrap()]].concat());
        assert_eq!(
            output.status.code(),
            Some(0),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        Self { out, _root: root }
    }
}

/// What holds of every page.
pub(crate) fn is_sound(page: &str) {
    assert!(page.len() < 2_000_000, "{} bytes", page.len());
    // Nothing is fetched: no address but that of the SVG name space, no source, no import. What the page's own script may
    // ask for is the browser's test to see.
    let (before, rest) = page.split_once("<script>\n").unwrap();
    // The browser runs that script and no other.
    let script = format!("\n{}", rest.split_once("</script>").unwrap().0);
    let hash = STANDARD
        .encode(Sha256::digest(script))
        .replace('/', "&#x2f;");
    let policy = between(before, "Content-Security-Policy\" content=\"", "\"")[0];
    assert!(policy.contains(&hash), "{policy}, {hash}");
    assert!(
        policy.starts_with("default-src &#x27;none&#x27;;"),
        "{policy}"
    );
    let page = &format!("{before}{}", rest.split_once("</script>").unwrap().1);
    let offline_page = page.replace("http://www.w3.org/2000/svg", "");
    for outside in ["http://", "https://", "//cdn", " src=", "@import", "url("] {
        assert!(!offline_page.contains(outside), "{outside}");
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
        let number = cell.trim_start_matches("&gt; ").replace(',', "");
        assert!(
            number.parse::<f64>().is_ok() || ["–", "never"].contains(&number.as_str()),
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
    for flags in extremes {
        is_sound(&RunFolder::run(flags).page());
    }
    let healthy = RunFolder::run(extremes[0]).page();
    assert!(
        !sections(&healthy).contains(&"ladder"),
        "no session was lost"
    );
    assert!(
        healthy.contains("With 95 % confidence at most 1.23 sessions are lost a run."),
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
    let page = RunFolder::by(&["run", &file]).page();
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
    let run_folder = RunFolder::run(&[
        "--set",
        "scenario.drops_limit=100000",
        "--set",
        "clients.count=2000",
    ]);
    let page = run_folder.page();
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
            fs::read(run_folder.out.join(name)).unwrap(),
            "{name}"
        );
        inside += 1;
    }
    assert!(inside >= 5, "{inside} files inside");
    let drops = fs::metadata(run_folder.out.join("drops.csv"))
        .unwrap()
        .len() as f64
        / 1e6;
    assert!(drops > 10.0, "100,000 rows");
    let omission =
        format!("<li>drops.csv ({drops:.1} MB: in the results folder, too large for this page)");
    assert!(page.contains(&omission), "{omission}");
}

#[test]
fn a_sweep_of_very_many_points_is_cut_and_says_so() {
    let args = [
        "sweep",
        "models/nec-r2.toml",
        "--set",
        "scenario.horizon=1 s",
        // Each point has other figures, so no two are one row.
        "--set",
        "clients.sign_in=at start",
        "--reps",
        "1",
    ];
    let page =
        RunFolder::by(&[&args[..], &["--vary", "clients.count=1..420 step 1"]].concat()).page();
    is_sound(&page);
    assert!(page.contains("The first 400 of 420 points; all of them are in summary.json."));
    assert!(page.contains("summary.json (") && page.contains("too large for this page"));
}

#[test]
fn a_margin_and_a_closed_form_are_those_of_the_contract() {
    let page = RunFolder::run(&[]).page();
    // Model §5, UPDATE ignored, R 1500 s, SE 1800 s, D 30 s: first loss 1532 s, 3600/1562 drops an hour, 30/1562 down.
    let rows = crate::closed_form::rows(&page);
    let closed: Vec<(&str, &str, &str)> = rows
        .iter()
        .map(|r| (r.metric.as_str(), r.closed.as_str(), r.agrees.as_str()))
        .collect();
    assert_eq!(closed[0], ("first_loss_s", "1,532", "yes"));
    assert_eq!(closed[1], ("drops_per_client_hour", "2.3047", "yes"));
    assert_eq!(closed[2], ("down_fraction", "1.9206", "yes"));
}
