// What every report must be in a browser: one function a demand, which throws where the page does not meet it.
// `breakages.test.mjs` proves of each that it can.
import assert from "node:assert/strict";
import { readFileSync, statSync } from "node:fs";
import { visit } from "./browser.mjs";

const axe = readFileSync(new URL("node_modules/axe-core/axe.min.js", import.meta.url), "utf8");
const LARGEST = 2_000_000; // A mail attachment that arrives.

const text = (element) => element.textContent.trim();

// Opens all that is folded.
export const unfold = (page) => page.evaluate(() => document.querySelectorAll("details").forEach((d) => { d.open = true; }));

// The charts of a page, also those that were folded, of both sizes the one that is shown.
async function charts(page) {
  await unfold(page);
  const found = [];
  for (const figure of await page.locator("figure[data-chart]").all()) {
    for (const picture of await figure.locator(".rc-wide, .rc-narrow").all()) {
      if (await picture.isVisible()) found.push({ name: await figure.getAttribute("data-chart"), figure, picture });
    }
  }
  return found;
}

// Every path of a picture and every text in it, each where it stands.
const drawn = (picture) => picture.evaluate((frame) => [...frame.querySelectorAll("svg path, svg text, svg rect")]
  .filter((e) => !e.closest(".rc-dots, clipPath") && e.getClientRects().length)
  .map((e) => [e.getAttribute("d") ?? `${e.getAttribute("x")} ${e.textContent}`, e.closest("g[transform]")?.getAttribute("transform"), e.style.visibility]
    .filter(Boolean).join(" ")).join("\n"));

// Of an enlarged picture: texts that stand on one another or leave the paper, and how far each name at the end of a curve
// is from where the curve leaves the plot on the right, if no other name is in its way.
const names = (picture) => picture.evaluate((frame) => {
  const svg = frame.querySelector("svg"), [left, top, width, height] = svg.dataset.plot.split(" ").map(Number);
  const scale = svg.getBoundingClientRect().width / svg.viewBox.baseVal.width;
  const seen = (e) => e.checkVisibility({ visibilityProperty: true }) && e.getClientRects().length > 0;
  const clipped = (box, e) => !e.closest("[clip-path]") || (box.right > svg.getBoundingClientRect().left + left * scale && box.left < svg.getBoundingClientRect().left + (left + width) * scale);
  const texts = [...svg.querySelectorAll("text")].filter(seen).map((e) => [e, e.getBoundingClientRect()]).filter(([e, box]) => clipped(box, e));
  const paper = svg.getBoundingClientRect(), faults = [];
  texts.forEach(([a, box], i) => {
    if (box.right > paper.right + 2 || box.left < paper.left - 2) faults.push(`${a.textContent} leaves the paper`);
    for (const [b, other] of texts.slice(i + 1)) {
      // A box has air around its letters.
      const on = box.left + 2 < other.right && other.left + 2 < box.right && box.top + 3 < other.bottom && other.top + 3 < box.bottom;
      if (on && !a.getAttribute("transform") && !b.getAttribute("transform")) faults.push(`${a.textContent} stands on ${b.textContent}`);
    }
  });
  const ends = [...svg.querySelectorAll("[data-end]")].map((entry) => {
    if (!seen(entry.querySelector("text"))) faults.push(`${entry.dataset.entry} is not there`);
    const moved = entry.transform.baseVal.consolidate()?.matrix.f ?? 0;
    return { name: entry.dataset.entry, y: Number(entry.querySelector("text").getAttribute("y")) - 4.2 + moved };
  });
  const right = left + width;
  // From which height to which: a curve is drawn by one stroke for each pixel of the whole, eight pixels wide when it is
  // enlarged three times; within them a jagged curve is anywhere between.
  const leaves = (name) => {
    let last;
    const near = [];
    const curves = [...svg.querySelectorAll("[data-layer]")].filter((g) => g.dataset.name === name).flatMap((g) => [...g.querySelectorAll(":scope > path[stroke]")]);
    for (const [, x, y] of curves.flatMap((path) => [...path.getAttribute("d").matchAll(/(-?[\d.]+),(-?[\d.]+)/g)])) {
      const at = [Number(x), Number(y)];
      if (Math.abs(at[0] - right) < 8) near.push(at[1]);
      if (at[0] > right) {
        near.push(last ? last[1] + (at[1] - last[1]) * (right - last[0]) / (at[0] - last[0]) : at[1]);
        return [Math.min(...near), Math.max(...near)];
      }
      last = at;
    }
    return [last?.[1], last?.[1]];
  };
  for (const { name, y } of ends) {
    const [high, low] = leaves(name);
    // At the edge, and near another name, it may be pushed away.
    const free = ends.every((other) => other.name === name || Math.abs(other.y - y) > 17) && high > top + 2 && low < top + height - 2;
    if (free && (y < high - 3 || y > low + 3)) faults.push(`${name} at ${Math.round(y)} is not where its curve is, at ${high} to ${low}`);
  }
  return faults;
});

