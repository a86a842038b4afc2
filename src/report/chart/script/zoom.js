// A stretch of the horizontal axis in the room of the whole. Shapes are moved one by one, so that strokes keep their width
// and letters their shape; D3 knows the gestures and finds round ticks.

const PAIR = /(-?[\d.]+),(-?[\d.]+)/g;
let clips = 0;

class Stretch {
  constructor(svg, chart, place) {
    Object.assign(this, { svg, chart, place, k: 1, shift: 0 });
    this.drawn = new Map();
    for (const shape of svg.querySelectorAll(":is([data-layer], [data-stretch]) :is(path, rect, circle, text)")) {
      if (!shape.closest("[data-at]")) this.keep(shape);
    }
    this.rigid = [...svg.querySelectorAll("[data-at]")];
    this.names = new Names(this);
    this.parts = svg.querySelectorAll("[data-layer], [data-stretch]");
    this.ticks = svg.querySelector("[data-ticks]");
  }

  // Remembers how a shape is drawn when nothing is enlarged.
  keep(shape) {
    const of = (name) => Number(shape.getAttribute(name));
    const base = { path: () => shape.getAttribute("d"), rect: () => [of("x"), of("width")], circle: () => of("cx"), text: () => of("x") };
    this.drawn.set(shape, base[shape.tagName]());
  }

  moved(x) {
    const { left, width } = this.place;
    return left + (x - left) * this.k + this.shift * width;
  }

  // Where on the unmoved axis that place is.
  original(x) {
    const { left, width } = this.place;
    return left + (x - left - this.shift * width) / this.k;
  }

  // `shift` is a share of the plot's width.
  show(k, shift) {
    Object.assign(this, { k, shift });
    const whole = k === 1;
    const set = (shape, name, value) => shape.setAttribute(name, Math.round(value * 10) / 10);
    for (const [shape, base] of this.drawn) {
      if (shape.tagName === "path") {
        const path = whole ? base : base.replace(PAIR, (_, x, y) => `${Math.round(this.moved(Number(x)) * 10) / 10},${y}`);
        shape.setAttribute("d", path);
      } else if (shape.tagName === "rect") {
        set(shape, "x", this.moved(base[0]));
        set(shape, "width", base[1] * k);
      } else {
        set(shape, shape.tagName === "circle" ? "cx" : "x", this.moved(base));
      }
    }
    const { left, width } = this.place;
    for (const part of this.rigid) {
      const at = Number(part.dataset.at), now = this.moved(at);
      if (whole) {
        for (const name of ["transform", "visibility"]) part.removeAttribute(name);
        continue;
      }
      part.setAttribute("transform", `translate(${now - at} 0)`);
      part.setAttribute("visibility", now >= left - 1 && now <= left + width + 1 ? "visible" : "hidden");
    }
    for (const part of this.parts) {
      if (whole) part.removeAttribute("clip-path"); else part.setAttribute("clip-path", `url(#${this.clip()})`);
    }
    this.mark(whole);
    this.names.follow();
  }

  clip() {
    if (!this.clipped) {
      this.clipped = `rc-clip-${clips++}`;
      const { left, top, width, height } = this.place;
      d3.select(this.svg).append("clipPath").attr("id", this.clipped).append("rect")
        .attr("x", left).attr("y", top - 8).attr("width", width).attr("height", height + 16);
    }
    return this.clipped;
  }

  mark(whole) {
    if (!this.ticks) return;
    this.ticks.style.display = whole ? "" : "none";
    this.own?.remove();
    if (whole) return;
    const { left, width, ends: [from, to], scale } = this.place;
    const clocked = scale === "time", unit = clocked ? 1000 : 1;
    const axis = { time: d3.scaleUtc, log: d3.scaleLog }[scale]?.() ?? d3.scaleLinear();
    axis.domain([from * unit, to * unit]).range([left, left + width]);
    axis.domain([left, left + width].map((x) => axis.invert(this.original(x))));
    const count = Math.max(2, Math.floor(width / 90));
    const written = scale === "linear" ? axis.tickFormat(count) : (at) => (clocked ? clock(at / unit) : amount(at));
    const line = [...this.ticks.querySelectorAll("path")].at(-1), text = this.ticks.querySelector("text");
    if (!line || !text) return;
    const foot = this.place.top + this.place.height;
    const marks = document.createElementNS(this.svg.namespaceURI, "g");
    // The line of the axis stays.
    marks.append(this.ticks.querySelector("path").cloneNode());
    let last = -Infinity;
    for (const at of axis.ticks(count)) {
      const x = axis(at), word = written(at);
      if (x < left - 0.5 || x > left + width + 0.5 || x - last < 14 + word.length * 7) continue;
      last = x;
      const tick = marks.appendChild(line.cloneNode()), name = marks.appendChild(text.cloneNode());
      tick.setAttribute("d", `M${x},${foot}L${x},${foot + 4}`);
      name.setAttribute("x", x);
      name.textContent = word;
    }
    this.ticks.after(marks);
    this.own = marks;
  }
}
