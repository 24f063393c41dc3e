/**
 * The software bill of materials of the binary, in CycloneDX form: the packages that the lock file
 * names and that are not for development only, and the Bun runtime. Nothing in it depends on when
 * or where it is made.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import manifest from "../package.json";
import { RUNTIME_VERSION } from "./runtime";

interface LockedPackage {
  version: string;
  license?: string;
  integrity?: string;
  dev?: boolean;
  devOptional?: boolean;
  optional?: boolean;
}

/** Writes the bill to a file. */
export function writeSbom(file: string): void {
  writeFileSync(file, `${JSON.stringify(sbom(), null, 2)}\n`);
}

/** The bill as a CycloneDX 1.5 document. */
export function sbom() {
  const lock = join(dirname(import.meta.dirname), "package-lock.json");
  const { packages } = JSON.parse(readFileSync(lock, "utf8")) as {
    packages: Record<string, LockedPackage>;
  };
  const components = Object.entries(packages)
    .filter(([path, p]) => path !== "" && !p.dev && !p.devOptional && !p.optional)
    .map(([path, p]) => component(path.replace(/^.*node_modules\//, ""), p))
    // definitions for the type checker, which other packages ask for
    .filter(({ name }) => !/^@types\/|-types$/.test(name))
    .sort((a, b) => (a.purl < b.purl ? -1 : 1));
  const { name, version } = manifest;
  return {
    bomFormat: "CycloneDX",
    specVersion: "1.5",
    version: 1,
    metadata: {
      component: { type: "application", name, version, licenses: licence("Apache-2.0") },
    },
    components: [
      ...components,
      {
        type: "framework",
        name: "bun",
        version: RUNTIME_VERSION,
        purl: `pkg:npm/bun@${RUNTIME_VERSION}`,
        licenses: licence("MIT"),
      },
    ],
  };
}

function component(name: string, { version, license, integrity }: LockedPackage) {
  const [algorithm, sum] = (integrity ?? "").split("-", 2);
  return {
    type: "library",
    name,
    version,
    purl: `pkg:npm/${name.replace("@", "%40")}@${version}`,
    ...(license !== undefined && { licenses: licence(license) }),
    ...(algorithm === "sha512" && {
      hashes: [{ alg: "SHA-512", content: Buffer.from(sum ?? "", "base64").toString("hex") }],
    }),
  };
}

function licence(expression: string) {
  return /[ ()]/.test(expression) ? [{ expression }] : [{ license: { id: expression } }];
}
