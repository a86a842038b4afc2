// The sample page of all charts, ordinary and extreme, meets every demand.
import { after, test } from "node:test";
import { browser } from "./browser.mjs";
import { checks } from "./checks.mjs";
import { samples } from "./pages.mjs";

after(() => browser.close());
const path = samples();
for (const [demand, check] of Object.entries(checks)) {
  // It holds all there can be, so it is larger than a report.
  if (demand !== "is small enough for a mail") test(`charts: ${demand}`, () => check(path));
}
