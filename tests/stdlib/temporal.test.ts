import { expect, test } from "vitest";
import { useApi } from "./server";

const api = useApi();
const N = "/api/v1/namespaces/orders";
const HEAD = `local c = require("assay.temporal").client(URL, { namespace = "orders", api_key = "k" })\n`;
const run = (code: string) => api.run(HEAD + code);
const failure = (code: string) => api.failure(HEAD + code);
const HEADERS = { headers: { authorization: "Bearer k", "content-type": "application/json" } };

test.each([
  ["system_info()", "/api/v1/system-info"],
  ["namespaces()", "/api/v1/namespaces"],
  [`namespace("x")`, "/api/v1/namespaces/x"],
  [`workflows({ page_size = 2 })`, `${N}/workflows?pageSize=2`],
  [`search("WorkflowType='Order'")`, `${N}/workflows?query=WorkflowType%3D%27Order%27`],
  [`workflow("a/b", "r")`, `${N}/workflows/a%2Fb?execution.runId=r&runId=r`],
  [`workflow("w", nil, { namespace = "x" })`, "/api/v1/namespaces/x/workflows/w"],
  [`workflow_history("w")`, `${N}/workflows/w/history`],
  [`task_queue("q", { task_queue_type = "T" })`, `${N}/task-queues/q?taskQueueType=T`],
  ["cluster_info()", "/api/v1/cluster-info"],
  ["search_attributes()", `${N}/search-attributes`],
  [
    `archived_workflows({ query = "a b", page_size = 3 })`,
    `${N}/archived-workflows?query=a%20b&pageSize=3`,
  ],
  [
    `workflow_history("w", "r", { reverse = true })`,
    `${N}/workflows/w/history-reverse?execution.runId=r&runId=r`,
  ],
  [`batch_operation("j/1")`, `${N}/batch-operations/j%2F1`],
  ["batch_operations()", `${N}/batch-operations`],
  ["schedules()", `${N}/schedules`],
  [`schedule("s")`, `${N}/schedules/s`],
])("%s", async (call, path) => {
  api.expect(`GET ${path}`, { json: { n: 1 } }, HEADERS);
  expect(await run(`return c:${call}.n`)).toEqual([1]);
  api.expect(`GET ${path}`, { status: 404, text: "no" });
  expect(await failure(`c:${call}`)).toContain(`temporal: GET ${path} HTTP 404: no`);
});

test("pages", async () => {
  api.expect(`GET ${N}/workflows`, { json: { executions: [1], nextPageToken: "a+=" } });
  api.expect(`GET ${N}/workflows?nextPageToken=a%2B%3D`, { json: { executions: [2] } });
  expect(await run(`return c:workflows().executions`)).toEqual([[1, 2]]);
});

test("actions", async () => {
  api.expect(
    `POST ${N}/workflows/w/signal`,
    { json: {} },
    { ...HEADERS, body: { signalName: "s", input: [1] } },
  );
  api.expect(`POST ${N}/workflows/w/signal`, { status: 404 }, { body: { signalName: "s" } });
  api.expect(`POST ${N}/workflows/w/signal/s`, { json: { n: 1 } }, { body: { signalName: "s" } });
  api.expect(`POST ${N}/workflows/w/terminate`, { json: {} }, { body: { reason: "r" } });
  api.expect(
    `POST ${N}/workflows/w/cancel?runId=R`,
    { json: {} },
    {
      body: { workflowExecution: { workflowId: "w", runId: "R" } },
    },
  );
  api.expect(`POST ${N}/workflows/w/cancel`, { json: {} }, { body: {} });
  expect(
    await run(`
      c:signal_workflow("w", "s", { 1 })
      local n = c:signal_workflow("w", "s").n
      c:terminate_workflow("w", "r") c:cancel_workflow("w", { run_id = "R" })
      return n, c:cancel_workflow("w") ~= nil`),
  ).toEqual([1, true]);
  api.expect(`POST ${N}/workflows/w/cancel`, { status: 500, text: "x" }, { body: {} });
  expect(await failure(`c:cancel_workflow("w")`)).toContain(
    `temporal: POST ${N}/workflows/w/cancel HTTP 500: x`,
  );
});

