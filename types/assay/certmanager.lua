---@meta assay.certmanager
-- Written by scripts/generate-types.ts from the declarations in src/ and stdlib/.

---@type assay.certmanager
local M
return M
