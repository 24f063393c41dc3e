---@meta assay.postgres
-- Written by scripts/generate-types.ts from the declarations in src/ and stdlib/.

---@type assay.postgres
local M
return M