test("health, running, waiting", async () => {
  const state = (status: string) => ({
    json: { workflowExecutionInfo: { status: `WORKFLOW_EXECUTION_STATUS_${status}` } },
  });
  api.expect("GET /health", {}, { headers: { authorization: null, "content-type": null } });
  api.expect("GET /health", { status: 503 });
  api.expect(`GET ${N}/workflows/w`, state("RUNNING"));
  api.expect(`GET ${N}/workflows/w`, state("RUNNING"));
  api.expect(`GET ${N}/workflows/w`, state("FAILED"));
  expect(
    await run(`return (c:health()), (c:health()), c:is_workflow_running("w"),
      c:wait_workflow_complete("w", 5, { interval = 0.02 }).workflowExecutionInfo.status`),
  ).toEqual([true, false, true, "WORKFLOW_EXECUTION_STATUS_FAILED"]);
  api.expect(`GET ${N}/workflows/w`, state("RUNNING"));
  expect(await failure(`c:wait_workflow_complete("w", 0)`)).toContain(
    "temporal: timeout waiting for workflow w to complete",
  );
});

test("count, find_workflow", async () => {
  api.expect(`GET ${N}/workflow-count?query=WorkflowType%3D%27A%20%26%20B%27`, {
    json: { count: "12" },
  });
  api.expect(`GET ${N}/workflow-count`, { json: {} });
  api.expect(`GET ${N}/workflows/w%2F1?execution.runId=r&runId=r`, { json: { n: 1 } });
  api.expect(`GET ${N}/workflows/none`, { status: 404 });
  expect(
    await run(`return c:count("WorkflowType='A & B'"), c:count(), c:find_workflow("w/1", "r").n,
      c:find_workflow("none")`),
  ).toEqual([12, 0, 1, undefined]);
  api.expect(`GET ${N}/workflow-count`, { status: 400, text: "bad query" });
  expect(await failure(`c:count()`)).toContain(
    `temporal: GET ${N}/workflow-count HTTP 400: bad query`,
  );
  api.expect(`GET ${N}/workflows/none`, { status: 500, text: "x" });
  expect(await failure(`c:find_workflow("none")`)).toContain("HTTP 500: x");
});

test("an empty first page", async () => {
  api.expect(`GET ${N}/workflows`, { json: { nextPageToken: "t" } });
  api.expect(`GET ${N}/workflows?nextPageToken=t`, { json: { executions: [{ n: 1 }] } });
  expect(await run("return c:workflows().executions[1].n")).toEqual([1]);
});

test("start_workflow, query_workflow", async () => {
  api.expect(
    `POST ${N}/workflows/order-7`,
    { json: { runId: "r" } },
    {
      body: {
        workflowType: { name: "Order" },
        taskQueue: { name: "orders" },
        input: [{ id: 7 }],
        workflowRunTimeout: "60s",
      },
    },
  );
  api.expect(
    `POST ${N}/workflows/w/query/state%20of`,
    { json: { queryResult: ["open"] } },
    {
      body: {
        query: { queryType: "state of", queryArgs: [1] },
        execution: { workflowId: "w", runId: "r1" },
      },
    },
  );
  expect(
    await run(`
      return c:start_workflow("order-7", { workflowType = "Order", taskQueue = { name = "orders" },
          input = { { id = 7 } }, workflowRunTimeout = "60s" }).runId,
        c:query_workflow("w", "state of", { 1 }, { run_id = "r1" }).queryResult[1]`),
  ).toEqual(["r", "open"]);
  api.expect(`POST ${N}/workflows/w`, { status: 409, text: "runs" }, { body: {} });
  expect(await failure(`c:start_workflow("w", {})`)).toContain(
    `temporal: POST ${N}/workflows/w HTTP 409: runs`,
  );
  api.expect(
    `POST ${N}/workflows/w/query/q`,
    { status: 404, text: "no" },
    { body: { query: { queryType: "q" } } },
  );
  expect(await failure(`c:query_workflow("w", "q")`)).toContain("HTTP 404: no");
});

