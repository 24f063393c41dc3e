---@meta assay.velero
-- Written by scripts/generate-types.ts from the declarations in src/ and stdlib/.

---@type assay.velero
local M
return M
