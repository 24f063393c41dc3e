--- @module assay.internal.poll
--- @description Waits that outlive a server's short absences.
--
-- `poll(opts, message, attempt)` is `rest.wait`, except that an attempt may fail: a broken
-- connection, 404, 408, 429 and 5xx count as "not yet" and are what was seen last. Other errors are
-- raised at once, unless `opts.tolerate` is "all"; with "5xx" so is 404.

local rest = require("assay.internal.client")

local function is_passing(message, tolerate)
  local status = tonumber(message:match("HTTP (%d%d%d)"))
  if not status then return message:find("^http%.") ~= nil or message:find(": http%.") ~= nil end
  if status == 404 then return tolerate ~= "5xx" end
  return status >= 500 or status == 408 or status == 429
end

return function(opts, message, attempt)
  local stop
  local result = rest.wait(opts, message, function(remaining)
    local ok, done, seen = pcall(attempt, remaining)
    if ok then return done, seen end
    local text = tostring(done)
    if opts.tolerate == "all" or (type(done) ~= "table" and is_passing(text, opts.tolerate)) then
      return false, rest.without_place(text)
    end
    stop = { done }
    return true
  end)
  if stop then
    local e = stop[1]
    -- attempts give up early with `error({ stop = message })`
    if type(e) == "table" and e.stop then rest.fail(e.stop) end
    error(e, 0)
  end
  return result
end