test("pages of a history without a run", async () => {
  api.expect(`GET ${N}/workflows/w/history`, {
    json: { history: { events: [1] }, nextPageToken: "t" },
  });
  api.expect(`GET ${N}/workflows/w/history?nextPageToken=t`, {
    json: { history: { events: [2] } },
  });
  expect(await run(`return c:workflow_history("w").history.events`)).toEqual([[1, 2]]);
});

test("workflow_result", async () => {
  const line = `GET ${N}/workflows/w/history?historyEventFilterType=HISTORY_EVENT_FILTER_TYPE_CLOSE_EVENT`;
  const closed = (kind: string, attributes: unknown) => ({
    json: {
      history: {
        events: [{ eventId: "9", [`workflowExecution${kind}EventAttributes`]: attributes }],
      },
    },
  });
  api.expect(line, closed("Completed", { result: [{ total: 3 }] }));
  api.expect(line, closed("Completed", {}));
  expect(await run(`return c:workflow_result("w")[1].total, #c:workflow_result("w")`)).toEqual([
    3, 0,
  ]);
  api.expect(line, closed("Failed", { failure: { message: "no stock" } }));
  expect(await failure(`c:workflow_result("w")`)).toContain(
    "temporal: workflow w: Failed: no stock",
  );
  api.expect(line, closed("TimedOut", {}));
  expect(await failure(`c:workflow_result("w")`)).toMatch(/temporal: workflow w: TimedOut$/m);
  api.expect(line, closed("Started", {}));
  expect(await failure(`c:workflow_result("w")`)).toContain("workflow w has not ended");
});

test("signal_with_start, update_workflow", async () => {
  api.expect(
    `POST ${N}/workflows/w/signal-with-start/go%2Fon`,
    { json: { runId: "r" } },
    {
      body: {
        workflowType: { name: "Order" },
        taskQueue: { name: "q" },
        signalInput: [{ n: 1 }],
      },
    },
  );
  api.expect(
    `POST ${N}/workflows/w/update/add%20item`,
    { json: { outcome: { success: [2] } } },
    {
      body: {
        waitPolicy: { lifecycleStage: "UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_COMPLETED" },
        request: { meta: { updateId: "u" }, input: { name: "add item", args: ["a"] } },
      },
    },
  );
  api.expect(
    `POST ${N}/workflows/w/update/x`,
    { json: {} },
    {
      check({ body }) {
        const sent = JSON.parse(body.toString());
        expect(sent.request.input.args).toEqual([]);
        expect(sent.request.meta.updateId).toMatch(/^[0-9a-f-]{36}$/);
        expect(sent.waitPolicy.lifecycleStage).toMatch(/_ACCEPTED$/);
        expect(sent.workflowExecution).toEqual({ workflowId: "w", runId: "r" });
      },
    },
  );
  expect(
    await run(`
      local r = c:signal_with_start("w", "go/on", { { n = 1 } }, { workflowType = "Order", taskQueue = "q" })
      local u = c:update_workflow("w", "add item", { "a" }, { update_id = "u" })
      c:update_workflow("w", "x", {}, { stage = "ACCEPTED", run_id = "r" })
      return r.runId, u.outcome.success[1]`),
  ).toEqual(["r", 2]);
});

