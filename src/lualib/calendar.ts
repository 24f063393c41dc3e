/**
 * Times as calendar dates and back, for os.date and os.time (§6.9).
 *
 * A time is split into days since 1970-01-01 and seconds of the day, both exact for every year that
 * a C int can hold; JS dates end in the year 275760. Time zone offsets come from JS dates; beyond
 * their range the Gregorian calendar's cycle of 400 years stands in.
 */
import { readFileSync } from "node:fs";
import { fromBigInt, type LuaInteger, toBigInt } from "../runtime/int64";

const DAY = 86400;
/** Days in 400 years. */
const CYCLE = 146097;
/** Days from 1970 on (either way) that JS dates reach, with a day to spare. */
const JS_DAYS = 99_999_999;

/** Days since 1970-01-01, and seconds of that day (0 to 86399). */
export interface SplitTime {
  days: number;
  seconds: number;
}

export interface CalendarTime {
  year: number;
  /** 0 to 11. */
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
  /** 0 is Sunday. */
  weekday: number;
  /** 0 is January 1st. */
  yearDay: number;
  isDst: boolean;
  /** Seconds east of UTC. */
  offset: number;
  /** The time zone's abbreviation. */
  zone: () => string;
}

/** Seconds since 1970 as days and seconds. */
export function splitTime(t: LuaInteger): SplitTime {
  if (typeof t === "number") {
    const days = Math.floor(t / DAY);
    return { days, seconds: t - days * DAY };
  }
  const b = toBigInt(t);
  const seconds = Number(((b % 86400n) + 86400n) % 86400n);
  return { days: Number((b - BigInt(seconds)) / 86400n), seconds };
}

/** Seconds since 1970 as one integer. */
export function joinTime(t: SplitTime): LuaInteger {
  return fromBigInt(BigInt(t.days) * 86400n + BigInt(t.seconds));
}

/** Adds seconds. */
function shiftTime(t: SplitTime, by: number): SplitTime {
  const sum = t.seconds + by;
  const days = Math.floor(sum / DAY);
  return { days: t.days + days, seconds: sum - days * DAY };
}

/** Days from 1970-01-01 to the first of a month (0 to 11) of the proleptic Gregorian calendar. */
export function daysOfMonth(year: number, month: number): number {
  // years that begin in March put the leap day at their end
  const y = month < 2 ? year - 1 : year;
  const m = month < 2 ? month + 10 : month - 2;
  const cycle = Math.floor(y / 400);
  const rest = y - cycle * 400;
  const days = rest * 365 + Math.floor(rest / 4) - Math.floor(rest / 100);
  return cycle * CYCLE + days + Math.floor((153 * m + 2) / 5) - 719468;
}

/** The calendar date of a time that already is local time. */
function toCalendar(t: SplitTime): Omit<CalendarTime, "isDst" | "offset" | "zone"> {
  const shifted = t.days + 719468;
  const cycle = Math.floor(shifted / CYCLE);
  const rest = shifted - cycle * CYCLE;
  const yearOfCycle = Math.floor(
    (rest - Math.floor(rest / 1460) + Math.floor(rest / 36524) - Math.floor(rest / 146096)) / 365,
  );
  const dayOfYear =
    rest - (yearOfCycle * 365 + Math.floor(yearOfCycle / 4) - Math.floor(yearOfCycle / 100));
  const m = Math.floor((5 * dayOfYear + 2) / 153);
  const month = m < 10 ? m + 2 : m - 10;
  const year = yearOfCycle + cycle * 400 + (month < 2 ? 1 : 0);
  return {
    year,
    month,
    day: dayOfYear - Math.floor((153 * m + 2) / 5) + 1,
    hour: Math.floor(t.seconds / 3600),
    minute: Math.floor(t.seconds / 60) % 60,
    second: t.seconds % 60,
    weekday: (((t.days + 4) % 7) + 7) % 7,
    yearDay: t.days - daysOfMonth(year, 0),
  };
}

/** The date in UTC. */
export function utcTime(t: SplitTime): CalendarTime {
  return { ...toCalendar(t), isDst: false, offset: 0, zone: () => "GMT" };
}

/** The date in the time zone of the process (`TZ`). */
export function localTime(t: SplitTime): CalendarTime {
  const offset = localOffset(t);
  const calendar = toCalendar(shiftTime(t, offset));
  const isDst = offset > standardOffset(calendar.year);
  return { ...calendar, isDst, offset, zone: () => zoneName(t, isDst) };
}

/** Seconds east of UTC in the local time zone. */
function localOffset(t: SplitTime): number {
  let days = t.days;
  if (days > JS_DAYS) days = JS_DAYS - CYCLE + ((days - JS_DAYS) % CYCLE);
  else if (days < -JS_DAYS) days = -JS_DAYS;
  return Math.round(-60 * new Date((days * DAY + t.seconds) * 1000).getTimezoneOffset());
}

/** The lesser of the offsets in the middle of both half-years: one of them is standard time. */
function standardOffset(year: number): number {
  const winter = localOffset({ days: daysOfMonth(year, 0), seconds: 0 });
  const summer = localOffset({ days: daysOfMonth(year, 6), seconds: 0 });
  return Math.min(winter, summer);
}

/**
 * The time at which local clocks show `local`. Where they show it twice, or never, `isDst` decides;
 * without it standard time is meant. When `isDst` is at odds with the zone, an hour makes up.
 */
export function fromLocalTime(local: SplitTime, isDst: boolean | undefined): SplitTime {
  const offsets = [
    localOffset(shiftTime(local, -2 * DAY)),
    localOffset(shiftTime(local, 2 * DAY)),
  ].sort((a, b) => a - b) as [number, number];
  const [standard] = offsets;
  let time = shiftTime(local, -standard);
  for (const offset of isDst ? offsets.toReversed() : offsets) {
    const candidate = shiftTime(local, -offset);
    if (localOffset(candidate) === offset) {
      time = candidate;
      break;
    }
  }
  if (isDst === undefined || localTime(time).isDst === isDst) return time;
  return shiftTime(time, isDst ? -3600 : 3600);
}

/** The abbreviation from the zone database, or what the internationalisation library says. */
function zoneName(t: SplitTime, isDst: boolean): string {
  const { timeZone } = new Intl.DateTimeFormat().resolvedOptions();
  if (timeZone === "UTC") return "UTC";
  try {
    // the last line of a zone file is a POSIX rule such as CET-1CEST,M3.5.0,M10.5.0/3
    const rule = readFileSync(`/usr/share/zoneinfo/${timeZone}`, "latin1").trimEnd();
    const names = /\n(<[^>]+>|[A-Za-z]+)[-+:\d]+(<[^>]+>|[A-Za-z]+)?[^\n]*$/.exec(rule);
    const name = isDst ? names?.[2] : names?.[1];
    if (name !== undefined) return name.replace(/[<>]/g, "");
  } catch {
    // no zone database on this system
  }
  const format = new Intl.DateTimeFormat("en-US", { timeZone, timeZoneName: "short" });
  const days = Math.max(-JS_DAYS, Math.min(JS_DAYS, t.days));
  const parts = format.formatToParts(new Date(days * DAY * 1000));
  return parts.find((p) => p.type === "timeZoneName")?.value ?? "";
}
