// Each check can fail: a report that is spoilt in one way does not pass the check that is there for it.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { after, test } from "node:test";
import { pathToFileURL } from "node:url";
import { browser } from "./browser.mjs";
import { checks } from "./checks.mjs";
import { names, report, shipped } from "./pages.mjs";

after(() => browser.close());
const path = report(names[0]);
const written = readFileSync(path, "utf8");
const policy = /<meta http-equiv="Content-Security-Policy"[^>]*>\n?/;
// Its policy would stop a spoilt script; here each must run, and do harm.
const page = written.replace(policy, "");
// A day whose curves rise and fall, so that they end elsewhere when they are enlarged.
const morning = readFileSync(shipped("monday-morning"), "utf8").replace(policy, "");

const end = (more) => (html) => html.replace("</main>", `${more}</main>`);
const swap = (from, to) => (html) => html.replaceAll(from, to);
const breakages = [
  ["is small enough for a mail", end(`<!--${"x".repeat(2_000_000)}-->`)],
  ["asks for nothing and complains of nothing", end('<img src="https://example.invalid/logo.png" alt="">')],
  ["asks for nothing and complains of nothing", end("<script>undefined.property</script>")],
  ["does not scroll sideways on a telephone", end('<div style="width: 400px; height: 1px"></div>')],
  ["shows values under a pointer", swap("this.fill(stop.heading(), rows);", "")],
  ["shows values under a pointer", swap("this.keepInside();", "this.tip.style.left = '200vw';")],
  ["shows values under a finger", swap("this.keepInside();", "this.tip.style.left = '200vw';")],
  ["tells values by arrow keys", swap('addEventListener("keydown"', 'addEventListener("none"')],
  ["hides and shows each curve", swap('hidden.has(group.dataset.name) ? "none" : ""', '""')],
  ["hides and shows each curve", swap("this.whole.get(path)", '"M0,0L1,1"')],
  ["enlarges a stretch and shows all again", swap("this.stretch.show(k, x / size()[1][0]);", "")],
  ["enlarges a stretch and shows all again", swap("this.reset = () => field.call(zoom.transform, d3.zoomIdentity);", "this.reset = () => {};")],
  ["names follow what is enlarged", swap("this.alignEnds();", ""), morning],
  ["names follow what is enlarged", swap("this.layButtons?.();", ""), morning],
  ["names follow what is enlarged", swap("apart(wanted, top - 8, top + height + 8)", "wanted.map(() => wanted[0])")],
  ["is complete without scripts", end("<section hidden id=later><h2>Later</h2></section><script>later.hidden = false</script>")],
  ["is complete without scripts", swap("</style>", ".rc-wide { display: none }</style>")],
  ["is dark where the reader's system is", swap("prefers-color-scheme", "prefers-no-scheme")],
  ["prints on white without controls", swap("</style>", "@media print { .rc-tools { display: flex !important } }</style>")],
  ["prints on white without controls", swap('addEventListener("beforeprint"', 'addEventListener("none"')],
  ["prints on white without controls", end('<div style="width: 900px; height: 1px"></div>')],
  ["prints on few sheets, and its summary on one", end('<div style="height: 9000px"></div>')],
  ["prints on few sheets, and its summary on one", swap("#summary:target main>", "#nothing:target main>")],
  ["shows its picture at once", swap('<main id="all">', '<main id="all"><div style="height: 700px"></div>')],
  ["cuts no label and no column", swap("overflow-x:auto", "overflow-x:clip")],
  ["cuts no label and no column", swap("scroll-state(scrollable:x)", "scroll-state(scrollable:y)")],
  ["cuts no label and no column", swap(">messages</text>", ">messa…</text>")],
  ["leads to what is folded", swap(' id="glossary"', ' id="terms"')],
  ["leads to what is folded", swap('<section id="glossary"', '<section hidden id="glossary"')],
  ["holds still for who asks for it", swap("</style>", "h2 { transition: color 1s }</style>")],
  ["has no serious barrier", end("<p style='color: #888; background: #999'>hardly to be read</p>")],
  ["has no serious barrier", swap('lang="en"', "")],
];

for (const [i, [demand, spoil, sound = page]] of breakages.entries()) {
  test(`breakage ${i + 1}: ${demand}`, async () => {
    const spoilt = spoil(sound);
    assert.notEqual(spoilt, sound, "something is spoilt");
    const at = join(dirname(path), `spoilt-${i + 1}.html`);
    writeFileSync(at, spoilt);
    await assert.rejects(async () => checks[demand](at), assert.AssertionError);
  });
}

test("the policy stops a script that is not ours", async () => {
  assert.match(written, policy);
  const foreign = end('<script>document.title = "taken over"</script>');
  const titles = [];
  for (const [i, html] of [written, page].entries()) {
    const at = join(dirname(path), `foreign-${i}.html`);
    writeFileSync(at, foreign(html));
    const tab = await browser.newPage();
    await tab.goto(pathToFileURL(at).href);
    titles.push(await tab.title());
    await tab.close();
  }
  assert.notEqual(titles[0], "taken over");
  assert.equal(titles[1], "taken over", "without the policy it runs");
});

test("every check is broken once", () => {
  assert.deepEqual([...new Set(breakages.map(([demand]) => demand))], Object.keys(checks));
});
