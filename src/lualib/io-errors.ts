/** System errors as C Lua shows them: nil, message, error number (§6.8). */
import type { LuaValue } from "../runtime/value";

/** Made anew for each error, of which there are few, instead of at every start. */
const messages = (): Record<string, string> => ({
  E2BIG: "Argument list too long",
  EACCES: "Permission denied",
  EAGAIN: "Resource temporarily unavailable",
  EBADF: "Bad file descriptor",
  EBUSY: "Device or resource busy",
  ECONNRESET: "Connection reset by peer",
  EDQUOT: "Disk quota exceeded",
  EEXIST: "File exists",
  EFBIG: "File too large",
  EINTR: "Interrupted system call",
  EINVAL: "Invalid argument",
  EIO: "Input/output error",
  EISDIR: "Is a directory",
  ELOOP: "Too many levels of symbolic links",
  EMFILE: "Too many open files",
  EMLINK: "Too many links",
  ENAMETOOLONG: "File name too long",
  ENFILE: "Too many open files in system",
  ENODEV: "No such device",
  ENOENT: "No such file or directory",
  ENOEXEC: "Exec format error",
  ENOMEM: "Cannot allocate memory",
  ENOSPC: "No space left on device",
  ENOTDIR: "Not a directory",
  ENOTEMPTY: "Directory not empty",
  ENXIO: "No such device or address",
  EPERM: "Operation not permitted",
  EPIPE: "Broken pipe",
  EROFS: "Read-only file system",
  ESPIPE: "Illegal seek",
  ETXTBSY: "Text file busy",
  EXDEV: "Invalid cross-device link",
});

/** Numbers of the errors that this library itself raises. */
const NUMBERS: Record<string, number> = { EBADF: 9, EINVAL: 22, ESPIPE: 29 };

/** What the host's file functions throw. */
interface SystemError {
  code: string;
  errno: number;
}

/** An error of the system, raised here. */
export function systemError(code: "EBADF" | "EINVAL" | "ESPIPE"): SystemError {
  return { code, errno: -(NUMBERS[code] as number) };
}

/** True for errors that report a failed system call. */
export function isSystemError(e: unknown): e is SystemError {
  return (
    typeof e === "object" &&
    e !== null &&
    typeof (e as SystemError).code === "string" &&
    (typeof (e as SystemError).errno === "number" ||
      (e as SystemError).code === "ERR_INVALID_ARG_VALUE")
  );
}

/** The system's text for an error. */
export function errorText(e: SystemError): string {
  // the host refuses names with a zero byte before it asks the system
  if (e.code === "ERR_INVALID_ARG_VALUE") return messages().EINVAL as string;
  return messages()[e.code] ?? `Unknown error ${Math.abs(e.errno)}`;
}

/** The results of a failed operation; other errors are thrown on. */
export function failure(e: unknown, path?: string): LuaValue[] {
  if (!isSystemError(e)) throw e;
  const text = errorText(e);
  const number = typeof e.errno === "number" ? Math.abs(e.errno) : NUMBERS.EINVAL;
  return [undefined, path === undefined ? text : `${path}: ${text}`, number];
}

/** The reason of a failed file operation, as C's strerror. */
export function systemReason(error: unknown): string {
  const { code, message } = error as { code?: string; message?: string };
  if (code === "ERR_INVALID_ARG_VALUE") return "path contains a NUL byte";
  return isSystemError(error) ? errorText(error) : String(message ?? error);
}
