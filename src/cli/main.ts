/**
 * The command line's entry. `assay script.lua` goes straight to running the script: start-up time
 * counts, so what only other commands need is imported when it is needed.
 *
 * There must be no top-level await in here: compiled to bytecode, the module would end half way.
 */
import { whenRunningLong } from "../runtime/jit";
import { commandLineArguments, isCompiled } from "./arguments";
import { attachedPayload, attachedScript } from "./attached";
import { runFile, runScript } from "./script";
import { handleSignals, isInit } from "./signals";

// the kernel drops signals that the first process of a container has no handler for
if (isInit()) handleSignals();

// see `jitPolicy` in scripts/compile.ts
whenRunningLong(() => Bun.unsafe.setJITPolicy(1));

const args = commandLineArguments();
const file = args[0] ?? "";
const attached = isCompiled() ? attachedPayload() : undefined;
if (attached !== undefined) runScript(attachedScript(attached, args), attached.options);
else if (file.endsWith(".lua") && !file.startsWith("-")) runFile(file, args.slice(1), {});
else import("./commands").then(({ runCommand }) => runCommand(args));
