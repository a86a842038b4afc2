//! Charts of every kind and every extreme, for the tests and for the eye.

use super::*;

fn noise(i: u64) -> f64 {
    let x = i.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    ((x ^ (x >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9) >> 40) as f64 / 16_777_216.0
}

fn line(name: &str, points: Vec<(f64, f64)>) -> Layer {
    Layer::Line(Line {
        name: name.into(),
        points,
        tone: Tone::Auto,
    })
}

fn points(name: &str, points: Vec<Point>) -> Layer {
    Layer::Points(Points {
        name: name.into(),
        points,
        tone: Tone::Auto,
    })
}

fn at(x: f64, y: f64) -> Point {
    Point {
        x,
        y,
        ..Point::default()
    }
}

fn region(from: f64, to: f64, label: &str, tone: Tone) -> Layer {
    Layer::Region(Region {
        along: Along::X,
        from,
        to,
        label: label.into(),
        tone,
        faint: false,
    })
}

fn threshold(along: Along, value: f64, label: &str, tone: Tone) -> Layer {
    Layer::Threshold(Threshold {
        along,
        value,
        label: label.into(),
        tone,
    })
}

fn marker(x: f64, y: f64, label: &str) -> Layer {
    Layer::Marker(Marker {
        x,
        y,
        label: label.into(),
    })
}

fn bar(label: &str, value: f64, text: &str) -> Bar {
    Bar {
        label: label.into(),
        value,
        text: text.into(),
        ..Bar::default()
    }
}

fn bars(bars: Vec<Bar>) -> Layer {
    Layer::Bars(Bars {
        bars,
        ..Bars::default()
    })
}

fn chart(title: &str, x: Axis, y: Axis, layers: Vec<Layer>) -> Chart {
    Chart {
        title: title.into(),
        description: format!("What is seen in: {title}"),
        x,
        y,
        layers,
        notes: vec![],
    }
}

fn clock() -> Axis {
    Axis::new("", "").on(Scale::TimeOfDay)
}

/// The charts of real reports.
pub(super) fn ordinary() -> Vec<(&'static str, Chart)> {
    vec![
        ("day", day()),
        ("rate", rate()),
        ("percentiles", percentiles()),
        ("sweep", sweep()),
        ("tradeoff", tradeoff()),
        ("causes", causes()),
        ("tornado", tornado()),
        ("heat", heat()),
        ("staircase", staircase()),
        ("histogram", histogram()),
        ("paired", paired()),
    ]
}

fn day() -> Chart {
    let xs: Vec<f64> = (0..=240)
        .map(|i| 6.0 * 3600.0 + f64::from(i) * 180.0)
        .collect();
    let staff = |t: f64| {
        let up = 1.0 / (1.0 + libm::exp(-(t / 3600.0 - 8.2) * 3.0));
        let down = 1.0 / (1.0 + libm::exp((t / 3600.0 - 16.8) * 2.5));
        1200.0 * up * down
    };
    let down = |i: usize, t: f64| staff(t) * if (100..110).contains(&i) { 0.35 } else { 0.02 };
    let part = |name: &str, value: &dyn Fn(usize, f64) -> f64| {
        let values = xs.iter().enumerate().map(|(i, t)| value(i, *t));
        (name.to_string(), values.collect::<Vec<f64>>())
    };
    let parts = vec![
        part("established", &|i, t| staff(t) - down(i, t)),
        part("being set up", &|i, t| down(i, t) * 0.4),
        part("down, not yet noticed", &|i, t| down(i, t) * 0.6),
    ];
    let outage = region(11.0 * 3600.0, 11.5 * 3600.0, "", Tone::Bad);
    chart(
        "A third of the sessions is down for half an hour after the gateway restarts at 11:00",
        clock(),
        Axis::new("Sessions", ""),
        vec![
            outage,
            Layer::Stack(Stack {
                xs,
                parts,
                tones: Vec::new(),
            }),
        ],
    )
}

fn rate() -> Chart {
    let echo = |t: f64| libm::exp(-(t % 1800.0) / 120.0) * 40.0 * libm::exp(-t / 6000.0);
    let points = |k: u64, f: &dyn Fn(f64) -> f64| {
        let value = |i: u64| f(i as f64 * 1.8) * (0.8 + 0.4 * noise(i + k));
        let point = |i: u64| (28_800.0 + i as f64 * 1.8, value(i));
        (0..10_000).map(point).collect()
    };
    chart(
        "The restart comes back every 30 min as an echo in the refreshes",
        clock(),
        Axis::new("Messages", "1/s"),
        vec![
            line("all messages", points(0, &|t| 12.0 + 1.2 * echo(t))),
            line("refreshes", points(77, &|t| 4.0 + echo(t) * 0.5)),
            threshold(Along::Y, 60.0, "gateway limit 60/s", Tone::Bad),
        ],
    )
}

fn percentiles() -> Chart {
    let at = |scale: f64, k: u64| {
        let point = |i: u64| {
            let height = match i {
                30..38 => 40.0,
                60..64 => f64::NAN,
                _ => 1.0,
            };
            let y = scale * height * (0.9 + 0.2 * noise(i + k));
            (28_800.0 + i as f64 * 300.0, y)
        };
        (0..97).map(point).collect()
    };
    chart(
        "Response time of session setup",
        clock(),
        Axis::new("Response time", "ms").on(Scale::Log),
        vec![
            line("p50", at(12.0, 0)),
            line("p95", at(30.0, 500)),
            line("p99", at(80.0, 900)),
            line("p99.9", at(100.0, 1900)),
            threshold(Along::Y, 500.0, "objective: p99 ≤ 500 ms", Tone::Auto),
        ],
    )
}

fn sweep() -> Chart {
    let xs = [60.0, 120.0, 300.0, 600.0, 900.0, 1200.0, 1500.0, 1800.0];
    let value = |x: f64| 0.2 + x * x / 9e5;
    let band = xs.map(|x| (x, value(x) * 0.85, value(x) * 1.12)).to_vec();
    let means = xs.map(|x| at(x, value(x))).to_vec();
    let name = "mean of 20, 95 % interval";
    chart(
        "An interval of at most 900 s keeps missed toasts below 1 %",
        Axis::new("Refresh interval", "s"),
        Axis::new("Missed toasts", "%"),
        vec![
            region(f64::NEG_INFINITY, 846.0, "feasible", Tone::Good),
            Layer::Band(Band {
                name: name.into(),
                points: band,
                tone: Tone::Auto,
            }),
            line(name, xs.map(|x| (x, value(x))).to_vec()),
            points(name, means),
            threshold(Along::Y, 1.0, "objective ≤ 1 %", Tone::Auto),
            marker(600.0, value(600.0), "today: 600 s"),
        ],
    )
}

fn tradeoff() -> Chart {
    let intervals = [60.0, 120.0, 300.0, 600.0, 900.0, 1800.0];
    let load = |i: f64| 9000.0 / i;
    let missed = |i: f64| 0.02 * libm::pow(i / 60.0, 1.4);
    let point = |i: &f64| Point {
        interval: Some((missed(*i) * 0.8, missed(*i) * 1.25)),
        label: if *i == 600.0 {
            String::new()
        } else {
            format!("{i} s")
        },
        ..at(load(*i), missed(*i))
    };
    chart(
        "Shorter refresh intervals cost load and save toasts",
        Axis::new("Gateway load", "refreshes/s").on(Scale::Log),
        Axis::new("Missed toasts", "%").on(Scale::Log),
        vec![
            line("", intervals.map(|i| (load(i), missed(i))).to_vec()),
            points("", intervals.iter().map(point).collect()),
            threshold(Along::Y, 1.0, "objective ≤ 1 %", Tone::Bad),
            threshold(Along::X, 100.0, "gateway limit", Tone::Bad),
            marker(load(600.0), missed(600.0), "chosen: 600 s"),
        ],
    )
}

fn causes() -> Chart {
    let caused = |label: &str, value: f64, half: f64| Bar {
        interval: Some((value - half, value + half)),
        ..bar(label, value, &format!("{value} ± {half}"))
    };
    let causes = vec![
        caused("network address translation forgot the flow", 412.0, 31.0),
        caused("gateway restarted", 310.0, 12.0),
        caused("refresh lost on the way and its retries too", 96.0, 9.0),
        caused("client slept", 44.0, 6.0),
        bar("refresh refused: 422", 0.0, "0"),
    ];
    chart(
        "Why sessions were lost",
        Axis::new("Lost sessions", "per day"),
        Axis::default(),
        vec![bars(causes)],
    )
}

fn tornado() -> Chart {
    let pair = |label: &str, low: f64, high: f64, texts: (&str, &str)| Bar {
        other: Some(high),
        other_text: texts.1.into(),
        ..bar(label, low, texts.0)
    };
    let bars = vec![
        pair("gateway.idle_timeout", 0.4, 3.1, ("30 min", "10 min")),
        pair("client.reestablish_after", 0.9, 2.4, ("0 s", "120 s")),
        pair("path.loss", 1.5, 2.1, ("0 %", "2 %")),
        pair("client.t1", 1.75, 1.82, ("250 ms", "1 s")),
    ];
    let mut chart = chart(
        "What the share of missed toasts hangs on",
        Axis::new("Missed toasts", "%"),
        Axis::default(),
        vec![
            Layer::Bars(Bars {
                bars,
                base: 1.8,
                names: ("low end".into(), "high end".into()),
                tone: Tone::Auto,
            }),
            threshold(Along::X, 2.2, "objective", Tone::Bad),
        ],
    );
    chart.notes = vec![
        "Each bar: one key at either end of its range, all others as in the scenario (1.8 %)."
            .into(),
    ];
    chart
}

fn heat() -> Chart {
    let rows: Vec<String> = ["60 s", "300 s", "600 s", "900 s", "1800 s"]
        .map(String::from)
        .into();
    let columns: Vec<String> = ["0 %", "0.1 %", "0.5 %", "1 %", "2 %", "5 %"]
        .map(String::from)
        .into();
    let value = |r: usize, c: usize| (r as f64 + 0.3) * (c as f64 + 0.2) * 0.9;
    let mut values: Vec<Vec<f64>> = (0..5)
        .map(|r| (0..6).map(|c| value(r, c)).collect())
        .collect();
    values[4][5] = f64::NAN;
    let cells = values
        .iter()
        .map(|row| row.iter().map(|v| format!("{v:.1}")).collect())
        .collect();
    chart(
        "Missed toasts (%) by refresh interval and packet loss",
        Axis::new("Packet loss", ""),
        Axis::new("Refresh interval", ""),
        vec![Layer::HeatMap(HeatMap {
            columns,
            rows,
            values,
            cells,
            marked: Some((2, 1)),
        })],
    )
}

fn staircase() -> Chart {
    let limit = |name: &str, per: f64| {
        let points = (0..=40)
            .map(|i| f64::from(i) * 500.0)
            .map(|n| (n, (n / per).ceil().max(1.0)))
            .collect();
        Layer::Steps(Line {
            name: name.into(),
            points,
            tone: Tone::Auto,
        })
    };
    chart(
        "From 6,000 clients on, the refresh rate decides how many gateways there must be",
        Axis::new("Clients", ""),
        Axis::new("Gateways needed", ""),
        vec![
            limit("refresh rate", 2600.0),
            limit("sessions per gateway", 4000.0),
            limit("storm after restart", 4100.0),
            marker(12_000.0, 5.0, "12,000 clients: 5 gateways"),
        ],
    )
}

fn histogram() -> Chart {
    let bins = (0..40).map(|i| {
        let x = f64::from(i) * 5.0;
        (
            x,
            x + 5.0,
            (1000.0 * libm::exp(-(x - 60.0) * (x - 60.0) / 900.0)).round(),
        )
    });
    chart(
        "Response time of session setup, all day",
        Axis::new("Response time", "ms"),
        Axis::new("Requests", ""),
        vec![
            Layer::Histogram(Histogram {
                name: String::new(),
                bins: bins.collect(),
                tone: Tone::Auto,
            }),
            threshold(Along::X, 110.0, "p99 = 110 ms", Tone::Quiet),
        ],
    )
}

fn paired() -> Chart {
    let difference = |i: u64| {
        let y = -3.0 + 4.0 * noise(i * 7 + 3);
        Point {
            interval: Some((y - 0.8, y + 0.8)),
            ..at(i as f64 + 1.0, y)
        }
    };
    chart(
        "B loses fewer sessions than A in 18 of 20 pairs",
        Axis::new("Pair", ""),
        Axis::new("Difference B − A", "sessions/h"),
        vec![
            points("", (0..20).map(difference).collect()),
            threshold(Along::Y, 0.0, "no difference", Tone::Quiet),
        ],
    )
}

/// What must not break anything.
pub(super) fn extreme() -> Vec<(&'static str, Chart)> {
    let mut charts = odd_values();
    charts.extend(crowded_charts());
    charts.extend(empty_charts());
    charts
}

fn graph(title: &str, points: Vec<(f64, f64)>) -> Chart {
    let (x, y) = (Axis::new("x", "s"), Axis::new("y", "1/s"));
    chart(title, x, y, vec![line("one", points)])
}

fn curve(n: u32, value: impl Fn(f64) -> f64) -> Vec<(f64, f64)> {
    (0..n)
        .map(|i| (f64::from(i), value(f64::from(i))))
        .collect()
}

fn odd_values() -> Vec<(&'static str, Chart)> {
    let gap = |i: f64| if i % 5.0 < 2.0 { f64::NAN } else { 1.0 };
    let low = f64::NEG_INFINITY;
    let infinite = vec![(0.0, f64::INFINITY), (1.0, 1.0), (low, 2.0)];
    let zeros = vec![(0.0, 0.0), (1.0, 10.0), (2.0, 1e5), (3.0, -1.0)];
    let mut log = graph("Zeros on a logarithmic axis", zeros);
    log.y.scale = Scale::Log;
    let mut cut = graph("A range that cuts", curve(100, |i| i * i % 90.0));
    (cut.x.range, cut.y.range) = (Some((20.0, 60.0)), Some((10.0, 50.0)));
    let markup = "<script>alert(1)</script> & \"'\u{1}]]>";
    vec![
        ("one_point", graph("One point", vec![(600.0, 4.0)])),
        ("zero", graph("Zero everywhere", curve(50, |_| 0.0))),
        ("equal", graph("All equal", curve(50, |_| 1234.5))),
        ("gaps", graph("Gaps", curve(50, gap))),
        ("nan", graph("Not a number", vec![(f64::NAN, f64::NAN); 5])),
        ("infinite", graph("Infinite", infinite)),
        (
            "huge",
            graph("Huge", vec![(-1e300, 1e-300), (1e300, 1e300)]),
        ),
        ("script", graph(markup, vec![(0.0, 1.0), (1.0, 2.0)])),
        ("log_zero", log),
        ("cut", cut),
    ]
}

fn crowded_charts() -> Vec<(&'static str, Chart)> {
    let long = "a very long name that goes on and on, far beyond what any legend could ever hold "
        .repeat(3);
    let axis = |label: &str| Axis::new(label, "");
    let jagged = graph("10,000 points", curve(10_000, |i| noise(i as u64)));
    let spots = (0..10_000).map(|i| at(noise(i), noise(i + 9999) * noise(i)));
    let cloud = vec![points("requests", spots.collect())];
    let lengthy = vec![
        line(&long, vec![(0.0, 1.0), (1.0, 2.0)]),
        line(&format!("other {long}"), vec![(0.0, 2.0), (1.0, 1.0)]),
        marker(0.9, 1.5, &long),
        marker(f64::NAN, 1.0, "nowhere"),
    ];
    let long_axis = Axis::new(&long, &long);
    let stroke = |i: u32| {
        let ends = vec![(0.0, f64::from(i)), (1.0, f64::from(i % 3))];
        line(&format!("series {i}"), ends)
    };
    let layers = (0..12).map(stroke).collect();
    let sixty = (0..60u32).map(|i| bar(&format!("{i} {long}"), f64::from(i), &i.to_string()));
    let sixty = vec![bars(sixty.collect())];
    let names: Vec<String> = (0..40).map(|i| format!("group {i} of {long}")).collect();
    let heat = HeatMap {
        columns: names.clone(),
        rows: names,
        values: vec![vec![1.0; 40]; 40],
        cells: vec![vec![long.clone(); 40]; 40],
        marked: Some((99, 0)),
    };
    let heat = vec![Layer::HeatMap(heat)];
    vec![
        ("jagged", jagged),
        ("cloud", chart("A cloud", axis("x"), axis("y"), cloud)),
        ("long", chart(&long, long_axis.clone(), long_axis, lengthy)),
        ("many", chart("Twelve series", axis("x"), axis("y"), layers)),
        ("bars_many", chart("Sixty bars", axis("n"), axis(""), sixty)),
        ("heat_large", chart("Large", axis("to"), axis("from"), heat)),
    ]
}

fn empty_charts() -> Vec<(&'static str, Chart)> {
    let stack = Layer::Stack(Stack {
        xs: vec![1.0, 2.0],
        parts: vec![("a".into(), vec![0.0, 0.0]), ("b".into(), vec![f64::NAN])],
        tones: vec![Tone::Bad],
    });
    let sessions = Axis::new("Sessions", "");
    let bare = |title: &str, layers| chart(title, Axis::default(), Axis::default(), layers);
    let heat = Layer::HeatMap(HeatMap::default());
    vec![
        ("nothing", bare("", vec![])),
        (
            "stack_zero",
            chart("No session at all", clock(), sessions, vec![stack]),
        ),
        ("bars_none", bare("No bars", vec![bars(Vec::new())])),
        ("heat_none", bare("None", vec![heat])),
    ]
}
