---@meta assay.grafana
-- Written by scripts/generate-types.ts from the declarations in src/ and stdlib/.

---@type assay.grafana
local M
return M
