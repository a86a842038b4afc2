// The pages that are looked at: written anew by the program that was built, into a folder of their own.
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = join(root, "target", "browser");
const program = process.env.RCCSIM ?? join(root, "target", "release", "rccsim");
const few = ["--set", "clients.count=100", "--reps", "3"];

// One report of every kind, and of everything that is at an end of its range; with the exit code that says so.
const reports = {
  "a run that fails": [3, "run", "models/nec-r2.toml", ...few],
  "a run that passes": [0, "run", "models/nec-r2-allow-fix.toml", ...few],
  "a sweep": [0, "sweep", "models/studies/reestablish-delay.toml", ...few],
  "a sweep of two keys": [0, "sweep", "models/studies/refresh-interval.toml", "--set", "clients.count=50", "--reps", "2"],
  "a comparison": [0, "compare", "models/nec-r2.toml", "models/nec-r2-allow-fix.toml", "--reps", "3"],
  "a sizing": [0, "size", "models/studies/monday-sizing.toml", "--key", "gateway.count=1..4", "--reps", "2"],
  "the best point": [3, "best", "models/nec-r2.toml", "--vary", "clients.refresh_interval=5 min..60 min step 5 min",
    "--cost", "message_rate_per_s + 100 * missed_toasts_per_client_hour", ...few],
  "a sensitivity": [0, "sensitivity", "models/nec-r2.toml", ...few],
  "the matrix": [0, "matrix"],
  "a crash": [0, "run", "models/gateway-crash.toml", ...few],
  "one replication without a drop": [4, "run", "models/nec-r2-allow-fix.toml", "--set", "clients.count=20", "--reps", "1"],
  "one point": [3, "sweep", "models/nec-r2.toml", "--vary", "clients.refresh_interval=25 min", ...few],
  "everybody down": [3, "run", "models/nec-r2.toml", "--set", "clients.reestablish=never", ...few],
  "ten thousand minutes": [4, "run", "models/nec-r2.toml", "--set", "clients.count=10", "--set", "scenario.horizon=7 d", "--reps", "2"],
  "names that are no names": [3, "run", "tests/browser/names.toml"],
};
export const names = Object.keys(reports);

// Writes that report; says where.
export const report = (name) => made(name, ...reports[name]);

// Writes the report of a shipped model as it is; its verdict is for other tests.
export const shipped = (model) => made(model, undefined, "run", `models/${model}.toml`);

function made(name, wanted, ...args) {
  const out = join(folder, name.replaceAll(" ", "-"));
  rmSync(out, { recursive: true, force: true });
  const { status, stderr, error } = spawnSync(program, [...args, "--out", out], { cwd: root, encoding: "utf8" });
  const right = wanted === undefined ? [0, 3, 4].includes(status) : status === wanted;
  if (error || !right) throw new Error(`${name}: exit code ${status}, not ${wanted}: ${error ?? stderr}`);
  return join(out, "report.html");
}

// All charts there are samples of, in one page.
export function samples() {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, "charts.html");
  rmSync(path, { force: true });
  const test = ["test", "--release", "--quiet", "--lib", "--", "--ignored", "--exact", "report::chart::tests::sample_page"];
  const env = { ...process.env, CHARTS_PAGE: path };
  execFileSync("cargo", test, { cwd: root, env, stdio: ["ignore", "ignore", "inherit"] });
  if (!existsSync(path)) throw new Error("the sample page was not written");
  return path;
}
