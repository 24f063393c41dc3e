/** What a check file may say: the one definition behind validation and the JSON Schema. */
import { resourceProblem } from "./k8s-resource";
import type { Field, Fields } from "./shape";
import {
  condition,
  databaseUrl,
  duration,
  expression,
  flag,
  folders,
  header,
  hostName,
  httpUrl,
  list,
  method,
  nameServer,
  netRule,
  oneOrMore,
  pattern,
  requestHeaders,
  status,
  text,
  texts,
} from "./value-shapes";

export const CHECK_TYPES = [
  "http",
  "prometheus",
  "script",
  "tcp",
  "dns",
  "tls",
  "k8s",
  "sql",
] as const;
export type CheckType = (typeof CHECK_TYPES)[number];

/** As in the original: who wants to go on until the timeout writes a large number. */
const MAX_RETRIES = 2 ** 32 - 1;
const MAX_PARALLEL = 1000;
const DNS_RECORDS = ["A", "AAAA", "CNAME", "MX", "NS", "TXT", "SRV", "PTR"];

const retries: Field = {
  shape: { kind: "integer", min: 0, max: MAX_RETRIES },
  doc: "further attempts after a failed one",
};
const backoff: Field = {
  shape: {
    kind: "either",
    what: "a duration, 'linear', 'exponential', or a map with strategy, delay, max, jitter",
    of: [
      { kind: "string", choices: ["linear", "exponential"] },
      duration("parsing backoff"),
      {
        kind: "object",
        fields: {
          strategy: {
            shape: { kind: "string", choices: ["linear", "exponential"] },
            doc: "linear: delay × attempt; exponential: delay × 2^(attempt-1)",
          },
          delay: { shape: duration(), doc: "the first pause" },
          max: { shape: duration(), doc: "the longest pause" },
          jitter: { shape: flag, doc: "shorten each pause at random, down to half" },
        },
      },
    ],
  },
  doc: "the pause between attempts",
};

const HTTP = ["http"];
const REQUESTS = ["http", "prometheus"];
const HOSTS = ["tcp", "tls"];
const K8S = ["k8s"];

const EXPECT_FIELDS: Fields = {
  status: {
    shape: status,
    doc: "the status: 200, '2xx', or a list",
    types: HTTP,
  },
  headers: {
    shape: { kind: "map", of: header },
    doc: "response headers by name",
    types: HTTP,
  },
  body: { shape: text, doc: "a text that the response contains", types: ["http", "tcp"] },
  body_matches: {
    shape: pattern,
    doc: "a regular expression that is found in the response",
    types: ["http", "tcp"],
  },
  json: {
    shape: oneOrMore(expression, "an expression or a list of them"),
    doc: "expressions about the JSON body, the rows of a query, or the object",
    types: ["http", "sql", "k8s"],
  },
  latency_ms: {
    shape: { kind: "number", min: 0 },
    doc: "the longest time the answer may take, in milliseconds",
    types: ["http", "prometheus", "tcp", "dns", "tls", "k8s", "sql"],
  },
  min: { shape: { kind: "number" }, doc: "the least value", types: ["prometheus"] },
  max: { shape: { kind: "number" }, doc: "the greatest value", types: ["prometheus"] },
  series: {
    shape: { kind: "string", choices: ["first", "all", "any"] },
    doc: "which series must be within the bounds; the first by default",
    types: ["prometheus"],
  },
  nan: {
    shape: flag,
    doc: "whether NaN is within all bounds; true by default",
    types: ["prometheus"],
  },
  values: {
    shape: oneOrMore(text, "a text or a list of them"),
    doc: "records that must be among the answers",
    types: ["dns"],
  },
  min_days: {
    shape: { kind: "number", min: 0 },
    doc: "days for which the certificate and all above it must still be valid",
    types: ["tls"],
  },
  names: {
    shape: oneOrMore(text, "a host name or a list of them"),
    doc: "host names that the certificate must be valid for",
    types: ["tls"],
  },
  issuer: { shape: text, doc: "a part of the issuer's name", types: ["tls"] },
  exists: { shape: flag, doc: "whether there is such an object; true by default", types: K8S },
  condition: {
    shape: oneOrMore(condition, "a condition such as Available or Ready=False, or a list of them"),
    doc: "conditions that the object must have: 'Available', 'Ready=False'",
    types: K8S,
  },
  ready: { shape: flag, doc: "whether the object is ready, by the rules of its kind", types: K8S },
  rollout: {
    shape: { kind: "string", choices: ["complete"] },
    doc: "complete: all pods run the last version and are ready",
    types: K8S,
  },
  rows: {
    shape: {
      kind: "either",
      what: "a number of rows, or a list of rows",
      of: [{ kind: "integer", min: 0, max: Number.MAX_SAFE_INTEGER }, list({ kind: "any" })],
    },
    doc: "how many rows the query gives, or the rows themselves",
    types: ["sql"],
  },
};

