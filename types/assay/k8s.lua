---@meta assay.k8s
-- Written by scripts/generate-types.ts from the declarations in src/ and stdlib/.

---@type assay.k8s
local M
return M
