/** What `os` has beyond the standard library: the machine and its signals. */
import { arch, hostname, platform } from "node:os";
import { defineBuiltin, fn, record, utf8ToBytes } from "../host";
import { signalTable } from "./process/signals";

/** Names as `uname -m` and the original have them. */
const ARCHITECTURES: Readonly<Record<string, string>> = { x64: "x86_64", arm64: "aarch64" };
const PLATFORMS: Readonly<Record<string, string>> = { darwin: "macos", win32: "windows" };

export default defineBuiltin({
  name: "os",
  doc: "The machine: host name, architecture, signals",
  needs: [],
  functions: {
    hostname: fn({
      doc: "The name of this machine, or of the container.",
      params: [],
      returns: "string",
      run: () => utf8ToBytes(hostname()),
    }),
    arch: fn({
      doc: "The processor: `x86_64`, `aarch64`, …",
      params: [],
      returns: "string",
      run: () => ARCHITECTURES[arch()] ?? arch(),
    }),
    platform: fn({
      doc: "The operating system: `linux`, `macos`, …",
      params: [],
      returns: "string",
      run: () => PLATFORMS[platform()] ?? platform(),
    }),
    pid: fn({
      doc: "The id of this process.",
      params: [],
      returns: "integer",
      run: () => process.pid,
    }),
    signals: fn({
      doc: "The numbers of all signals by name: `os.signals().SIGTERM`.",
      params: [],
      returns: "table",
      run: () => record(signalTable()),
    }),
  },
});
