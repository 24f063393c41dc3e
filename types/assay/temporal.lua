---@meta assay.temporal
-- Written by scripts/generate-types.ts from the declarations in src/ and stdlib/.

---@type assay.temporal
local M
return M
