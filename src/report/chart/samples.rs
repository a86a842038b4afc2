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
pub fn ordinary() -> Vec<(&'static str, Chart)> {
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
    let at = |f: &dyn Fn(usize, f64) -> f64| {
        xs.iter()
            .enumerate()
            .map(|(i, t)| f(i, *t))
            .collect::<Vec<f64>>()
    };
    let parts = vec![
        ("established".to_string(), at(&|i, t| staff(t) - down(i, t))),
        ("being set up".to_string(), at(&|i, t| down(i, t) * 0.4)),
        (
            "down, not yet noticed".to_string(),
            at(&|i, t| down(i, t) * 0.6),
        ),
    ];
    let outage = Region {
        along: Along::X,
        from: 11.0 * 3600.0,
        to: 11.5 * 3600.0,
        label: String::new(),
        tone: Tone::Bad,
        faint: false,
    };
    chart(
        "A third of the sessions is down for half an hour after the gateway restarts at 11:00",
        clock(),
        Axis::new("Sessions", ""),
        vec![
            Layer::Region(outage),
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
        (0..10_000u64)
            .map(|i| {
                (
                    28_800.0 + i as f64 * 1.8,
                    f(i as f64 * 1.8) * (0.8 + 0.4 * noise(i + k)),
                )
            })
            .collect()
    };
    let peak = Threshold {
        along: Along::Y,
        value: 60.0,
        label: "gateway limit 60/s".into(),
        tone: Tone::Bad,
    };
    chart(
        "The restart comes back every 30 min as an echo in the refreshes",
        clock(),
        Axis::new("Messages", "1/s"),
        vec![
            line("all messages", points(0, &|t| 12.0 + 1.2 * echo(t))),
            line("refreshes", points(77, &|t| 4.0 + echo(t) * 0.5)),
            Layer::Threshold(peak),
        ],
    )
}

fn percentiles() -> Chart {
    let at = |scale: f64, k: u64| {
        (0..97u64)
            .map(|i| {
                let storm = if (30..38).contains(&i) { 40.0 } else { 1.0 };
                let gap = (60..64).contains(&i);
                let y = if gap {
                    f64::NAN
                } else {
                    scale * storm * (0.9 + 0.2 * noise(i + k))
                };
                (28_800.0 + i as f64 * 300.0, y)
            })
            .collect()
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
            Layer::Threshold(Threshold {
                along: Along::Y,
                value: 500.0,
                label: "objective: p99 ≤ 500 ms".into(),
                tone: Tone::Auto,
            }),
        ],
    )
}

fn sweep() -> Chart {
    let xs = [60.0, 120.0, 300.0, 600.0, 900.0, 1200.0, 1500.0, 1800.0];
    let value = |x: f64| 0.2 + x * x / 9e5;
    let band = xs.map(|x| (x, value(x) * 0.85, value(x) * 1.12)).to_vec();
    let points = xs
        .map(|x| Point {
            x,
            y: value(x),
            ..Point::default()
        })
        .to_vec();
    chart(
        "An interval of at most 900 s keeps missed toasts below 1 %",
        Axis::new("Refresh interval", "s"),
        Axis::new("Missed toasts", "%"),
        vec![
            Layer::Region(Region {
                along: Along::X,
                from: f64::NEG_INFINITY,
                to: 846.0,
                label: "feasible".into(),
                tone: Tone::Good,
                faint: false,
            }),
            Layer::Band(Band {
                name: "mean of 20, 95 % interval".into(),
                points: band,
                tone: Tone::Auto,
            }),
            line(
                "mean of 20, 95 % interval",
                xs.map(|x| (x, value(x))).to_vec(),
            ),
            Layer::Points(Points {
                name: "mean of 20, 95 % interval".into(),
                points,
                tone: Tone::Auto,
            }),
            Layer::Threshold(Threshold {
                along: Along::Y,
                value: 1.0,
                label: "objective ≤ 1 %".into(),
                tone: Tone::Auto,
            }),
            Layer::Marker(Marker {
                x: 600.0,
                y: value(600.0),
                label: "today: 600 s".into(),
            }),
        ],
    )
}

