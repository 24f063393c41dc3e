/** `assay validate FILE`: looks for mistakes in files of checks. */
import { EXIT } from "../checks/exit-code";
import { loadConfig, UnreadableError } from "../checks/load";
import { ConfigError, problemText } from "../checks/problem";
import { bytesToUtf8 } from "../host/bytes";
import { toBytes } from "../lualib/bytes";
import { stderr, stdout } from "../lualib/io-stream";

/** Prints what is wrong with the files (byte strings), and ends the process: 2 if anything is. */
export function validate(files: readonly string[], strict: boolean): never {
  let code: number = EXIT.passed;
  for (const bytes of files) {
    const file = bytesToUtf8(bytes);
    try {
      const { config, warnings } = loadConfig(file, { env: (name) => process.env[name], strict });
      for (const w of warnings) stderr.write(toBytes(`${problemText(w)}\n`));
      const { length } = config.checks;
      stdout.write(toBytes(`${file}: valid, ${length} ${length === 1 ? "check" : "checks"}\n`));
    } catch (e) {
      code = EXIT.configuration;
      if (e instanceof UnreadableError) stderr.write(toBytes(`error: ${file}: ${e.message}\n`));
      else if (e instanceof ConfigError) stderr.write(toBytes(`${e.message}\n`));
      else throw e;
    }
  }
  stdout.flush();
  process.exit(code);
}