test("reset_workflow", async () => {
  const event = (eventId: string, eventType: string) => ({ eventId, eventType });
  api.expect(`GET ${N}/workflows/w/history-reverse`, {
    json: {
      history: { events: [event("9", "EVENT_TYPE_WORKFLOW_EXECUTION_FAILED")] },
      nextPageToken: "t",
    },
  });
  api.expect(`GET ${N}/workflows/w/history-reverse?nextPageToken=t`, {
    json: { history: { events: [event("7", "EVENT_TYPE_WORKFLOW_TASK_COMPLETED")] } },
  });
  const reset = (id: string, more = {}) => ({
    check({ body }: { body: Buffer }) {
      const { requestId, ...sent } = JSON.parse(body.toString());
      expect(requestId).toMatch(/^[0-9a-f-]{36}$/);
      expect(sent).toEqual({
        workflowExecution: { workflowId: "w" },
        reason: "why",
        workflowTaskFinishEventId: id,
        ...more,
      });
    },
  });
  api.expect(`POST ${N}/workflows/w/reset`, { json: { runId: "new" } }, reset("7"));
  expect(await run(`return c:reset_workflow("w", "why").runId`)).toEqual(["new"]);
  api.expect(
    `POST ${N}/workflows/w/reset?runId=r`,
    { json: {} },
    reset("4", { workflowExecution: { workflowId: "w", runId: "r" } }),
  );
  await run(`c:reset_workflow("w", "why", { event_id = 4, run_id = "r" })`);
  api.expect(`GET ${N}/workflows/w/history`, { json: { history: { events: [] } } });
  expect(await failure(`c:reset_workflow("w", "why", { first = true })`)).toContain(
    "temporal: workflow w has completed no task to go back to",
  );
});

test("schedules", async () => {
  const S = `${N}/schedules/nightly`;
  api.expect(
    `POST ${S}`,
    { json: { conflictToken: "t" } },
    {
      body: {
        requestId: "q",
        schedule: {
          spec: { cronString: ["0 3 * * *"] },
          action: { startWorkflow: { workflowType: { name: "W" }, taskQueue: { name: "q" } } },
        },
      },
    },
  );
  api.expect(
    `POST ${S}/update`,
    { json: {} },
    { body: { schedule: { spec: {} }, conflictToken: "t" } },
  );
  const patch = (body: unknown) => api.expect(`POST ${S}/patch`, { json: {} }, { body });
  patch({ patch: { pause: "paused" } });
  patch({ patch: { unpause: "go" } });
  patch({ patch: { triggerImmediately: {} } });
  patch({
    patch: {
      backfillRequest: [
        { startTime: "2026-01-01T00:00:00Z", endTime: "2026-01-02T00:00:00Z", overlapPolicy: "P" },
      ],
    },
  });
  api.expect(`GET ${S}/matching-times?startTime=2026-01-01T00%3A00%3A00Z&endTime=b`, {
    json: { startTime: ["x"] },
  });
  api.expect(`DELETE ${S}?identity=me`, { json: {} });
  expect(
    await run(`
      c:create_schedule("nightly", {
        spec = { cronString = { "0 3 * * *" } },
        action = { startWorkflow = { workflowType = "W", taskQueue = "q" } },
      }, { request_id = "q" })
      c:update_schedule("nightly", { spec = json.object({}) }, { conflict_token = "t" })
      c:pause_schedule("nightly")
      c:unpause_schedule("nightly", "go")
      c:trigger_schedule("nightly")
      c:backfill_schedule("nightly", "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z", { overlap_policy = "P" })
      local times = c:schedule_times("nightly", "2026-01-01T00:00:00Z", "b")
      c:delete_schedule("nightly", { identity = "me" })
      return times`),
  ).toEqual([["x"]]);
});

test("namespaces", async () => {
  const P = "/api/v1/namespaces";
  api.expect(
    `POST ${P}`,
    { json: {} },
    { body: { namespace: "a", workflowExecutionRetentionPeriod: "259200s", description: "d" } },
  );
  api.expect(
    `POST ${P}/a/update`,
    { json: { n: 1 } },
    { body: { updateInfo: { description: "e" } } },
  );
  expect(
    await run(`
      c:create_namespace("a", { description = "d" })
      return c:update_namespace("a", { updateInfo = { description = "e" } }).n`),
  ).toEqual([1]);
  // there, created, created by another at the same time
  const created = { namespace: "b", workflowExecutionRetentionPeriod: "86400s" };
  api.expect(`GET ${P}/b`, { json: { n: 1 } });
  for (const status of [200, 409]) {
    api.expect(`GET ${P}/b`, { status: 404 });
    api.expect(`POST ${P}`, { status, json: {} }, { body: created });
    // not known everywhere at once
    if (status === 200) api.expect(`GET ${P}/b/workflow-count`, { status: 404 });
    api.expect(`GET ${P}/b/workflow-count`, { json: {} });
    api.expect(`GET ${P}/b`, { json: { n: 2 } });
  }
  expect(
    await run(`
      local out = {}
      for i = 1, 3 do
        local ns, is_new = c:ensure_namespace("b", { workflowExecutionRetentionPeriod = "86400s" })
        out[i] = ns.n .. tostring(is_new)
      end
      return out`),
  ).toEqual([["1false", "2true", "2false"]]);
});

