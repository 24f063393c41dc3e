--- @module assay.internal.unleash_features
--- @description Features of `assay.unleash`: one, many, archived, tagged, carried elsewhere.

local rest = require("assay.internal.client")
local segment = require("assay.internal.segment")
local api = require("assay.internal.unleash_api")

local Client = {}

local A = api.ADMIN
local PAGE = 100

--- The features of a project.
function Client:features(project) return api.get(self, api.project(project) .. "/features", "features") end

--- A feature, or nil.
function Client:feature(project, name) return api.get(self, api.feature(project, name)) end

--- Creates a feature.
function Client:create_feature(project, feature)
  return api.send(self, "POST", api.project(project) .. "/features", feature)
end

--- Replaces the settings of a feature.
function Client:update_feature(project, name, feature)
  return api.send(self, "PUT", api.feature(project, name), feature)
end

--- Changes a feature by a JSON Patch.
function Client:patch_feature(project, name, operations)
  return api.send(self, "PATCH", api.feature(project, name), rest.array(operations))
end

--- Creates a feature with the strategies of another. `opts.replaceGroupId` (true).
function Client:clone_feature(project, name, new_name, opts)
  return api.send(self, "POST", api.feature(project, name) .. "/clone", {
    name = new_name, replaceGroupId = opts and opts.replaceGroupId,
  })
end

--- Archives a feature. `opts.ignore_not_found`: one that is not there is no error.
function Client:archive_feature(project, name, opts)
  return api.delete(self, api.feature(project, name), opts)
end

local function toggle(self, project, name, env_name, state)
  local path = api.environment(project, name, env_name) .. "/" .. state
  return api.send(self, "POST", path, json.object({}))
end

--- Turns a feature on in an environment.
function Client:toggle_on(project, name, env_name) return toggle(self, project, name, env_name, "on") end

--- Turns a feature off in an environment.
function Client:toggle_off(project, name, env_name) return toggle(self, project, name, env_name, "off") end

local function many(self, project, action, names, more)
  local body = rest.copy(more, { features = rest.array(names) })
  return api.send(self, "POST", api.project(project) .. "/" .. action, body)
end

--- Turns several features on in an environment.
function Client:toggle_all_on(project, env_name, names)
  return many(self, project, ("bulk_features/environments/%s/on"):format(segment(env_name)), names)
end

--- Turns several features off in an environment.
function Client:toggle_all_off(project, env_name, names)
  return many(self, project, ("bulk_features/environments/%s/off"):format(segment(env_name)), names)
end

--- Marks features as stale, or with false as not.
function Client:mark_stale(project, names, is_stale)
  return many(self, project, "stale", names, { stale = is_stale ~= false })
end

--- Archives several features.
function Client:archive_features(project, names) return many(self, project, "archive", names) end

--- Brings archived features back.
function Client:revive_features(project, names) return many(self, project, "revive", names) end

--- Deletes archived features for good.
function Client:delete_features(project, names) return many(self, project, "delete", names) end

--- The archived features of a project.
function Client:archived_features(project)
  local found = json.array({})
  repeat
    local page = api.get(self, rest.with_query(A .. "/search/features", {
      { "project", "IS:" .. project }, { "archived", "IS:true" }, { "limit", PAGE },
      { "offset", #found },
    }))
    -- what servers before 5.8 have
    if not page then return api.get(self, A .. "/archive/features/" .. segment(project), "features") end
    local items = page.features or {}
    table.move(items, 1, #items, #found + 1, found)
  until #items == 0 or #found >= (page.total or 0)
  return found
end

--- The types of features that there are.
function Client:feature_types() return api.get(self, A .. "/feature-types", "types") end

-- Tags

local function tags_path(name) return A .. "/features/" .. segment(name) .. "/tags" end

--- The tags of a feature: `{ type, value }`.
function Client:feature_tags(name) return api.get(self, tags_path(name), "tags") end

--- Tags a feature; `tag_type` is `simple` unless given.
function Client:add_feature_tag(name, value, tag_type)
  return api.send(self, "POST", tags_path(name), { type = tag_type or "simple", value = value })
end

--- Takes a tag from a feature. `opts.ignore_not_found`.
function Client:remove_feature_tag(name, value, tag_type, opts)
  local path = ("%s/%s/%s"):format(tags_path(name), segment(tag_type or "simple"), segment(value))
  return api.delete(self, path, opts)
end

-- From one server to another

--- Features with their strategies in an environment: `opts.features` (names), `opts.tag` or
--- `opts.project`.
function Client:export_features(env_name, opts)
  opts = opts or {}
  return api.send(self, "POST", A .. "/features-batch/export", {
    environment = env_name, features = opts.features, tag = opts.tag, project = opts.project,
  })
end

--- Takes over what `export_features` gave. Needs a personal access token or a service account's.
function Client:import_features(project, env_name, data)
  return api.send(self, "POST", A .. "/features-batch/import", {
    project = project, environment = env_name, data = data,
  })
end

return Client
