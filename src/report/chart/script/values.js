// What a chart says at one place: for each stop along it a heading and a row for every series that has a value there.
// A stop has the place of its mark in the units of the view box (`x`, and `y` where it is a cell).

const plain = new Intl.NumberFormat("en-GB", { maximumSignificantDigits: 4 });
const large = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 0 });

function amount(value, unit = "") {
  const text = (Math.abs(value) >= 1000 ? large : plain).format(value).replace("-", "−");
  return unit ? `${text} ${unit}` : text;
}

// "08:32", "+1 d 02:00:15"; seconds since midnight.
function clock(at) {
  const total = Math.round(at), day = Math.floor(total / 86400), rest = total - day * 86400;
  const two = (n) => String(Math.floor(n)).padStart(2, "0");
  const time = `${two(rest / 3600)}:${two(rest / 60 % 60)}` + (rest % 60 ? `:${two(rest % 60)}` : "");
  return day === 0 ? time : `${day > 0 ? "+" : "−"}${Math.abs(day)} d ${time}`;
}

const along = (axis, value) => (axis.scale === "time_of_day" ? clock(value) : amount(value, axis.unit));
const labelled = (axis, text) => (axis.label && axis.scale !== "time_of_day" ? `${axis.label}: ${text}` : text);
const between = (low, high, unit = "") => `${amount(low)} to ${amount(high, unit)}`;
const there = (value) => value !== null && value !== undefined;

// The index of the point nearest to x in a list that ascends by `at`; of the last one not beyond it, if `held`.
function nearest(list, at, x, held = false) {
  let low = 0, high = list.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (at(list[middle]) <= x) low = middle; else high = middle - 1;
  }
  return !held && low + 1 < list.length && at(list[low + 1]) - x < x - at(list[low]) ? low + 1 : low;
}

// The visible rows at x: { name, text, y, layer }.
function rows(chart, place, hidden, x) {
  const found = [];
  // Points of other series count as being at x if they would be drawn within a few pixels of it.
  const near = (other) => Math.abs(place.across(other) - place.across(x)) <= 4;
  const band = new Map();
  for (const layer of chart.layers) {
    if (layer.kind !== "band" || hidden.has(layer.name) || !layer.points.length) continue;
    const [at, low, high] = layer.points[nearest(layer.points, (p) => p[0], x)];
    if (near(at) && there(low) && there(high)) band.set(layer.name, [low, high]);
  }
  const add = (layer, name, value, y = value, interval = band.get(name)) => {
    band.delete(name);
    const text = amount(value, chart.y.unit) + (interval ? ` (${between(...interval)})` : "");
    // The points of a curve say what it says.
    const same = found.find((row) => row.name === name && row.y === y);
    if (!same) found.push({ name, text, y, layer });
    else if (interval) same.text = text;
  };
  chart.layers.forEach((layer, index) => {
    if (hidden.has(layer.name)) return;
    if (layer.kind === "line" || layer.kind === "steps") {
      const held = layer.kind === "steps";
      if (!layer.points.length) return;
      const [at, y] = layer.points[nearest(layer.points, (p) => p[0], x, held)];
      if (there(y) && (near(at) || (held && at <= x))) add(index, layer.name, y);
    } else if (layer.kind === "points") {
      const here = layer.points.filter((p) => there(p.y) && p.x === x).slice(0, 4);
      for (const p of here) {
        add(index, p.label || layer.name, p.y, p.y, p.interval ?? band.get(layer.name));
        band.delete(layer.name);
      }
    } else if (layer.kind === "stack" && layer.xs.length) {
      const i = nearest(layer.xs, (at) => at, x);
      if (!near(layer.xs[i])) return;
      let level = 0;
      const parts = layer.parts.filter(([name]) => !hidden.has(name)).map(([name, values]) => {
        level += values[i] ?? 0;
        return [name, values[i], level];
      });
      // From above, as they lie.
      for (const [name, value, y] of parts.reverse()) if (there(value)) add(index, name, value, y);
    } else if (layer.kind === "histogram") {
      const bin = layer.bins.find(([from, to]) => from <= x && x < to);
      if (bin) add(index, layer.name, bin[2]);
    }
  });
  for (const [name, ends] of band) {
    found.push({ name, text: between(...ends, chart.y.unit), layer: chart.layers.findIndex((l) => l.name === name) });
  }
  return found;
}

// The stops of a chart between two axes of numbers.
function curveStops(chart, place, hidden) {
  const bins = chart.layers.find((l) => l.kind === "histogram")?.bins;
  const xs = new Set();
  for (const layer of chart.layers) {
    if (hidden.has(layer.name)) continue;
    if (layer.kind === "line" || layer.kind === "steps") for (const [x, y] of layer.points) if (there(y)) xs.add(x);
    if (layer.kind === "band") for (const [x] of layer.points) xs.add(x);
    if (layer.kind === "points") for (const p of layer.points) if (there(p.y)) xs.add(p.x);
    if (layer.kind === "stack") for (const x of layer.xs) xs.add(x);
    if (layer.kind === "histogram") for (const [from, to] of layer.bins) xs.add((from + to) / 2);
  }
  const [left, right] = place.ends;
  const inside = [...xs].filter((x) => there(x) && x >= left && x <= right).sort((a, b) => a - b);
  return inside.map((x) => ({
    x: place.across(x),
    heading() {
      const bin = bins?.find(([from, to]) => from <= x && x < to);
      const within = chart.layers.filter((l) => l.kind === "region" && l.along === "x" && l.label && (l.from ?? x) <= x && x <= (l.to ?? x));
      const place = labelled(chart.x, bin ? between(bin[0], bin[1], chart.x.unit) : along(chart.x, x));
      return [place, ...within.map((l) => l.label)].join(": ");
    },
    rows: () => rows(chart, place, hidden, x),
  }));
}

// One stop for each bar that is drawn.
function barStops(chart, bars, place) {
  const slots = place.rows;
  const drawn = bars.bars.length > slots ? slots - 1 : bars.bars.length;
  return bars.bars.slice(0, drawn).map((bar, i) => ({
    x: place.across(Math.max(bar.value ?? bars.base, bar.other ?? bars.base)),
    y: place.top + (i + 0.5) * place.height / slots,
    heading: () => bar.label,
    rows() {
      const { unit } = chart.x;
      if (!there(bar.other)) {
        // What stands at its end is the value; in a tornado, what leads to it.
        const text = bar.text || amount(bar.value);
        const value = { name: "", text: unit && !text.endsWith(unit) ? `${text} ${unit}` : text };
        const interval = bar.interval?.every(there) && !text.includes("±");
        return interval ? [value, { name: "interval", text: between(...bar.interval, unit) }] : [value];
      }
      const end = (name, value, text) => ({ name, text: amount(value, unit) + (text ? ` (${text})` : "") });
      return [end(bars.names[0], bar.value, bar.text), end(bars.names[1], bar.other, bar.other_text)];
    },
  }));
}

// One stop for each cell, row by row.
function cellStops(chart, map, place) {
  const part = (label, name) => (label ? `${label}: ${name}` : name);
  return map.rows.flatMap((row, r) => map.columns.map((column, c) => ({
    x: place.left + (c + 0.5) * place.width / map.columns.length,
    y: place.top + (r + 0.5) * place.height / map.rows.length,
    heading: () => [part(chart.y.label, row), part(chart.x.label, column)].join(", "),
    rows() {
      const value = map.values[r]?.[c], words = map.cells[r]?.[c];
      return [{ name: "", text: words || (there(value) ? amount(value) : "no value") }];
    },
  })));
}
