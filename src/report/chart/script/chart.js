// Charts that answer a pointer, a finger and the keyboard: values, a stretch enlarged, curves on and off.
// Without this script every chart is there as it is printed.

function make(parent, tag, attributes = {}, text = "") {
  const element = parent.appendChild(document.createElement(tag));
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.textContent = text;
  return element;
}

// Where in the picture values are, as the SVG says.
function placeOf(svg) {
  const [left, top, width, height] = svg.dataset.plot.split(" ").map(Number);
  const [from, to, scale] = svg.dataset.x.split(" ").map((part, i) => (i < 2 ? Number(part) : part));
  const [low, high, upright] = svg.dataset.y.split(" ").map((part, i) => (i < 2 ? Number(part) : part));
  const share = (v, a, b, kind) => (kind === "log" ? (v > 0 ? Math.log(v / a) / Math.log(b / a) : 0) : (v - a) / (b - a));
  return {
    left, top, width, height, scale, ends: [from, to], rows: high,
    across: (x) => left + share(x, from, to, scale) * width,
    down: (y) => top + (1 - share(y, low, high, upright)) * height,
  };
}

class Picture {
  constructor(svg, chart) {
    Object.assign(this, { svg, chart, place: placeOf(svg), hidden: new Set(), whole: new Map(), at: null });
    this.bars = chart.layers.find((l) => l.kind === "bars");
    this.map = chart.layers.find((l) => l.kind === "heat_map");
    this.stretch = new Stretch(svg, chart, this.place);
    this.restock();
    if (!this.stops.length) return;
    // What lies over the picture is placed in shares of this frame, which is exactly as large.
    this.frame = make(svg.parentElement, "div", { class: "rc-live" });
    svg.before(this.frame);
    this.frame.append(svg);
    this.layOut();
    this.listen();
    if (!this.bars && !this.map) this.toggles();
    if (!this.bars && !this.map && this.stops.length >= 20) this.zooming();
  }

  restock() {
    const { chart, place, hidden } = this;
    this.stops = this.bars ? barStops(chart, this.bars, place)
      : this.map ? cellStops(chart, this.map, place) : curveStops(chart, place, hidden);
  }

  // In shares of the picture, so that it stays right at any width.
  lay(element, x, y, width, height) {
    const { width: whole, height: tall } = this.svg.viewBox.baseVal;
    const share = (v, of) => `${v / of * 100}%`;
    Object.assign(element.style, { left: share(x, whole), top: share(y, tall) });
    if (width !== undefined) Object.assign(element.style, { width: share(width, whole), height: share(height, tall) });
  }

  layOut() {
    const { left, top, width, height } = this.place;
    this.field = make(this.frame, "div", {
      class: "rc-field", role: "slider", tabindex: 0, "aria-label": `Values: ${this.chart.title}`, "aria-orientation": "horizontal",
    });
    this.lay(this.field, left, top, width, height);
    this.cursor = make(this.frame, "div", { class: this.map ? "rc-cell" : this.bars ? "rc-row" : "rc-cursor", hidden: "" });
    this.dots = d3.select(this.svg).append("g").attr("class", "rc-dots");
    this.tip = make(this.frame, "div", { class: "rc-tip", hidden: "", "aria-hidden": "true" });
    this.say();
  }

  // For a screen reader: which of the stops, and what it says.
  say() {
    const n = Math.max(this.stops.length, 1), at = Math.min(this.at ?? 0, n - 1), stop = this.stops[at];
    const row = ({ name, text }) => (name ? `${name} ${text}` : text);
    const words = stop ? [stop.heading(), ...stop.rows().map(row)].join("; ") : "no values";
    const told = { "aria-valuemin": 1, "aria-valuemax": n, "aria-valuenow": at + 1, "aria-valuetext": words };
    for (const [name, value] of Object.entries(told)) this.field.setAttribute(name, value);
  }

