/** assay.temporal against Temporal's development server, with a worker in Python. */
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findProgram } from "../servers/server";
import {
  answers,
  freePort,
  missingPython,
  pythonProgram,
  type RealServer,
  runner,
  startProgram,
  versionOf,
} from "./real";

const temporal = pythonProgram("temporal");
const why = missingPython("temporalio.worker") ?? (temporal ? undefined : "temporal not installed");
const version = why ? `(left out: ${why})` : versionOf(temporal as string);

describe.skipIf(why)(`Temporal ${version}`, () => {
  let server: RealServer;
  let worker: RealServer;
  const lua = runner(
    () => `local temporal = require("assay.temporal")
      local c = temporal.client(URL .. "/")
      local function order(id, more)
        return c:start_workflow(id, rest.copy({ workflowType = "Order", taskQueue = "orders q" }, more))
      end
      local function ended(id) return c:wait_workflow_complete(id, 30, { interval = 0.1 }) end`,
    () => ({ URL: server.url }),
  );
  beforeAll(async () => {
    const port = await freePort();
    server = await startProgram({
      file: temporal as string,
      args: (_, http) => [
        ...["server", "start-dev", "--headless", "--ip", "127.0.0.1", "--log-level", "error"],
        ...["--port", String(port), "--http-port", String(http)],
        ...["--search-attribute", "Team=Keyword"],
      ],
      isReady: (url) => answers(`${url}/api/v1/namespaces/default`),
    });
    const queue = `${server.url}/api/v1/namespaces/default/task-queues/orders%20q`;
    worker = await startProgram({
      file: findProgram("python3") as string,
      args: () => [join(import.meta.dirname, "servers", "temporal_worker.py"), `127.0.0.1:${port}`],
      isReady: async () => (await (await fetch(queue)).text()).includes('"pollers"'),
    });
  });
  afterAll(async () => {
    await worker?.stop();
    await server?.stop();
  });

  test("the server and its namespaces", async () => {
    const [healthy, info, cluster, made, again, isNew, changed, attributes] = await lua.run(`
      local made, was_made = c:ensure_namespace("team", { description = "a" })
      local _, is_new = c:ensure_namespace("team")
      c:update_namespace("team", { updateInfo = { description = "b" } })
      c:create_namespace("other")
      return (c:health()), c:system_info(), c:cluster_info(), made.namespaceInfo.name, was_made, is_new,
        c:namespace("team").namespaceInfo.description, c:search_attributes().customAttributes`);
    expect([healthy, made, again, isNew, changed]).toEqual([true, "team", true, false, "b"]);
    expect(info).toMatchObject({ serverVersion: expect.stringMatching(/^1\./) });
    expect(cluster).toMatchObject({ clusterName: "active" });
    expect(attributes).toEqual({ Team: "INDEXED_VALUE_TYPE_KEYWORD" });
    expect(await lua.failure(`c:create_namespace("team")`)).toMatch(/HTTP 409: /);
    expect(
      await lua.run(`local names = {}
        for _, n in ipairs(c:namespaces({ page_size = 1, all = true }).namespaces) do
          names[#names + 1] = n.namespaceInfo.name
        end
        table.sort(names) return table.concat(names, " ")`),
    ).toEqual(["default other team temporal-system"]);
  });
  test("a workflow from start to result: query, update, signal", async () => {
    expect(
      await lua.run(`
        local id = "order:ü 1%2F@"
        local run_id = order(id, { input = { { n = 1 } }, memo = { fields = { a = "b" } } }).runId
        local asked = c:query_workflow(id, "state", { "x" }, { run_id = run_id }).queryResult[1]
        c:update_workflow(id, "add", { 5 })
        local added = c:update_workflow(id, "add", { 2 }, { run_id = run_id }).outcome.success[1]
        local refused = c:update_workflow(id, "add", { -1 }).outcome.failure.message
        local running = c:is_workflow_running(id)
        c:signal_workflow(id, "approve", { "Ada" })
        local status = c:wait_workflow_complete(id, 30, { interval = 0.1, raise = true }).workflowExecutionInfo.status
        local result = c:workflow_result(id)
        local all = c:workflow_history(id, run_id).history.events
        local paged = c:workflow_history(id, nil, { maximum_page_size = 2, all = true }).history.events
        return asked, added, refused, running, status, result, #all == #paged,
          c:workflow_history(id, nil, { reverse = true }).history.events[1].eventType,
          c:workflow(id, run_id).workflowExecutionInfo.memo.fields.a`),
    ).toEqual([
      { items: 0, more: "x" },
      7,
      "negative",
      true,
      "WORKFLOW_EXECUTION_STATUS_COMPLETED",
      [{ by: "Ada", items: 7, order: { n: 1 } }],
      true,
      "EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED",
      "b",
    ]);
  });
  test("results without a value; failures; what is not there", async () => {
    expect(
      await lua.run(`
        c:start_workflow("none", { workflowType = "Echo", taskQueue = "orders q" })
        ended("none")
        c:signal_with_start("refused", "approve", { "no" }, { workflowType = "Order", taskQueue = "orders q" })
        ended("refused")
        return c:workflow_result("none")[1] == json.null, c:find_workflow("nobody")`),
    ).toEqual([true, undefined]);
    for (const [code, message] of [
      [`c:workflow_result("refused")`, /workflow refused: Failed: refused/],
      [`c:signal_workflow("nobody", "approve")`, /HTTP 404: .*workflow not found for ID: nobody/],
      [`c:workflow("nobody")`, /HTTP 404: /],
      [`c:query_workflow("none", "nothing")`, /HTTP 400: .*Query handler for 'nothing'/],
      [
        `order("none", { workflowIdReusePolicy = "WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE" })`,
        / HTTP 409: /,
      ],
      [`c:find_workflow("a/b")`, /no names with a slash/],
      [`c:archived_workflows()`, /HTTP 400: .*not configured for visibility archival/],
    ] as const)
      expect(await lua.failure(code)).toMatch(message);
  });
  test("reset, cancel, terminate", async () => {
    expect(
      await lua.run(`
        order("again")
        c:update_workflow("again", "add", { 3 })
        c:signal_workflow("again", "approve", { "Ada" }, { named = true })
        ended("again")
        c:reset_workflow("again", "once more", { first = true, reset_reapply_type = "RESET_REAPPLY_TYPE_NONE" })
        local running = c:is_workflow_running("again")
        c:cancel_workflow("again")
        local cancelled = ended("again").workflowExecutionInfo.status
        order("gone")
        c:terminate_workflow("gone", "enough")
        return running, cancelled, ended("gone").workflowExecutionInfo.status,
          select(2, pcall(c.workflow_result, c, "gone")):match("Terminated.*")`),
    ).toEqual([
      true,
      "WORKFLOW_EXECUTION_STATUS_CANCELED",
      "WORKFLOW_EXECUTION_STATUS_TERMINATED",
      "Terminated: enough",
    ]);
  });
  test("lists, searches, counts, task queues, batches", async () => {
    expect(
      await lua.run(`
        for i = 1, 3 do order("batch" .. i, { searchAttributes = { indexedFields = { Team = "red" } } }) end
        local red = "Team='red' AND ExecutionStatus='Running'"
        eventually(function() return c:count(red) == 3 end)
        local found = #c:search(red).executions
        local paged = #c:workflows({ query = red, page_size = 1, all = true }).executions
        c:start_batch("job 1", { visibilityQuery = red, reason = "tidy", terminationOperation = {} })
        eventually(function() return c:batch_operation("job 1").state == "BATCH_OPERATION_STATE_COMPLETED" end)
        eventually(function() return c:count(red) == 0 end)
        return found, paged, #c:search("WorkflowType='None'").executions,
          #c:batch_operations().operationInfo, #c:task_queue("orders q").pollers,
          pcall(c.stop_batch, c, "job 1")`),
    ).toEqual([3, 3, 0, 1, 1, false, expect.stringContaining("already completed")]);
  });
  test("schedules", async () => {
    expect(
      await lua.run(`
        local id = "nightly ü"
        c:create_schedule(id, { spec = { interval = { { interval = "3600s" } } }, action = { startWorkflow = {
          workflowId = "scheduled", workflowType = "Echo", taskQueue = "orders q", input = { "x" } } } })
        c:pause_schedule(id, "stop")
        local paused = c:schedule(id).schedule.state.notes
        c:unpause_schedule(id)
        c:trigger_schedule(id)
        c:backfill_schedule(id, "2026-01-01T00:30:00Z", "2026-01-01T02:30:00Z",
          { overlap_policy = "SCHEDULE_OVERLAP_POLICY_ALLOW_ALL" })
        local times = c:schedule_times(id, "2030-01-01T00:30:00Z", "2030-01-01T02:30:00Z")
        local found = c:schedule(id)
        found.schedule.spec = { calendar = { { hour = "3" } } }
        c:update_schedule(id, found.schedule, { conflict_token = found.conflictToken })
        eventually(function() return #c:schedules().schedules == 1 end)
        eventually(function() return c:count("WorkflowId STARTS_WITH 'scheduled'") >= 2 end)
        c:delete_schedule(id)
        return paused, times, pcall(c.schedule, c, id)`),
    ).toEqual([
      "stop",
      ["2030-01-01T01:00:00Z", "2030-01-01T02:00:00Z"],
      false,
      expect.stringContaining("HTTP 404: "),
    ]);
  });
});
