/** Preloaded by tests: after how much functions and loops that are interpreted go over to compiled code. */
import { PATIENCE } from "../../../src/compiler/interpreted";

PATIENCE.runs = Number(process.env.RUNS ?? PATIENCE.runs);
PATIENCE.iterations = Number(process.env.ITERATIONS ?? PATIENCE.iterations);