  point(index) {
    this.at = Math.max(0, Math.min(index, this.stops.length - 1));
    const stop = this.stops[this.at];
    if (!stop) return this.leave();
    const { left, top, width, height } = this.place;
    const x = this.stretch.moved(stop.x), rows = stop.rows();
    if (this.map) {
      const w = width / this.map.columns.length, h = height / this.map.rows.length;
      this.lay(this.cursor, stop.x - w / 2, stop.y - h / 2, w, h);
    } else if (this.bars) {
      const h = height / this.place.rows;
      this.lay(this.cursor, 0, stop.y - h / 2, this.svg.viewBox.baseVal.width, h);
    } else {
      this.lay(this.cursor, x, top, 0, height);
    }
    this.cursor.hidden = false;
    const marks = this.map || this.bars ? [] : rows.filter((r) => r.y !== undefined);
    this.dots.selectAll("circle").data(marks).join("circle").attr("r", 4).attr("cx", x)
      .attr("cy", (r) => Math.max(top, Math.min(this.place.down(r.y), top + height))).style("fill", (r) => this.colour(r));
    this.fill(stop.heading(), rows);
    const right = x > left + width / 2, low = stop.y !== undefined && stop.y > top + height / 2;
    const half = this.map || this.bars ? height / (this.map ? this.map.rows.length : this.place.rows) / 2 : 0;
    this.lay(this.tip, x, stop.y === undefined ? top : stop.y + (low ? -half : half));
    this.tip.classList.toggle("rc-leftwards", right);
    this.tip.classList.toggle("rc-upwards", low);
    this.keepInside();
    this.say();
  }

  fill(heading, rows) {
    this.tip.replaceChildren();
    make(this.tip, "strong", {}, heading);
    for (const row of rows.slice(0, 12)) {
      const line = make(this.tip, "div");
      if (row.layer !== undefined) make(line, "i").style.background = this.colour(row);
      if (row.name) make(line, "span", {}, row.name);
      make(line, "b", {}, row.text);
    }
    this.tip.hidden = false;
  }

  // Long names would push it over the edge of a narrow screen.
  keepInside() {
    this.tip.style.marginLeft = "";
    const tip = this.tip.getBoundingClientRect(), frame = this.frame.getBoundingClientRect();
    const over = Math.min(0, frame.right - tip.right) || Math.max(0, frame.left - tip.left);
    if (over) this.tip.style.marginLeft = `${parseFloat(getComputedStyle(this.tip).marginLeft) + over}px`;
  }

  leave() {
    this.at = null;
    if (this.cursor) this.cursor.hidden = this.tip.hidden = true;
    this.dots?.selectAll("circle").remove();
  }

  groups(name, layer) {
    const of = layer === undefined ? "[data-layer]" : `[data-layer="${layer}"]`;
    return [...this.svg.querySelectorAll(of)].filter((g) => g.dataset.name === name);
  }

  colour({ name, layer }) {
    const shape = (this.groups(name, layer)[0] ?? this.svg.querySelector(`[data-layer="${layer}"]`))?.querySelector("[class^=rc-]:not(.rc-paper)");
    return `var(--${shape?.getAttribute("class").replace(/-l$/, "") ?? "rc-ink"})`;
  }

