---@meta assay.unleash
-- Written by scripts/generate-types.ts from the declarations in src/ and stdlib/.

---@type assay.unleash
local M
return M
