/** Schedules of CronJobs. */

/** As the CronJob controller reads it. */
export function isSchedule(text: string): boolean {
  if (/^@(yearly|annually|monthly|weekly|daily|midnight|hourly)$/.test(text)) return true;
  const fields = text.trim().split(/\s+/);
  return fields.length === CRON_RANGES.length && fields.every((f, i) => isCronField(f, i));
}

/** Of minute, hour, day, month, weekday. */
const CRON_RANGES = [
  [0, 59],
  [0, 23],
  [1, 31],
  [1, 12],
  [0, 6],
] as const;
const CRON_NAMES: Record<number, string> = {
  3: "jan feb mar apr may jun jul aug sep oct nov dec",
  4: "sun mon tue wed thu fri sat",
};

/** `*`, `?`, `5`, `mon-fri`, each with a step such as `*` + `/15`, and lists of them. */
function isCronField(field: string, place: number): boolean {
  const [least, most] = CRON_RANGES[place] as readonly [number, number];
  const names = CRON_NAMES[place]?.split(" ") ?? [];
  const value = (t: string) => {
    const named = names.indexOf(t.toLowerCase());
    if (named >= 0) return named + least;
    return /^\d{1,2}$/.test(t) ? Number(t) : Number.NaN;
  };
  return field.split(",").every((part) => {
    const m = /^(?:[*?]|(\w+)(?:-(\w+))?)(?:\/0*[1-9]\d*)?$/.exec(part);
    if (m === null) return false;
    if (m[1] === undefined) return true;
    const from = value(m[1]);
    const to = m[2] === undefined ? from : value(m[2]);
    return from >= least && to <= most && from <= to;
  });
}
