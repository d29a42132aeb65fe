// Bundles the libraries of the dashboard into the resources, each into a folder that carries its version, with the
// licence and the version of every package inside. Only a maintainer runs it; what it writes is committed.
import { readFileSync, readdirSync, rmSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const target = join(here, "../../resources/web/assets/vendor");
const modules = join(here, "node_modules");

const manifest = (name) => JSON.parse(readFileSync(join(modules, name, "package.json"), "utf8"));

function packagesIn(metafile) {
  const names = new Set();
  for (const input of Object.keys(metafile.inputs)) {
    const match = input.match(/node_modules\/((?:@[^/]+\/)?[^/]+)\//);
    if (match) names.add(match[1]);
  }
  return [...names].sort();
}

function licenceOf(name) {
  const file = readdirSync(join(modules, name)).find((entry) => /^licen[cs]e/i.test(entry));
  if (!file) throw new Error(`${name} carries no licence text`);
  return readFileSync(join(modules, name, file), "utf8").trim();
}

async function bundle(name) {
  const folder = join(target, `${name}-${manifest(name).version}`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const result = await build({
    entryPoints: [join(here, `${name}.mjs`)],
    outfile: join(folder, `${name}.js`),
    absWorkingDir: here,
    bundle: true,
    format: "esm",
    minify: true,
    target: "es2022",
    legalComments: "none",
    metafile: true,
  });
  const packages = packagesIn(result.metafile);
  const versions = packages.map((each) => `${each} ${manifest(each).version} ${manifest(each).license}\n`);
  const licences = packages.map((each) => `${each} ${manifest(each).version}\n\n${licenceOf(each)}\n`);
  writeFileSync(join(folder, "VERSIONS.txt"), versions.join(""));
  writeFileSync(join(folder, "LICENSES.txt"), licences.join(`\n${"-".repeat(80)}\n\n`));
}

await bundle("codemirror");
await bundle("preact");