test("batch operations", async () => {
  api.expect(
    `POST ${N}/batch-operations/j`,
    { json: {} },
    { body: { visibilityQuery: "q", reason: "r", terminationOperation: {} } },
  );
  api.expect(`POST ${N}/batch-operations/j/stop`, { json: {} }, { body: { reason: "stopped" } });
  await run(`
    c:start_batch("j", { visibilityQuery = "q", reason = "r", terminationOperation = {} })
    c:stop_batch("j")`);
});

test("empty lists, which the server leaves out, are lists", async () => {
  for (const path of [`${N}/workflows`, `${N}/schedules`, `${N}/batch-operations`])
    api.expect(`GET ${path}`, { json: {} });
  api.expect(`GET ${N}/workflows/w/history`, { json: {} });
  expect(
    await run(`return #c:workflows().executions, #c:schedules().schedules,
      #c:batch_operations().operationInfo, #c:workflow_history("w").history.events`),
  ).toEqual([0, 0, 0, 0]);
});

test("results that are nothing or bytes", async () => {
  const payload = (encoding: string, data?: string) => ({
    metadata: { encoding: btoa(encoding) },
    data,
  });
  api.expect(
    `GET ${N}/workflows/w/history?historyEventFilterType=HISTORY_EVENT_FILTER_TYPE_CLOSE_EVENT`,
    {
      json: {
        history: {
          events: [
            {
              workflowExecutionCompletedEventAttributes: {
                result: [
                  payload("binary/null"),
                  payload("binary/plain", "AP8="),
                  payload("own", "x"),
                  1,
                ],
              },
            },
          ],
        },
      },
    },
  );
  expect(
    await run(`local r = c:workflow_result("w")
      return r[1] == json.null, r[2] == "\\0\\255", r[3].data, r[4]`),
  ).toEqual([true, true, "x", 1]);
});

const NO_ROUTE = { status: 404, json: { code: 5, message: "Not Found" } };

test("a signal that fails says why, not that its first path is not there", async () => {
  api.expect(`POST ${N}/workflows/w/signal`, NO_ROUTE, { body: { signalName: "go" } });
  api.expect(
    `POST ${N}/workflows/w/signal/go`,
    { status: 404, json: { code: 5, message: "workflow not found for ID: w", details: [] } },
    { body: { signalName: "go" } },
  );
  expect(await failure(`c:signal_workflow("w", "go")`)).toMatch(
    /\/signal\/go HTTP 404: .*workflow not found for ID: w/,
  );
});

test("ids with a slash: the server has no such path, and that is no answer about a workflow", async () => {
  api.expect(`GET ${N}/workflows/a%2Fb`, NO_ROUTE);
  expect(await failure(`c:find_workflow("a/b")`)).toMatch(
    /temporal: GET .*a%2Fb HTTP 404: .*"Not Found".* \(Temporal's HTTP API finds no names with a slash\)/,
  );
  api.expect(`POST ${N}/workflows/a%2Fb/cancel`, NO_ROUTE, { body: {} });
  expect(await failure(`c:cancel_workflow("a/b")`)).toContain("no names with a slash");
  api.expect(`GET ${N}/workflows/a%2Fb`, {
    status: 404,
    json: { code: 5, message: "workflow not found" },
  });
  expect(await run(`return c:find_workflow("a/b")`)).toEqual([undefined]);
});
