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
