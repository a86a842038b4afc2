// The pages that are looked at: written anew by the program that was built, into a folder of their own.
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = join(root, "target", "browser");

// All charts there are samples of, in one page.
export function samples() {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, "charts.html");
  const env = { ...process.env, CHARTS_PAGE: path };
  const test = ["test", "--release", "--quiet", "--lib", "chart::tests::sample_page", "--", "--ignored", "--exact", "report::chart::tests::sample_page"];
  execFileSync("cargo", test, { cwd: root, env, stdio: ["ignore", "ignore", "inherit"] });
  if (!existsSync(path)) throw new Error("the sample page was not written");
  return path;
}
