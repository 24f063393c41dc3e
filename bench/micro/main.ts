/**
 * `npm run bench:micro`: the stages of loading one by one, on 2,000 generated lines. Each stage's
 * time is its own, not the sum of those before it.
 */
import { Bench } from "tinybench";
import { compileChunk } from "../../src/compiler";
import { chunkModule, lowerChunk } from "../../src/compiler/lowered";
import { printUnit } from "../../src/compiler/unit";
import { Lexer } from "../../src/lexer/lexer";
import { TK_EOS } from "../../src/lexer/token";
import { parseChunk } from "../../src/parser";
import { generateSource } from "../source";

const LINES = 2000;
const source = generateSource(LINES);
const lowered = () => lowerChunk(parseChunk(source, "@micro"), source);

function scan(): number {
  const lexer = new Lexer(source, "@micro");
  let tokens = 0;
  do {
    lexer.next();
    tokens++;
  } while (lexer.token !== TK_EOS);
  return tokens;
}

const bench = new Bench({ time: 1000, warmupTime: 500 });
// the tree and the lowered form may be changed by the next stage: each run gets fresh ones
let chunk = parseChunk(source, "@micro");
let code = lowered();
bench
  .add("scan", () => {
    scan();
  })
  .add("scan + parse", () => {
    parseChunk(source, "@micro");
  })
  .add("lower", () => lowerChunk(chunk, source), {
    beforeEach: () => {
      chunk = parseChunk(source, "@micro");
    },
  })
  .add("print", () => printUnit(code.context, code.functions), {
    beforeEach: () => {
      code = lowered();
    },
  })
  .add("lower + print + evaluate", () => compileChunk(chunk, source, () => ({ chunkModule })), {
    beforeEach: () => {
      chunk = parseChunk(source, "@micro");
    },
  });

await bench.run();
for (const task of bench.tasks) {
  const result = task.result;
  if (!("latency" in result)) throw new Error(`${task.name} did not complete`);
  const ms = result.latency.p50;
  console.log(
    `${task.name.padEnd(28)} ${ms.toFixed(2).padStart(7)} ms   ${((ms * 1e6) / LINES).toFixed(0)} ns a line`,
  );
}
