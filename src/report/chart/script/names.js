// The names in a picture while a stretch of it is enlarged: each at the end of its curve or above its shaded stretch, and
// none on another. What finds no room waits until the whole is shown again.

const LINE = 16; // From one name at the ends of curves to the next.

// Centres for names so high, in the order given, between top and bottom; as near as can be to where they want to be: as
// the picture itself is laid out.
function apart(wanted, top, bottom) {
  const order = wanted.map((_, i) => i).sort((a, b) => wanted[a] - wanted[b] || a - b);
  const first = ({ count, sum }) => Math.min(Math.max(sum / count, top + LINE / 2), bottom - LINE / 2 - (count - 1) * LINE);
  const blocks = [];
  for (const i of order) {
    blocks.push({ count: 1, sum: wanted[i] });
    while (blocks.length > 1 && first(blocks.at(-2)) + blocks.at(-2).count * LINE > first(blocks.at(-1))) {
      const below = blocks.pop(), above = blocks.pop();
      blocks.push({ count: above.count + below.count, sum: above.sum + below.sum - below.count * above.count * LINE });
    }
  }
  const places = [];
  let next = 0;
  for (const block of blocks) for (let n = 0; n < block.count; n++) places[order[next++]] = first(block) + n * LINE;
  return places;
}

class Names {
  constructor(stretch) {
    this.stretch = stretch;
    const all = (selector) => [...stretch.svg.querySelectorAll(selector)];
    this.ends = all("[data-end]");
    this.flags = all("[data-flag]");
    // The first to come stays; what keeps its place comes before what moves.
    this.shown = [...this.ends, ...all("[data-fixed]"), ...all("[data-at]"), ...this.flags];
  }

  follow() {
    const whole = this.stretch.k === 1;
    for (const part of this.shown) for (const shape of part.querySelectorAll("text, rect, path")) shape.style.visibility = "";
    for (const part of [...this.ends, ...this.flags]) part.removeAttribute("transform");
    this.flags.forEach((flag) => flag.removeAttribute("visibility"));
    // What is not displayed has no size, and cannot be enlarged either.
    if (whole || !this.stretch.svg.getClientRects().length) return;
    this.alignEnds();
    this.flags.forEach((flag) => this.raise(flag));
    this.clear();
  }

  // Where a curve leaves the plot on the right; at a gap, where it was last.
  leaves(name) {
    const { chart, place } = this.stretch;
    const layer = chart.layers.find((l) => (l.kind === "line" || l.kind === "steps") && l.name === name);
    const points = (layer?.points ?? []).filter(([x, y]) => there(x) && there(y))
      .map(([x, y]) => [this.stretch.moved(place.across(x)), place.down(y)]);
    const right = place.left + place.width, next = points.findIndex(([x]) => x > right);
    const [before, after] = next < 0 ? [points.at(-1), undefined] : [points[next - 1], points[next]];
    if (!before || !after) return (before ?? after)?.[1];
    const share = layer.kind === "steps" ? 0 : (right - before[0]) / (after[0] - before[0]);
    return before[1] + (after[1] - before[1]) * share;
  }

  alignEnds() {
    const { top, height } = this.stretch.place;
    const now = this.ends.map((entry) => Number(entry.querySelector("text").getAttribute("y")) - 4.2);
    const wanted = this.ends.map((entry, i) => Math.min(Math.max(this.leaves(entry.dataset.entry) ?? now[i], top), top + height));
    const places = apart(wanted, top - 8, top + height + 8);
    this.ends.forEach((entry, i) => entry.setAttribute("transform", `translate(0 ${Math.round((places[i] - now[i]) * 10) / 10})`));
  }

  // The name of a shaded stretch stands at its edge, or where what is seen of it begins, and stays on the paper.
  raise(flag) {
    const { left, width } = this.stretch.place, paper = this.stretch.svg.viewBox.baseVal.width, right = left + width;
    const edges = flag.dataset.flag.split(" ").map(Number), leftwards = flag.querySelector("text").getAttribute("text-anchor") === "end";
    const [from, to] = edges.map((x) => this.stretch.moved(x));
    if (to < left || from > right) return flag.setAttribute("visibility", "hidden");
    const [edge, before] = leftwards ? [to, edges[1]] : [from, edges[0]];
    const box = flag.getBBox();
    let shift = Math.min(Math.max(edge, left), right) - before;
    shift -= Math.max(0, box.x + shift + box.width - paper + 4) + Math.min(0, box.x + shift - 4);
    flag.setAttribute("transform", `translate(${Math.round(shift * 10) / 10} 0)`);
    if (Math.abs(before + shift - edge) > 1) flag.querySelector("path").style.visibility = "hidden";
  }

  // No name on another, none cut off.
  clear() {
    const picture = this.stretch.svg.getBoundingClientRect(), scale = picture.width / this.stretch.svg.viewBox.baseVal.width;
    const { left, width } = this.stretch.place, edge = (x) => picture.left + x * scale;
    const kept = [];
    for (const part of this.shown) {
      const text = part.querySelector("text");
      if (!text || part.getAttribute("visibility") === "hidden") continue;
      const box = text.getBoundingClientRect();
      const on = (other) => box.left < other.right - 1 && other.left < box.right - 1 && box.top < other.bottom - 2 && other.top < box.bottom - 2;
      const cut = part.dataset.at !== undefined && (box.left < edge(left) - 2 || box.right > edge(left + width) + 2);
      if (!cut && !kept.some(on)) kept.push(box);
      else for (const shape of part.querySelectorAll(part.dataset.flag ? "text, path" : "text, rect")) shape.style.visibility = "hidden";
    }
  }
}