fn tradeoff() -> Chart {
    let intervals = [60.0, 120.0, 300.0, 600.0, 900.0, 1800.0];
    let load = |i: f64| 9000.0 / i;
    let missed = |i: f64| 0.02 * libm::pow(i / 60.0, 1.4);
    let point = |i: &f64| Point {
        x: load(*i),
        y: missed(*i),
        interval: Some((missed(*i) * 0.8, missed(*i) * 1.25)),
        label: if *i == 600.0 {
            String::new()
        } else {
            format!("{i} s")
        },
        ..Point::default()
    };
    chart(
        "Shorter refresh intervals cost load and save toasts",
        Axis::new("Gateway load", "refreshes/s").on(Scale::Log),
        Axis::new("Missed toasts", "%").on(Scale::Log),
        vec![
            line("", intervals.map(|i| (load(i), missed(i))).to_vec()),
            Layer::Points(Points {
                name: String::new(),
                points: intervals.iter().map(point).collect(),
                tone: Tone::Auto,
            }),
            Layer::Threshold(Threshold {
                along: Along::Y,
                value: 1.0,
                label: "objective ≤ 1 %".into(),
                tone: Tone::Bad,
            }),
            Layer::Threshold(Threshold {
                along: Along::X,
                value: 100.0,
                label: "gateway limit".into(),
                tone: Tone::Bad,
            }),
            Layer::Marker(Marker {
                x: load(600.0),
                y: missed(600.0),
                label: "chosen: 600 s".into(),
            }),
        ],
    )
}

fn causes() -> Chart {
    let bar = |label: &str, value: f64, half: f64| Bar {
        label: label.into(),
        value,
        other: None,
        interval: (half > 0.0).then_some((value - half, value + half)),
        text: format!("{value} ± {half}"),
        other_text: String::new(),
    };
    let mut bars = vec![
        bar("network address translation forgot the flow", 412.0, 31.0),
        bar("gateway restarted", 310.0, 12.0),
        bar("refresh lost on the way and its retries too", 96.0, 9.0),
        bar("client slept", 44.0, 6.0),
        bar("refresh refused: 422", 0.0, 0.0),
    ];
    for bar in bars.iter_mut().filter(|b| b.interval.is_none()) {
        bar.text = "0".into();
    }
    chart(
        "Why sessions were lost",
        Axis::new("Lost sessions", "per day"),
        Axis::default(),
        vec![Layer::Bars(Bars {
            bars,
            base: 0.0,
            names: (String::new(), String::new()),
            tone: Tone::Auto,
        })],
    )
}

fn tornado() -> Chart {
    let bar = |label: &str, low: f64, high: f64, texts: (&str, &str)| Bar {
        label: label.into(),
        value: low,
        other: Some(high),
        interval: None,
        text: texts.0.into(),
        other_text: texts.1.into(),
    };
    let bars = vec![
        bar("gateway.idle_timeout", 0.4, 3.1, ("30 min", "10 min")),
        bar("client.reestablish_after", 0.9, 2.4, ("0 s", "120 s")),
        bar("path.loss", 1.5, 2.1, ("0 %", "2 %")),
        bar("client.t1", 1.75, 1.82, ("250 ms", "1 s")),
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
            Layer::Threshold(Threshold {
                along: Along::X,
                value: 2.2,
                label: "objective".into(),
                tone: Tone::Bad,
            }),
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
            Layer::Marker(Marker {
                x: 12_000.0,
                y: 5.0,
                label: "12,000 clients: 5 gateways".into(),
            }),
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
            Layer::Threshold(Threshold {
                along: Along::X,
                value: 110.0,
                label: "p99 = 110 ms".into(),
                tone: Tone::Quiet,
            }),
        ],
    )
}

fn paired() -> Chart {
    let points = (0..20u64).map(|i| {
        let y = -3.0 + 4.0 * noise(i * 7 + 3);
        Point {
            x: i as f64 + 1.0,
            y,
            interval: Some((y - 0.8, y + 0.8)),
            ..Point::default()
        }
    });
    chart(
        "B loses fewer sessions than A in 18 of 20 pairs",
        Axis::new("Pair", ""),
        Axis::new("Difference B − A", "sessions/h"),
        vec![
            Layer::Points(Points {
                name: String::new(),
                points: points.collect(),
                tone: Tone::Auto,
            }),
            Layer::Threshold(Threshold {
                along: Along::Y,
                value: 0.0,
                label: "no difference".into(),
                tone: Tone::Quiet,
            }),
        ],
    )
}

