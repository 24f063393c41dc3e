--- @module assay.internal.postgres_sql
--- @description Names, texts and privileges in SQL, for `assay.postgres`.

local rest = require("assay.internal.client")

local sql = {}

--- A name as SQL identifier.
function sql.ident(s)
  if type(s) ~= "string" then rest.fail("postgres: a name must be a string, not " .. type(s)) end
  if s:find("\0", 1, true) then rest.fail("postgres: a name holds a NUL byte") end
  return '"' .. s:gsub('"', '""') .. '"'
end

--- A text as SQL literal, whatever `standard_conforming_strings` is.
function sql.literal(s)
  if s:find("\0", 1, true) then rest.fail("postgres: a text holds a NUL byte") end
  local quoted = "'" .. s:gsub("'", "''") .. "'"
  if not quoted:find("\\", 1, true) then return quoted end
  return "E" .. (quoted:gsub("\\", "\\\\"))
end

local PRIVILEGES = {
  DATABASE = "ALL,ALL PRIVILEGES,CREATE,CONNECT,TEMPORARY,TEMP",
  SCHEMA = "ALL,ALL PRIVILEGES,CREATE,USAGE",
  ["ALL TABLES IN SCHEMA"] =
    "ALL,ALL PRIVILEGES,SELECT,INSERT,UPDATE,DELETE,TRUNCATE,REFERENCES,TRIGGER,MAINTAIN",
  ["ALL SEQUENCES IN SCHEMA"] = "ALL,ALL PRIVILEGES,USAGE,SELECT,UPDATE",
  ["ALL FUNCTIONS IN SCHEMA"] = "ALL,ALL PRIVILEGES,EXECUTE",
}

--- A list of privileges; anything that is no privilege of the kind is refused.
function sql.privileges(privileges, kind)
  local list = {}
  for part in (privileges or "ALL PRIVILEGES"):gmatch("[^,]+") do
    local name = part:match("^%s*(.-)%s*$"):upper():gsub("%s+", " ")
    if not ("," .. PRIVILEGES[kind] .. ","):find("," .. name .. ",", 1, true) then
      rest.fail(("postgres: '%s' is no privilege of a %s"):format(name, kind:lower()))
    end
    list[#list + 1] = name
  end
  if #list == 0 then rest.fail("postgres: no privileges") end
  return table.concat(list, ", ")
end

return sql