const SETTINGS: Fields = {
  retries,
  backoff,
  timeout: { shape: duration("parsing timeout"), doc: "the longest time of one attempt" },
  tags: { shape: oneOrMore(text, "a tag or a list of tags"), doc: "names for --only and --skip" },
  method: { shape: method, doc: "the request's method; GET by default", types: HTTP },
  headers: { shape: requestHeaders, doc: "request headers", types: REQUESTS },
  follow_redirects: { shape: flag, doc: "follow up to 10 redirects; true by default", types: HTTP },
  insecure: {
    shape: flag,
    doc: "accept any certificate",
    types: ["http", "prometheus", "tls"],
  },
  ca: {
    shape: text,
    doc: "a PEM file with further certificate authorities",
    types: ["http", "prometheus", "tls"],
  },
  namespace: { shape: text, doc: "by default the pod's or the context's", types: K8S },
  kubeconfig: {
    shape: text,
    doc: "a kubeconfig; by default the pod's service account, else KUBECONFIG or ~/.kube/config",
    types: K8S,
  },
  context: { shape: text, doc: "a context of the kubeconfig", types: K8S },
  env: { shape: texts, doc: "variables that env.get sees", types: ["script"] },
  sandbox: {
    shape: {
      kind: "either",
      what: "true, false, or a map with allow_read, allow_write, allow_net, allow_env",
      of: [
        flag,
        {
          kind: "object",
          fields: {
            allow_read: { shape: folders, doc: "files that may be read; all by default" },
            allow_write: {
              shape: folders,
              doc: "files that may be written; temporary ones by default",
            },
            allow_net: {
              shape: oneOrMore(netRule, "HOST[:PORT] or a list of them"),
              doc: "where connections may go; everywhere by default",
            },
            allow_env: {
              shape: oneOrMore(text, "a variable or a list of them"),
              doc: "variables that the script sees, PREFIX_* too; all by default",
            },
          },
        },
      ],
    },
    doc: "what the script may touch; false for everything, as the original",
    types: ["script"],
  },
};

export const CHECK_FIELDS: Fields = {
  name: { shape: text, doc: "what the check is called", required: true },
  type: { shape: { kind: "string", choices: CHECK_TYPES }, doc: "what is checked", required: true },
  url: {
    shape: text,
    shapes: { http: httpUrl, prometheus: httpUrl, sql: databaseUrl },
    doc: "http: the address; prometheus: the server; sql: the database",
    types: ["http", "prometheus", "sql"],
    requiredBy: ["http", "prometheus", "sql"],
  },
  query: {
    shape: text,
    doc: "prometheus: PromQL; sql: a statement",
    types: ["prometheus", "sql"],
    requiredBy: ["prometheus", "sql"],
  },
  file: {
    shape: text,
    doc: "the script, relative to this file, else to the working directory",
    types: ["script"],
    requiredBy: ["script"],
  },
  args: { shape: list(text), doc: "what the script gets as `...`", types: ["script"] },
  body: { shape: text, doc: "the request's body", types: HTTP },
  json: { shape: { kind: "any" }, doc: "the request's body, sent as JSON", types: HTTP },
  host: {
    shape: hostName,
    doc: "the host to connect to, or the name to look up",
    types: [...HOSTS, "dns"],
    requiredBy: [...HOSTS, "dns"],
  },
  port: {
    shape: { kind: "integer", min: 1, max: 65535 },
    doc: "the port; 443 by default for tls",
    types: HOSTS,
    requiredBy: ["tcp"],
  },
  send: { shape: text, doc: "text to send after connecting", types: ["tcp"] },
  server_name: { shape: hostName, doc: "the name to ask for (SNI)", types: ["tls"] },
  record: {
    shape: { kind: "string", choices: DNS_RECORDS },
    doc: "the kind of record; addresses by default",
    types: ["dns"],
  },
  server: {
    shape: nameServer,
    doc: "the name server to ask: an IP address, with a port if it isn't 53",
    types: ["dns"],
  },
  resource: {
    shape: {
      kind: "string",
      what: "a resource such as deployment/web",
      check: (t) => resourceProblem(t),
    },
    doc: "kind and name as kubectl writes them: deployment/web; the kind alone with a selector",
    types: K8S,
    requiredBy: K8S,
  },
  selector: { shape: text, doc: "labels: all objects that have them, at least one", types: K8S },
  params: { shape: list({ kind: "any" }), doc: "the statement's parameters", types: ["sql"] },
  needs: {
    shape: oneOrMore(text, "a check's name or a list of names"),
    doc: "checks that must pass before this one begins",
  },
  ...SETTINGS,
  expect: { shape: { kind: "object", fields: EXPECT_FIELDS }, doc: "what must hold" },
};

export const CONFIG_FIELDS: Fields = {
  timeout: { shape: duration("parsing timeout"), doc: "the whole run; 120s by default" },
  retries,
  backoff,
  parallel: {
    shape: {
      kind: "either",
      what: "true, false, or a number of checks",
      of: [{ kind: "boolean" }, { kind: "integer", min: 1, max: MAX_PARALLEL }],
    },
    doc: "how many checks run at a time: true for 10, or a number",
  },
  vars: { shape: texts, doc: "values for references by name" },
  include: {
    shape: oneOrMore(text, "a file or a list of files"),
    doc: "files whose checks come before those of this one",
  },
  defaults: { shape: { kind: "object", fields: SETTINGS }, doc: "settings of all checks here" },
  checks: {
    shape: { kind: "list", of: { kind: "check", fields: CHECK_FIELDS } },
    doc: "the checks",
    required: true,
  },
};