// How many sheets of paper a page takes.
export const sheets = async (page) => {
  const document = await page.pdf({ format: "A4", preferCSSPageSize: true });
  return document.toString("latin1").match(/\/Type\s*\/Page\b/g).length;
};

// Says where two pictures begin to differ, not all that is in them.
function same(now, before, what) {
  const [a, b] = [now.split("\n"), before.split("\n")], i = a.findIndex((line, i) => line !== b[i]);
  assert.ok(now === before, `${what}: ${a[i]?.slice(0, 200)} instead of ${b[i]?.slice(0, 200)}`);
}

export const checks = {
  "is small enough for a mail": async (path) => {
    const { size } = statSync(path);
    assert.ok(size < LARGEST, `${size} bytes`);
  },

  "asks for nothing and complains of nothing": (path) => visit(path, {}, async (page) => {
    await page.evaluate(() => scrollTo(0, document.body.scrollHeight));
    await page.waitForTimeout(100);
    assert.deepEqual(page.requests, [], "no request leaves the page");
    assert.deepEqual(page.complaints, [], "nothing in the console");
  }),

  "does not scroll sideways on a telephone": (path) => visit(path, { viewport: { width: 360, height: 740 } }, async (page) => {
    await unfold(page);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(wide <= 360, `${wide} pixels`);
    const cut = await page.evaluate(() => [...document.querySelectorAll("main :is(h1, h2, h3, p, li, svg)")]
      .filter((e) => !e.closest("svg svg, details:not([open]), pre, table") && e.getBoundingClientRect().right > 361).map((e) => e.outerHTML.slice(0, 80)));
    assert.deepEqual(cut, [], "nothing is cut off at the right");
  }),

  "shows values under a pointer": (path) => visit(path, {}, async (page) => {
    for (const { name, picture } of await charts(page)) {
      if (await picture.locator(".rc-field").count() === 0) {
        assert.match(await picture.locator("svg").evaluate(text), /no data/, `${name}: only where there is no value`);
        continue;
      }
      await picture.scrollIntoViewIfNeeded();
      await picture.locator(".rc-field").hover();
      const tip = picture.locator(".rc-tip");
      assert.ok(await tip.isVisible(), `${name}: a tip`);
      const values = await tip.locator("b").allTextContents();
      assert.ok(values.length > 0 && values.every((v) => v.trim() !== ""), `${name}: ${values}`);
      assert.ok(await tip.locator("strong").evaluate(text), `${name}: a heading`);
      const inside = await tip.evaluate((e) => e.getBoundingClientRect().right <= innerWidth && e.getBoundingClientRect().left >= 0);
      assert.ok(inside, `${name}: the tip is on the screen`);
      await page.mouse.move(0, 0);
      assert.ok(!await tip.isVisible(), `${name}: no tip without a pointer`);
    }
  }),

  "shows values under a finger": (path) => visit(path, { viewport: { width: 360, height: 740 }, hasTouch: true, reducedMotion: "reduce" }, async (page) => {
    for (const { name, picture } of await charts(page)) {
      const field = picture.locator(".rc-field");
      if (await field.count() === 0) continue;
      await field.scrollIntoViewIfNeeded();
      await field.tap();
      const tip = picture.locator(".rc-tip");
      // A page that was unfolded may still be moving under the first tap.
      if (!await tip.isVisible()) {
        await page.waitForTimeout(300);
        await field.tap();
      }
      assert.ok(await tip.isVisible(), `${name}: a tip`);
      const [left, right] = await tip.evaluate((e) => [e.getBoundingClientRect().left, e.getBoundingClientRect().right]);
      assert.ok(left >= 0 && right <= 360, `${name}: the tip from ${left} to ${right}`);
    }
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(wide <= 360, `no tip makes the page wider: ${wide}`);
  }),

  "tells values by arrow keys": (path) => visit(path, {}, async (page) => {
    for (const { name, picture } of await charts(page)) {
      const field = picture.locator(".rc-field");
      if (await field.count() === 0) continue;
      await field.focus();
      await page.keyboard.press("Home");
      const first = await field.getAttribute("aria-valuetext");
      assert.ok(first && await picture.locator(".rc-tip").isVisible(), `${name}: ${first}`);
      if (Number(await field.getAttribute("aria-valuemax")) > 1) {
        await page.keyboard.press("ArrowRight");
        assert.equal(await field.getAttribute("aria-valuenow"), "2", name);
      }
      await page.keyboard.press("Escape");
      assert.ok(!await picture.locator(".rc-tip").isVisible(), `${name}: Escape takes the tip away`);
    }
  }),

  "hides and shows each curve": (path) => visit(path, {}, async (page) => {
    for (const { name, picture } of await charts(page)) {
      // The legend of bars names their two halves, which nobody would want to see alone.
      const curves = await picture.locator("[data-layer]").count();
      const entries = curves ? await picture.locator("[data-entry]").count() : 0;
      const toggles = await picture.locator(".rc-toggle").all();
      assert.equal(toggles.length, entries > 1 ? entries : 0, `${name}: a button for each name`);
      const before = await drawn(picture);
      for (const [i, toggle] of toggles.entries()) {
        const entry = await picture.locator("[data-entry]").nth(i).getAttribute("data-entry");
        const shown = () => picture.evaluate((frame, entry) => [...frame.querySelectorAll("[data-layer]")]
          .filter((g) => g.dataset.name === entry && g.getClientRects().length).length, entry);
        assert.ok(await shown() > 0, `${name}: ${entry} is there`);
        await toggle.click();
        assert.equal(await toggle.getAttribute("aria-pressed"), "false", `${name}: ${entry}`);
        assert.equal(await shown(), 0, `${name}: ${entry} is hidden`);
        await toggle.click();
        assert.ok(await shown() > 0, `${name}: ${entry} is back`);
      }
      same(await drawn(picture), before, `${name}: as it was`);
    }
  }),

  "enlarges a stretch and shows all again": (path) => visit(path, {}, async (page) => {
    for (const { name, picture } of await charts(page)) {
      const tools = picture.locator(".rc-tools");
      if (await tools.count() === 0) {
        const field = picture.locator(".rc-field");
        const many = await field.count() ? Number(await field.getAttribute("aria-valuemax")) : 0;
        const across = await picture.locator("[data-layer]").count();
        assert.ok(many < 20 || across === 0, `${name}: ${many} values deserve a zoom`);
        continue;
      }
      const before = await drawn(picture);
      await tools.getByRole("button", { name: "Zoom in" }).click();
      const enlarged = await drawn(picture);
      assert.ok(enlarged !== before, `${name}: enlarged`);
      await picture.locator(".rc-field").hover();
      assert.ok(await picture.locator(".rc-tip").isVisible(), `${name}: values are still told`);
      await tools.getByRole("button", { name: "All" }).click();
      same(await drawn(picture), before, `${name}: the whole again`);
    }
  }),

  "names follow what is enlarged": (path) => visit(path, { reducedMotion: "reduce" }, async (page) => {
    for (const { name, picture } of await charts(page)) {
      const tools = picture.locator(".rc-tools");
      if (await tools.count() === 0) continue;
      const field = picture.locator(".rc-field");
      for (let step = 0; step < 3; step++) {
        await tools.getByRole("button", { name: "Zoom in" }).click();
        assert.deepEqual(await names(picture), [], `${name}: enlarged ${step + 1} times`);
        // To the left, where other values are.
        await field.scrollIntoViewIfNeeded();
        const { x, y, width, height } = await field.boundingBox();
        await page.mouse.move(x + width / 4, y + height / 2);
        await page.mouse.down();
        await page.mouse.move(x + width * 0.9, y + height / 2, { steps: 3 });
        await page.mouse.up();
        assert.deepEqual(await names(picture), [], `${name}: enlarged ${step + 1} times and moved`);
        for (const toggle of await picture.locator(".rc-toggle").all()) {
          const [button, entry] = await Promise.all([toggle.boundingBox(), toggle.evaluate((b) => {
            const of = [...b.parentElement.querySelectorAll("[data-entry]")].find((e) => b.getAttribute("aria-label") === `Show ${e.dataset.entry}`);
            const { top, height } = of.querySelector("text").getBoundingClientRect();
            return top + height / 2;
          })]);
          assert.ok(Math.abs(button.y + button.height / 2 - entry) < 6, `${name}: a button lies over its name`);
        }
      }
      await tools.getByRole("button", { name: "All" }).click();
    }
  }),

  "is complete without scripts": async (path) => {
    const read = (page) => unfold(page).then(() => page.evaluate(() => {
      const seen = (e) => e.checkVisibility() && !e.closest(".rc-tools, .rc-tip");
      return {
        headings: [...document.querySelectorAll("h1, h2, h3, caption, summary, dt")].filter(seen).map((e) => e.textContent.trim()),
        cells: [...document.querySelectorAll("td, th")].length,
        pictures: [...document.querySelectorAll("figure[data-chart]")].map((f) => [...f.querySelectorAll("svg")].filter((s) => s.getBoundingClientRect().height > 100).length),
        links: [...document.querySelectorAll("a[href]")].length,
        broken: [...document.querySelectorAll("noscript")].map((e) => e.textContent.trim()),
      };
    }));
    const bare = await visit(path, { javaScriptEnabled: false }, read);
    const scripted = await visit(path, {}, read);
    assert.deepEqual(bare.headings, scripted.headings);
    assert.ok(bare.headings.length > 0, "there is something to read");
    assert.equal(bare.cells, scripted.cells);
    assert.ok(bare.pictures.every((n) => n === 1), `each chart is there once: ${bare.pictures}`);
    assert.equal(bare.links, scripted.links);
    assert.deepEqual(bare.broken, [], "nobody is asked for scripts");
  },

  "is dark where the reader's system is": async (path) => {
    for (const [colorScheme, wanted] of [["light", (l) => l > 0.8], ["dark", (l) => l < 0.05]]) {
      await visit(path, { colorScheme }, async (page) => {
        const grounds = await page.evaluate(() => {
          const light = (colour) => {
            const [r, g, b] = colour.match(/[\d.]+/g).map((v) => { const s = v / 255; return s <= 0.04045 ? s / 12.92 : ((s + 0.055) / 1.055) ** 2.4; });
            return 0.2126 * r + 0.7152 * g + 0.0722 * b;
          };
          const papers = [...document.querySelectorAll("svg > .rc-paper")].map((e) => light(getComputedStyle(e).fill));
          return [light(getComputedStyle(document.body).backgroundColor), ...papers];
        });
        assert.ok(grounds.every(wanted), `${colorScheme}: ${grounds}`);
      });
    }
  },

  "prints on white without controls": (path) => visit(path, { colorScheme: "dark", viewport: { width: 700, height: 990 } }, async (page) => {
    // A reader may have enlarged some of it, and hidden some.
    for (const button of [page.getByRole("button", { name: "Zoom in" }), page.locator(".rc-toggle")]) {
      const first = button.filter({ visible: true }).first();
      if (await first.count()) await first.click();
    }
    const pictures = async (page) => {
      await page.emulateMedia({ media: "print" });
      return Promise.all((await page.locator(".rc-wide, .rc-narrow").all()).map(drawn));
    };
    const before = await visit(path, { javaScriptEnabled: false, viewport: { width: 700, height: 990 } }, pictures);
    await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
    await page.emulateMedia({ media: "print" });
    const seen = await page.evaluate(() => ({
      ground: getComputedStyle(document.body).backgroundColor,
      controls: [...document.querySelectorAll("button, .rc-tip, .rc-field, .rc-tools")].filter((e) => e.checkVisibility()).map((e) => e.outerHTML.slice(0, 80)),
      twice: [...document.querySelectorAll("figure")].filter((f) => [...f.querySelectorAll("svg")].filter((e) => e.checkVisibility()).length > 1).length,
      wide: document.documentElement.scrollWidth,
    }));
    assert.ok(["rgb(255, 255, 255)", "rgba(0, 0, 0, 0)"].includes(seen.ground), seen.ground);
    assert.deepEqual(seen.controls, []);
    assert.equal(seen.twice, 0, "each chart is there once");
    assert.ok(seen.wide <= 700, `nothing is cut off at the right: ${seen.wide}`);
    const printed = await pictures(page);
    same(printed.join("\n"), before.join("\n"), "charts are printed as they are drawn");
  }),

  // Without the script, which prints by itself.
  "prints on few sheets, and its summary on one": (path) => visit(path, { javaScriptEnabled: false }, async (page) => {
    const all = await sheets(page);
    assert.ok(all <= 7, `${all} sheets`);
    await page.evaluate(() => { location.hash = "summary"; });
    assert.equal(await sheets(page), 1, "sheets of the summary");
  }),

  "shows its picture at once": async (path) => {
    // The whole of it on the first screen of a desk, and most of it within two screens of a telephone.
    for (const [width, height, most] of [[1280, 800, 800], [390, 844, 1688]]) {
      await visit(path, { viewport: { width, height } }, async (page) => {
        const foot = await page.evaluate(() => {
          const first = [...document.querySelectorAll("figure svg")].find((e) => e.checkVisibility());
          const box = first?.getBoundingClientRect();
          return box && (innerWidth > 1000 ? box.bottom : (box.top + box.bottom) / 2);
        });
        assert.ok(foot <= most, `at ${width} pixels down to ${foot}`);
      });
    }
  },

  "cuts no label and no column": async (path) => {
    for (const [width, height] of [[360, 740], [390, 844], [1280, 800]]) {
      await visit(path, { viewport: { width, height } }, async (page) => {
        await unfold(page);
        // A frame, for what depends on whether a table scrolls.
        await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
        const faults = await page.evaluate(() => {
          const faults = [];
          for (const svg of [...document.querySelectorAll("figure svg")].filter((e) => e.checkVisibility())) {
            const paper = svg.getBoundingClientRect();
            for (const text of svg.querySelectorAll("text")) {
              const box = text.getBoundingClientRect();
              if (text.lastChild.textContent.endsWith("…")) faults.push(`${text.lastChild.textContent} is cut`);
              if (box.left < paper.left - 2 || box.right > paper.right + 2) faults.push(`${text.textContent} leaves its picture`);
            }
          }
          for (const region of document.querySelectorAll(".table")) {
            const table = region.querySelector("table"), name = region.getAttribute("aria-label");
            for (const cell of table.querySelectorAll("th, td")) {
              if (cell.scrollWidth > cell.clientWidth + 1 && cell.clientWidth) faults.push(`${name}: ${cell.textContent} is wider than its cell`);
            }
            if (region.scrollWidth <= region.clientWidth + 1) continue;
            if (!region.querySelector(".cue")?.checkVisibility()) faults.push(`${name} scrolls and does not say so`);
            region.scrollLeft = 1e6;
            const right = Math.max(...[...table.querySelectorAll("th, td")].map((e) => e.getBoundingClientRect().right));
            if (right > region.getBoundingClientRect().right + 1) faults.push(`${name}: its last column cannot be reached`);
            const first = table.querySelector("tbody th").getBoundingClientRect();
            if (innerWidth < 700 && first.left < region.getBoundingClientRect().left - 1) faults.push(`${name}: a row loses its name`);
            if (innerWidth < 700 && first.width > 0.62 * region.clientWidth) faults.push(`${name}: names leave no room`);
            region.scrollLeft = 0;
          }
          return [...new Set(faults)];
        });
        assert.deepEqual(faults, [], `at ${width} pixels`);
      });
    }
  },

  "leads to what is folded": async (path) => {
    for (const javaScriptEnabled of [true, false]) {
      await visit(path, { javaScriptEnabled }, async (page) => {
        const links = await page.evaluate(() => {
          const found = (of) => [...document.querySelectorAll(of)].map((a) => a.hash);
          return [...found('nav a[href^="#"]'), ...found('td a, th a').slice(0, 1)];
        });
        assert.ok(links.includes("#glossary"), `${links}`);
        for (const link of links.filter((link) => !["#summary", "#all"].includes(link))) {
          await page.evaluate((link) => { location.hash = link; }, link);
          const seen = await page.evaluate((link) => document.querySelector(link)?.checkVisibility({ contentVisibilityAuto: true }), link);
          assert.equal(seen, true, `${link} is there and unfolded`);
        }
      });
    }
  },

  "holds still for who asks for it": (path) => visit(path, { reducedMotion: "reduce" }, async (page) => {
    const moving = await page.evaluate(() => [...document.querySelectorAll("*")].filter((e) => {
      const { transitionDuration, animationName, scrollBehavior } = getComputedStyle(e);
      return transitionDuration.split(", ").some((d) => parseFloat(d) > 0) || animationName !== "none" || scrollBehavior === "smooth";
    }).map((e) => e.outerHTML.slice(0, 80)));
    assert.deepEqual(moving, []);
  }),

  "has no serious barrier": async (path) => {
    for (const options of [{}, { colorScheme: "dark", viewport: { width: 360, height: 740 } }]) {
      await visit(path, options, async (page) => {
        // All is to be judged, also what a reader would have to unfold.
        await page.evaluate(() => document.querySelectorAll("details").forEach((d) => { d.open = true; }));
        await page.evaluate(axe);
        const { violations, passes } = await page.evaluate(() => axe.run());
        const grave = violations.filter((v) => ["serious", "critical"].includes(v.impact))
          .map((v) => `${v.id}: ${v.help}: ${v.nodes.slice(0, 3).map((n) => n.html.slice(0, 160)).join(" | ")}`);
        assert.deepEqual(grave, [], JSON.stringify(options));
        assert.ok(passes.some((rule) => rule.id === "color-contrast"), "contrasts were judged");
      });
    }
  },
};
