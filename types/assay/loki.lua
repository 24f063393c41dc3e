---@meta assay.loki
-- Written by scripts/generate-types.ts from the declarations in src/ and stdlib/.

---@type assay.loki
local M
return M
