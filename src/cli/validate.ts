/** `assay validate FILE`: looks for mistakes in files of checks. */
import { EXIT } from "../checks/exit-code";
import { fileProblems } from "../checks/file-problems";
import { loadConfig, UnreadableError } from "../checks/load";
import { ConfigError, problemText } from "../checks/problem";
import { bytesToUtf8 } from "../host/bytes";
import { Secrets } from "../host/secrets";
import { toBytes } from "../lualib/bytes";
import { writeStdout } from "../lualib/io-output";
import { end, tell } from "./exit";

/** Prints what is wrong with the files (byte strings), and ends the process: 2 if anything is. */
export async function validate(files: readonly string[], strict: boolean): Promise<never> {
  let code: number = EXIT.passed;
  const secrets = new Secrets();
  const say = (text: string) => tell(toBytes(`${secrets.mask(text)}\n`));
  for (const bytes of files) {
    const file = bytesToUtf8(bytes);
    try {
      const { config, warnings } = loadConfig(file, {
        env: (name) => process.env[name],
        secret: (value) => secrets.register(value),
        strict,
      });
      for (const w of warnings) say(problemText(w));
      const inFiles = fileProblems(config.checks);
      for (const p of inFiles) say(`${file}: ${p}`);
      if (inFiles.length > 0) {
        code = EXIT.configuration;
        continue;
      }
      const { length } = config.checks;
      writeStdout(toBytes(`${file}: valid, ${length} ${length === 1 ? "check" : "checks"}\n`));
    } catch (e) {
      code = EXIT.configuration;
      if (e instanceof UnreadableError) say(`error: ${file}: ${e.message}`);
      else if (e instanceof ConfigError) say(e.message);
      else throw e;
    }
  }
  return end(code, EXIT.internal);
}
