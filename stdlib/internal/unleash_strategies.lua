--- @module assay.internal.unleash_strategies
--- @description Strategies, variants and segments of `assay.unleash`.

local rest = require("assay.internal.client")
local segment = require("assay.internal.segment")
local api = require("assay.internal.unleash_api")

local Client = {}

local SEGMENTS = api.ADMIN .. "/segments"

local function path_of(project, name, env_name)
  return api.environment(project, name, env_name) .. "/strategies"
end

local function strategy_path(project, name, env_name, id)
  return path_of(project, name, env_name) .. "/" .. segment(id)
end

--- The strategies of a feature in an environment.
function Client:strategies(project, name, env_name)
  local answer = api.get(self, path_of(project, name, env_name))
  if not answer then return json.array({}) end
  return #answer == 0 and answer.strategies or answer
end

--- A strategy, or nil.
function Client:strategy(project, name, env_name, id)
  return api.get(self, strategy_path(project, name, env_name, id))
end

--- Adds a strategy.
function Client:add_strategy(project, name, env_name, strategy)
  return api.send(self, "POST", path_of(project, name, env_name), strategy)
end

--- Replaces a strategy.
function Client:update_strategy(project, name, env_name, id, strategy)
  return api.send(self, "PUT", strategy_path(project, name, env_name, id), strategy)
end

--- Changes a strategy by a JSON Patch.
function Client:patch_strategy(project, name, env_name, id, operations)
  return api.send(self, "PATCH", strategy_path(project, name, env_name, id), rest.array(operations))
end

--- Removes a strategy. `opts.ignore_not_found`: one that is not there is no error.
function Client:delete_strategy(project, name, env_name, id, opts)
  return api.delete(self, strategy_path(project, name, env_name, id), opts)
end

--- Puts the strategies of a feature in an environment in order: a list of their ids.
function Client:sort_strategies(project, name, env_name, ids)
  if type(ids) ~= "table" then
    rest.fail("unleash.sort_strategies: the ids must be a list, got " .. type(ids))
  end
  local order = json.array({})
  for i, id in ipairs(ids) do order[i] = { id = id, sortOrder = i } end
  return api.send(self, "POST", path_of(project, name, env_name) .. "/set-sort-order", order)
end

local function variants_path(project, name, env_name)
  return api.environment(project, name, env_name) .. "/variants"
end

--- The variants of a feature in an environment.
function Client:variants(project, name, env_name)
  return api.get(self, variants_path(project, name, env_name), "variants")
end

--- Replaces the variants of a feature in an environment, where the server still has them: newer
--- ones refuse this (403) and have variants in strategies.
function Client:set_variants(project, name, env_name, variants)
  if type(variants) ~= "table" then
    rest.fail("unleash.set_variants: the variants must be a list, got " .. type(variants))
  end
  return api.send(self, "PUT", variants_path(project, name, env_name), rest.array(variants))
end

-- Segments

--- The segments.
function Client:segments() return api.get(self, SEGMENTS, "segments") end

--- A segment, or nil.
function Client:segment(id) return api.get(self, SEGMENTS .. "/" .. segment(id)) end

-- an empty list, too, is a list
local function checked(definition)
  return rest.copy(definition, { constraints = rest.array(definition.constraints) })
end

--- Creates a segment: `name`, `constraints`, `description`, `project`.
function Client:create_segment(definition)
  return api.send(self, "POST", SEGMENTS, checked(definition))
end

--- Replaces a segment.
function Client:update_segment(id, definition)
  return api.send(self, "PUT", SEGMENTS .. "/" .. segment(id), checked(definition))
end

--- Deletes a segment. `opts.ignore_not_found`.
function Client:delete_segment(id, opts)
  return api.delete(self, SEGMENTS .. "/" .. segment(id), opts)
end

return Client
