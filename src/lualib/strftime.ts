/**
 * os.date's conversions (§6.9): C99's strftime in the "C" locale, with the choices glibc makes
 * where the standard leaves some.
 */
import type { CalendarTime } from "./calendar";

const DAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const MONTHS = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];

const SINGLE = "aAbBcCdDeFgGhHIjmMnprRStTuUVwWxXyYzZ%";
/** What may follow the modifiers E and O, which change nothing in this locale. */
const AFTER_E = "cCxXyY";
const AFTER_O = "deHImMSuUVwWy";

/** Length of the valid conversion specifier at `at` (behind the `%`), 0 if there is none. */
export function specifierLength(format: string, at: number): number {
  const c = format[at];
  if (c === undefined) return 0;
  if (SINGLE.includes(c)) return 1;
  const next = format[at + 1];
  if (next === undefined) return 0;
  if ((c === "E" && AFTER_E.includes(next)) || (c === "O" && AFTER_O.includes(next))) return 2;
  return 0;
}

function two(n: number): string {
  return n < 10 ? `0${n}` : String(n);
}

function blank(n: number): string {
  return n < 10 ? ` ${n}` : String(n);
}

function floorMod(a: number, b: number): number {
  return ((a % b) + b) % b;
}

function isLeap(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

/** ISO 8601 year and week: weeks start on Monday, and week 1 holds the year's first Thursday. */
function isoWeek(t: CalendarTime): [year: number, week: number] {
  const weekday = (t.weekday + 6) % 7;
  const week = Math.floor((t.yearDay - weekday + 10) / 7);
  if (week < 1) return [t.year - 1, weeksIn(t.year - 1, weekday - t.yearDay - 1)];
  const length = isLeap(t.year) ? 366 : 365;
  // the days from Thursday on would belong to the next year
  if (t.yearDay - weekday + 3 >= length) return [t.year + 1, 1];
  return [t.year, week];
}

/** ISO weeks in `year`, whose last day is `offset` days off a Monday (modulo 7). */
function weeksIn(year: number, offset: number): number {
  const lastWeekday = floorMod(offset, 7);
  // 53 when the year ends on a Thursday, or on a Friday as a leap year
  return lastWeekday === 3 || (lastWeekday === 4 && isLeap(year)) ? 53 : 52;
}

/** The text for one conversion, named by its last letter. */
export function formatTime(specifier: string, t: CalendarTime): string {
  const hour12 = t.hour % 12 === 0 ? 12 : t.hour % 12;
  switch (specifier) {
    case "a":
      return (DAYS[t.weekday] as string).slice(0, 3);
    case "A":
      return DAYS[t.weekday] as string;
    case "b":
    case "h":
      return (MONTHS[t.month] as string).slice(0, 3);
    case "B":
      return MONTHS[t.month] as string;
    case "c":
      return all("a b e T Y", t);
    case "C":
      return String(Math.floor(t.year / 100));
    case "d":
      return two(t.day);
    case "D":
    case "x":
      return `${two(t.month + 1)}/${two(t.day)}/${two(floorMod(t.year, 100))}`;
    case "e":
      return blank(t.day);
    case "F":
      return `${t.year}-${two(t.month + 1)}-${two(t.day)}`;
    case "g":
      return two(floorMod(isoWeek(t)[0], 100));
    case "G":
      return String(isoWeek(t)[0]);
    case "H":
      return two(t.hour);
    case "I":
      return two(hour12);
    case "j":
      return String(t.yearDay + 1).padStart(3, "0");
    case "m":
      return two(t.month + 1);
    case "M":
      return two(t.minute);
    case "n":
      return "\n";
    case "p":
      return t.hour < 12 ? "AM" : "PM";
    case "r":
      return `${two(hour12)}:${two(t.minute)}:${two(t.second)} ${t.hour < 12 ? "AM" : "PM"}`;
    case "R":
      return `${two(t.hour)}:${two(t.minute)}`;
    case "S":
      return two(t.second);
    case "t":
      return "\t";
    case "T":
    case "X":
      return `${two(t.hour)}:${two(t.minute)}:${two(t.second)}`;
    case "u":
      return String(t.weekday === 0 ? 7 : t.weekday);
    case "U":
      return two(Math.floor((t.yearDay + 7 - t.weekday) / 7));
    case "V":
      return two(isoWeek(t)[1]);
    case "w":
      return String(t.weekday);
    case "W":
      return two(Math.floor((t.yearDay + 7 - ((t.weekday + 6) % 7)) / 7));
    case "y":
      return two(floorMod(t.year, 100));
    case "Y":
      return String(t.year);
    case "z":
      return offsetText(t.offset);
    case "Z":
      return t.zone();
    default:
      return "%";
  }
}

function all(specifiers: string, t: CalendarTime): string {
  return specifiers
    .split(" ")
    .map((s) => formatTime(s, t))
    .join(" ");
}

/** `+hhmm` for an offset in seconds. */
function offsetText(seconds: number): string {
  const minutes = Math.floor(Math.abs(seconds) / 60);
  return `${seconds < 0 ? "-" : "+"}${two(Math.floor(minutes / 60))}${two(minutes % 60)}`;
}
