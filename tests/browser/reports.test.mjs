// A report of every kind, and of every extreme, meets every demand.
import { after, test } from "node:test";
import { browser } from "./browser.mjs";
import { checks } from "./checks.mjs";
import { names, report } from "./pages.mjs";

after(() => browser.close());
for (const name of names) {
  test(name, async (t) => {
    const path = report(name);
    for (const [demand, check] of Object.entries(checks)) await t.test(demand, () => check(path));
  });
}
