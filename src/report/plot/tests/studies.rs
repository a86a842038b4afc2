#![cfg(test)]

use super::*;

#[test]
fn a_search_tells_what_binds() {
    let trial = |value: u32, sample: &str, verdict: &str, missed: f64, setup: f64| {
        let o = |metric: &str, target: f64, mean: f64| {
            let verdict = if mean < target { "pass" } else { "fail" };
            format!(
                "{{\"metric\": \"{metric}\", \"scope\": \"all\", \"target\": {target}, \"mean\": {mean}, \"lower\": {mean}, \"upper\": {mean}, \"verdict\": \"{verdict}\"}}"
            )
        };
        format!(
            "{{\"value\": \"{value}\", \"sample\": \"{sample}\", \"replications\": 2, \"verdict\": \"{verdict}\", \"objectives\": [{}, {}]}}",
            o("missed_toast_fraction", 0.02, missed),
            o("setup_p99_ms", 5000.0, setup)
        )
    };
    let trials = [
        trial(1, "search", "fail", 0.4, 9000.0),
        trial(2, "search", "pass", 0.015, 1000.0),
        trial(2, "confirmation", "pass", 0.016, 1000.0),
    ];
    let text = format!(
        "{{\"schema\": \"rccsim.size/1\", \"key\": \"gateway.count\", \"wanted\": \"smallest\", \"value\": \"2\", \"confirmed\": true, \"trials\": [{}]}}",
        trials.join(",")
    );
    let plots = plots_of_folder(&[("summary.json", text)]);
    let limits = find_chart(&plots, "limits");
    assert_eq!(
        limits.title,
        "Gateways: 2 is the smallest that serves; what binds: missed toasts"
    );
    // The confirmation has the last word: 0.016 of 0.02 is 80 %.
    let marker = limits.layers.iter().find_map(|l| {
        if let Layer::Marker(m) = l {
            Some((m.x, m.y))
        } else {
            None
        }
    });
    assert_eq!(marker, Some((2.0, 80.0)));
    assert!(find_chart(&plots, "search").title.contains("in 3 steps"));
}

#[test]
fn a_tornado_ends_at_the_extremes_of_each_key() {
    let text = "{\"schema\": \"rccsim.sensitivity/1\", \"replications\": 3, \"metric\": \"missed_toast_fraction\", \"unit\": \"fraction\", \"base\": 0.02, \"keys\": [\
        {\"key\": \"clients.reestablish\", \"value\": \"fixed 30 s\", \"swing\": 0.94, \"alternatives\": [\
          {\"value\": \"never\", \"mean\": 0.95, \"verdict\": \"fail\"}, {\"value\": \"fixed 0 s\", \"mean\": 0.01, \"verdict\": \"pass\"}, {\"value\": \"fixed 600 s\", \"mean\": 0.3, \"verdict\": \"fail\"}]},\
        {\"key\": \"gateway.forgets\", \"value\": \"sessions\", \"swing\": 0.0, \"alternatives\": [{\"value\": \"monitors\", \"mean\": 0.02, \"verdict\": \"fail\"}]}]}";
    let plots = plots_of_folder(&[("summary.json", text.into())]);
    let picture = svg_of(&plots, "tornado");
    assert_eq!(
        find_chart(&plots, "tornado").title,
        "Missed toasts hang most on re-establishment"
    );
    for fragment in [
        ">never<",
        ">fixed 0 s<",
        "as it stands: 2 %",
        "Without effect: what a crash wipes",
    ] {
        assert!(picture.contains(fragment), "{fragment} in {picture}");
    }
    assert!(
        !picture.contains("fixed 600 s"),
        "what lies between the extremes is not shown"
    );
}

#[test]
fn a_comparison_shows_differences_and_pairs() {
    let figure = |metric: &str, difference: f64| {
        format!(
            "{{\"metric\": \"{metric}\", \"unit\": \"fraction\", \"decides\": true, \"baseline\": 0.02, \"other\": 0.01, \"difference\": {difference}, \"lower\": {}, \"upper\": {}, \"correlation\": 0.5, \"verdict\": \"better\"}}",
            difference - 0.001,
            difference + 0.001
        )
    };
    let text = format!(
        "{{\"schema\": \"rccsim.compare/1\", \"baseline\": \"models/a.toml\", \"confidence\": 0.98, \"alternatives\": [{{\"name\": \"models/b.toml\", \"verdict\": \"better\", \"replications\": 2, \"figures\": [{}]}}]}}",
        figure("missed_toast_fraction", -0.018)
    );
    let header = "point,replication,fingerprint,scope,metric,cause,value,beyond,numerator,denominator,unit,point_number\n";
    let runs = format!(
        "{header}alternative=a,1,0f,all,missed_toast_fraction,,0.02,,2,100,fraction,1\nalternative=a,2,0f,all,missed_toast_fraction,,0.03,,3,100,fraction,1\n\
         alternative=b,1,0f,all,missed_toast_fraction,,0.01,,1,100,fraction,2\nalternative=b,2,0f,all,missed_toast_fraction,,0.04,,4,100,fraction,2\n"
    );
    let plots = plots_of_folder(&[("summary.json", text), ("runs.csv", runs)]);
    assert_eq!(
        find_chart(&plots, "differences").title,
        "b is better than a"
    );
    assert!(
        svg_of(&plots, "differences").contains("−1.80 ± 0.10 points"),
        "{}",
        svg_of(&plots, "differences")
    );
    // Paired: 1 % less in the first replication, 1 % more in the second.
    assert!(
        find_chart(&plots, "pairs")
            .title
            .contains("in 1 of 2 pairs")
    );
}

#[test]
fn the_matrix_is_a_table_of_losses() {
    let text = "{\"schema\": \"rccsim.matrix/1\", \"basis\": \"20 users\", \"cells\": [\
        {\"gateway\": \"healthy\", \"client\": \"r2\", \"method\": \"UPDATE\", \"first_loss_s\": null, \"cause\": null, \"down_fraction\": 0.0, \"missed_toasts_per_user_day\": 0, \"remedy\": []},\
        {\"gateway\": \"ignores\", \"client\": \"r2\", \"method\": \"UPDATE\", \"first_loss_s\": 1532, \"cause\": \"refresh_unanswered\", \"down_fraction\": 0.019, \"missed_toasts_per_user_day\": 0.2, \"remedy\": []}]}";
    let plots = plots_of_folder(&[("summary.json", text.into())]);
    assert_eq!(
        find_chart(&plots, "matrix").title,
        "1 of 2 pairs of client and gateway loses its sessions"
    );
    let picture = svg_of(&plots, "matrix");
    assert!(
        picture.contains(">25 min 32 s<") && picture.contains(">kept<"),
        "{picture}"
    );
}
