/** The io library (§6.8). */
import { fstatSync, openSync, unlinkSync } from "node:fs";
import { runtimeError } from "../runtime/error";
import { library } from "../runtime/native";
import { numberToString } from "../runtime/number";
import type { LuaState } from "../runtime/state";
import type { LuaTable } from "../runtime/table";
import { isNumber, type LuaValue, type Results, Userdata } from "../runtime/value";
import { argumentError, checkString, missingError, optString } from "./args";
import { toPath } from "./bytes";
import { errorText, failure, isSystemError } from "./io-errors";
import {
  checkFile,
  checkOpen,
  closeStream,
  type FileHandle,
  fileMetatable,
  flushStream,
  isFile,
  linesIterator,
  writeValues,
} from "./io-file";
import { stdin } from "./io-input";
import { openProcess } from "./io-popen";
import { readFormats } from "./io-read";
import { outputStreams } from "./io-sink";
import { FileStream, type Stream } from "./io-stream";
import { createTemporary } from "./os";

/** Closes the files of handles that nobody references any more. */
let abandoned: FinalizationRegistry<Stream> | undefined;

function openFile(name: string, mode: string): Stream {
  const kind = mode[0] as "r" | "w" | "a";
  const both = mode[1] === "+";
  const fd = openSync(toPath(name), both ? `${kind}+` : kind, 0o666);
  return new FileStream(fd, {
    readable: both || kind === "r",
    writable: both || kind !== "r",
    append: kind === "a",
    regular: fstatSync(fd).isFile(),
  });
}

/** The io table of one program, with its own default files and metatable. */
class Io {
  private readonly meta = fileMetatable();
  readonly stdin = this.standard(stdin);
  readonly stdout: FileHandle;
  readonly stderr: FileHandle;
  private input = this.stdin;
  private output: FileHandle;

  constructor(private readonly state: LuaState) {
    const { stdout, stderr } = outputStreams(state);
    this.stdout = this.standard(stdout);
    this.stderr = this.standard(stderr);
    this.output = this.stdout;
  }

  private standard(stream: Stream): FileHandle {
    return new Userdata(stream, this.meta) as FileHandle;
  }

  private handle(stream: Stream): FileHandle {
    const file = new Userdata(stream, this.meta) as FileHandle;
    abandoned ??= new FinalizationRegistry((left: Stream) => {
      if (!left.closed) left.release();
    });
    abandoned.register(file, stream);
    stream.handle = new WeakRef(file);
    return file;
  }

  /** Opens a file, or raises an error. */
  private openChecked(name: string, mode: string): FileHandle {
    try {
      return this.handle(openFile(name, mode));
    } catch (e) {
      if (!isSystemError(e)) throw e;
      throw runtimeError(`cannot open file '${name}' (${errorText(e)})`);
    }
  }

  private inputStream(): Stream {
    const stream = this.input.value;
    if (stream.closed) throw runtimeError("default input file is closed");
    return stream;
  }

  private outputStream(): Stream {
    const stream = this.output.value;
    if (stream.closed) throw runtimeError("default output file is closed");
    return stream;
  }

  /** The argument of io.input and io.output as a file: an open one, or one to be opened. */
  private choose(v: LuaValue, mode: string): FileHandle {
    if (typeof v === "string") return this.openChecked(v, mode);
    if (isNumber(v)) return this.openChecked(numberToString(v), mode);
    checkOpen(v, 1);
    return v as FileHandle;
  }

  library(): LuaTable {
    const io = this;
    const t = library("io", {
      open(name: LuaValue, mode: LuaValue): Results {
        if (arguments.length === 0) throw missingError(1, "string");
        const file = checkString(name, 1);
        const how = optString(mode, 2, "r");
        if (!/^[rwa]\+?b*$/.test(how)) throw argumentError(2, "invalid mode");
        try {
          return io.handle(openFile(file, how));
        } catch (e) {
          return failure(e, file);
        }
      },

      popen(command: LuaValue, mode: LuaValue): Results {
        if (arguments.length === 0) throw missingError(1, "string");
        const text = checkString(command, 1);
        const how = optString(mode, 2, "r");
        if (how !== "r" && how !== "w") throw argumentError(2, "invalid mode");
        try {
          return io.handle(openProcess(io.state, text, how));
        } catch (e) {
          return failure(e, text);
        }
      },

      tmpfile(): Results {
        try {
          const [fd, path] = createTemporary("wx+");
          unlinkSync(path);
          const how = { readable: true, writable: true, append: false, regular: true };
          return io.handle(new FileStream(fd, how));
        } catch (e) {
          return failure(e);
        }
      },

      type(v: LuaValue): Results {
        if (arguments.length === 0) throw argumentError(1, "value expected");
        if (!isFile(v)) return undefined;
        return v.value.closed ? "closed file" : "file";
      },

      input(file: LuaValue): Results {
        if (file !== undefined) io.input = io.choose(file, "r");
        return io.input;
      },

      output(file: LuaValue): Results {
        if (file !== undefined) io.output = io.choose(file, "w");
        return io.output;
      },

      read(...formats: LuaValue[]): Results {
        return readFormats(io.inputStream(), formats, 1);
      },

      write(...values: LuaValue[]): Results {
        return writeValues(io.outputStream(), io.output, values, 1);
      },

      lines(name: LuaValue, ...formats: LuaValue[]): Results {
        if (name === undefined) {
          checkOpen(io.input, 1);
          return linesIterator(io.input, formats, false);
        }
        const file = io.openChecked(checkString(name, 1), "r");
        return [linesIterator(file, formats, true), undefined, undefined, file];
      },

      flush(): Results {
        return flushStream(io.outputStream(), true);
      },

      close(file: LuaValue): Results {
        const chosen = arguments.length === 0 ? io.output : checkFile(file, 1);
        return closeStream(checkOpen(chosen, 1));
      },
    });
    t.µsetName("stdin", this.stdin);
    t.µsetName("stdout", this.stdout);
    t.µsetName("stderr", this.stderr);
    return t;
  }
}

/** The table `io`. */
export function ioLibrary(state: LuaState): LuaTable {
  return new Io(state).library();
}