/// What must not break anything.
pub fn extreme() -> Vec<(&'static str, Chart)> {
    let plain = |title: &str, points: Vec<(f64, f64)>| {
        chart(
            title,
            Axis::new("x", "s"),
            Axis::new("y", "1/s"),
            vec![line("one", points)],
        )
    };
    let long = "a very long name that goes on and on, far beyond what any legend could ever hold "
        .repeat(3);
    let many = (0..12)
        .map(|i| {
            line(
                &format!("series {i}"),
                vec![(0.0, f64::from(i)), (1.0, f64::from(i % 3))],
            )
        })
        .collect();
    let mut log = plain(
        "Zeros on a logarithmic axis",
        vec![(0.0, 0.0), (1.0, 10.0), (2.0, 1e5), (3.0, -1.0)],
    );
    log.y.scale = Scale::Log;
    let mut cut = plain(
        "A range that cuts",
        (0..100)
            .map(|i| (f64::from(i), f64::from(i * i % 90)))
            .collect(),
    );
    (cut.x.range, cut.y.range) = (Some((20.0, 60.0)), Some((10.0, 50.0)));
    let bars = (0..60).map(|i| Bar {
        label: format!("{i} {long}"),
        value: f64::from(i),
        text: i.to_string(),
        ..Bar::default()
    });
    let bars = Bars {
        bars: bars.collect(),
        ..Bars::default()
    };
    let names: Vec<String> = (0..40).map(|i| format!("group {i} of {long}")).collect();
    let heat = HeatMap {
        columns: names.clone(),
        rows: names,
        values: vec![vec![1.0; 40]; 40],
        cells: vec![vec![long.clone(); 40]; 40],
        marked: Some((99, 0)),
    };
    let stack = Stack {
        xs: vec![1.0, 2.0],
        parts: vec![("a".into(), vec![0.0, 0.0]), ("b".into(), vec![f64::NAN])],
        tones: vec![Tone::Bad],
    };
    let nan = Marker {
        x: f64::NAN,
        y: 1.0,
        label: "nowhere".into(),
    };
    vec![
        (
            "nothing",
            chart("", Axis::default(), Axis::default(), vec![]),
        ),
        ("one_point", plain("One point", vec![(600.0, 4.0)])),
        (
            "zero",
            plain(
                "Zero everywhere",
                (0..50).map(|i| (f64::from(i), 0.0)).collect(),
            ),
        ),
        (
            "equal",
            plain(
                "All equal",
                (0..50).map(|i| (f64::from(i), 1234.5)).collect(),
            ),
        ),
        (
            "gaps",
            plain(
                "Gaps",
                (0..50)
                    .map(|i| (f64::from(i), if i % 5 < 2 { f64::NAN } else { 1.0 }))
                    .collect(),
            ),
        ),
        ("nan", plain("Not a number", vec![(f64::NAN, f64::NAN); 5])),
        (
            "infinite",
            plain(
                "Infinite",
                vec![(0.0, f64::INFINITY), (1.0, 1.0), (f64::NEG_INFINITY, 2.0)],
            ),
        ),
        (
            "huge",
            plain("Huge", vec![(-1e300, 1e-300), (1e300, 1e300)]),
        ),
        (
            "jagged",
            plain(
                "10,000 points",
                (0..10_000)
                    .map(|i| (f64::from(i), noise(u64::from(i as u32))))
                    .collect(),
            ),
        ),
        (
            "cloud",
            chart(
                "A cloud",
                Axis::new("x", ""),
                Axis::new("y", ""),
                vec![Layer::Points(Points {
                    name: "requests".into(),
                    points: (0..10_000)
                        .map(|i| Point {
                            x: noise(i),
                            y: noise(i + 9999) * noise(i),
                            ..Point::default()
                        })
                        .collect(),
                    tone: Tone::Auto,
                })],
            ),
        ),
        (
            "long",
            chart(
                &long,
                Axis::new(&long, &long),
                Axis::new(&long, &long),
                vec![
                    line(&long, vec![(0.0, 1.0), (1.0, 2.0)]),
                    line(&format!("other {long}"), vec![(0.0, 2.0), (1.0, 1.0)]),
                    Layer::Marker(Marker {
                        x: 0.9,
                        y: 1.5,
                        label: long.clone(),
                    }),
                    Layer::Marker(nan),
                ],
            ),
        ),
        (
            "many",
            chart(
                "Twelve series",
                Axis::new("x", ""),
                Axis::new("y", ""),
                many,
            ),
        ),
        (
            "script",
            plain(
                "<script>alert(1)</script> & \"'\u{1}]]>",
                vec![(0.0, 1.0), (1.0, 2.0)],
            ),
        ),
        ("log_zero", log),
        ("cut", cut),
        (
            "stack_zero",
            chart(
                "No session at all",
                clock(),
                Axis::new("Sessions", ""),
                vec![Layer::Stack(stack)],
            ),
        ),
        (
            "bars_many",
            chart(
                "Sixty bars",
                Axis::new("n", ""),
                Axis::default(),
                vec![Layer::Bars(bars)],
            ),
        ),
        (
            "bars_none",
            chart(
                "No bars",
                Axis::new("n", ""),
                Axis::default(),
                vec![Layer::Bars(Bars::default())],
            ),
        ),
        (
            "heat_large",
            chart(
                "Large",
                Axis::new("to", ""),
                Axis::new("from", ""),
                vec![Layer::HeatMap(heat)],
            ),
        ),
        (
            "heat_none",
            chart(
                "None",
                Axis::default(),
                Axis::default(),
                vec![Layer::HeatMap(HeatMap::default())],
            ),
        ),
    ]
}
