---@meta assay.alertmanager
-- Written by scripts/generate-types.ts from the declarations in src/ and stdlib/.

---@type assay.alertmanager
local M
return M
