---@meta assay.argocd
-- Written by scripts/generate-types.ts from the declarations in src/ and stdlib/.

---@type assay.argocd
local M
return M
