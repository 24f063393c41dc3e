---@meta assay.prometheus
-- Written by scripts/generate-types.ts from the declarations in src/ and stdlib/.

---@type assay.prometheus
local M
return M
