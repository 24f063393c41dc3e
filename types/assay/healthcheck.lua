---@meta assay.healthcheck
-- Written by scripts/generate-types.ts from the declarations in src/ and stdlib/.

---@type assay.healthcheck
local M
return M