  listen() {
    const surface = this.field;
    const find = (event) => {
      const box = this.svg.getBoundingClientRect(), view = this.svg.viewBox.baseVal;
      const x = (event.clientX - box.left) / box.width * view.width, y = (event.clientY - box.top) / box.height * view.height;
      const { left, top, width, height } = this.place;
      if (this.map) {
        const part = (v, from, size, n) => Math.max(0, Math.min(n - 1, Math.floor((v - from) / size * n)));
        return part(y, top, height, this.map.rows.length) * this.map.columns.length + part(x, left, width, this.map.columns.length);
      }
      if (this.bars) return Math.floor((y - top) / height * this.place.rows);
      return nearest(this.stops, (s) => s.x, this.stretch.original(x));
    };
    const point = (event) => this.point(find(event));
    surface.addEventListener("pointermove", point);
    surface.addEventListener("pointerdown", point);
    // A finger that is lifted leaves what it found.
    surface.addEventListener("pointerleave", (event) => event.pointerType === "mouse" && this.leave());
    surface.addEventListener("blur", () => this.leave());
    surface.addEventListener("focus", () => surface.matches(":focus-visible") && this.point(this.at ?? 0));
    surface.addEventListener("keydown", (event) => this.key(event));
    document.addEventListener("pointerdown", (event) => this.frame.contains(event.target) || this.leave());
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const row = this.map ? this.map.columns.length : 1, far = Math.max(row, Math.round(this.stops.length / 10));
    const down = this.map || this.bars ? row : -1;
    const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -down, ArrowDown: down, PageUp: -far, PageDown: far, Home: -Infinity, End: Infinity };
    const act = {
      Escape: () => (this.tip.hidden ? this.reset?.() : this.leave()),
      "+": () => this.enlarge?.(2), "-": () => this.enlarge?.(0.5), 0: () => this.reset?.(),
    };
    if (event.key in steps) this.step(steps[event.key]);
    else if (event.key in act) act[event.key]();
    else return;
    event.preventDefault();
  }

  step(by) {
    const { left, width } = this.place;
    const shown = (s) => { const x = this.stretch.moved(s.x); return x >= left - 0.5 && x <= left + width + 0.5; };
    const first = Math.max(0, this.stops.findIndex(shown)), last = this.stops.findLastIndex(shown);
    this.point(this.at === null ? first : Math.max(first, Math.min(this.at + by, last < 0 ? first : last)));
  }

  // Over each name in the legend lies a button of its size.
  toggles() {
    const entries = [...this.svg.querySelectorAll("[data-entry]")];
    if (entries.length < 2) return;
    const buttons = entries.map((entry) => {
      const button = make(this.frame, "button", { type: "button", class: "rc-toggle", "aria-pressed": "true", "aria-label": `Show ${entry.dataset.entry}` });
      button.title = "Hide";
      button.addEventListener("click", () => {
        const name = entry.dataset.entry, off = !this.hidden.delete(name);
        if (off) this.hidden.add(name);
        button.setAttribute("aria-pressed", String(!off));
        button.title = off ? "Show" : "Hide";
        entry.classList.toggle("rc-off", off);
        this.draw();
      });
      return button;
    });
    this.layButtons = () => entries.forEach((entry, i) => {
      const { x, y, width, height } = entry.getBBox(), moved = entry.transform.baseVal.consolidate()?.matrix.f ?? 0;
      this.lay(buttons[i], x - 4, y + moved - 2, width + 8, height + 4);
    });
    // What is not displayed has no size; it gets one when the screen becomes as wide as it needs.
    new ResizeObserver((_, observer) => {
      if (!this.frame.clientWidth) return;
      this.layButtons();
      observer.disconnect();
    }).observe(this.frame);
  }

  draw(hidden = this.hidden) {
    for (const group of this.svg.querySelectorAll("[data-layer]")) {
      group.style.display = hidden.has(group.dataset.name) ? "none" : "";
    }
    this.chart.layers.forEach((layer, index) => layer.kind === "stack" && this.restack(layer, index, hidden));
    this.stretch.show(this.stretch.k, this.stretch.shift);
    this.restock();
    this.leave();
    this.say();
  }

  // What is left of a stack lies down on what is left below.
  restack({ xs, parts }, index, hidden) {
    const edge = (levels) => levels.map((level, i) => `${this.place.across(xs[i]).toFixed(1)},${this.place.down(level).toFixed(1)}`);
    const put = (path, d) => { path.setAttribute("d", d); this.stretch.keep(path); };
    let below = xs.map(() => 0);
    for (const path of parts.flatMap(([name]) => this.groups(name, index)).flatMap((g) => [...g.querySelectorAll("path")])) {
      if (!this.whole.has(path)) this.whole.set(path, this.stretch.drawn.get(path));
      put(path, this.whole.get(path));
    }
    if (!parts.some(([name]) => hidden.has(name)) || xs.length < 2) return;
    for (const [name, values] of parts) {
      if (hidden.has(name)) continue;
      const above = below.map((level, i) => level + (values[i] ?? 0));
      const [area, line] = this.groups(name, index).map((g) => g.querySelectorAll("path"));
      area?.forEach((path) => put(path, `M${edge(below).concat(edge(above).reverse()).join("L")}Z`));
      line?.forEach((path, i) => put(path, i ? "" : `M${edge(above).join("L")}`));
      below = above;
    }
  }

  zooming() {
    const field = d3.select(this.field), calm = matchMedia("(prefers-reduced-motion: reduce)");
    const size = () => [[0, 0], [this.field.clientWidth || 1, this.field.clientHeight || 1]];
    const wanted = (event) => {
      if (event.type === "wheel") return event.ctrlKey || event.metaKey;
      if (event.type.startsWith("touch")) return event.touches.length > 1 || this.stretch.k > 1;
      // A page is dragged by its reader, not by a chart that shows all it has.
      return event.type === "dblclick" || (this.stretch.k > 1 && !event.button && !event.ctrlKey);
    };
    const held = (t, [, [width]]) => d3.zoomIdentity.translate(Math.max(width * (1 - t.k), Math.min(0, t.x)), 0).scale(t.k);
    const zoom = d3.zoom().extent(size).constrain(held).filter(wanted).duration(calm.matches ? 0 : 200)
      .scaleExtent([1, Math.min(64, Math.max(2, this.stops.length / 6))])
      .on("zoom", ({ transform: { k, x } }) => {
        this.stretch.show(k, x / size()[1][0]);
        this.layButtons?.();
        this.field.classList.toggle("rc-enlarged", k > 1);
        all.disabled = less.disabled = k === 1;
        if (this.at !== null) this.leave();
      });
    field.call(zoom);
    const tools = make(this.frame.parentElement, "div", { class: "rc-tools", role: "group", "aria-label": `Zoom: ${this.chart.title}` });
    const button = (text, label, act) => {
      const made = make(tools, "button", { type: "button", "aria-label": label, title: label }, text);
      made.addEventListener("click", act);
      return made;
    };
    this.enlarge = (by) => field.call(zoom.scaleBy, by);
    this.reset = () => field.call(zoom.transform, d3.zoomIdentity);
    const less = button("−", "Zoom out", () => this.enlarge(0.5));
    button("+", "Zoom in (also Ctrl and the wheel; drag to move)", () => this.enlarge(2));
    const all = button("All", "All of the axis", () => this.reset());
    all.disabled = less.disabled = true;
    let wide = 0;
    new ResizeObserver(() => {
      const now = this.field.clientWidth;
      // What was moved by pixels would be elsewhere at another width; on paper there is no field.
      if (!now) return;
      if (now !== wide && this.stretch.k > 1) this.reset();
      wide = now;
    }).observe(this.field);
  }

  // Paper gets the chart as it stands without a script.
  print(on) {
    this.leave();
    const { k, shift } = this.before = on ? { k: this.stretch.k, shift: this.stretch.shift } : this.before;
    this.stretch.show(on ? 1 : k, on ? 0 : shift);
    this.draw(on ? new Set() : this.hidden);
    for (const entry of this.svg.querySelectorAll("[data-entry]")) entry.classList.toggle("rc-off", !on && this.hidden.has(entry.dataset.entry));
  }
}

const pictures = [];
for (const figure of document.querySelectorAll("figure[data-chart]")) {
  const data = figure.querySelector('script[type="application/json"]');
  if (!data) continue;
  const chart = JSON.parse(data.textContent);
  for (const svg of figure.querySelectorAll("svg[data-plot]")) pictures.push(new Picture(svg, chart));
}
addEventListener("beforeprint", () => pictures.forEach((p) => p.print(true)));
addEventListener("afterprint", () => pictures.forEach((p) => p.print(false)));
