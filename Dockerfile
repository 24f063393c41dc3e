# The image: one binary, the libraries it needs, certificates; no shell, not root, nothing to write
# but /tmp. `scripts/rootfs.ts` assembles it, here and in the tests.
#
#   docker build --build-arg COMMIT="$(git rev-parse --short=12 HEAD)" -t assay .

FROM node:24-bookworm-slim AS build
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
# as scripts/ensure-install.mjs does: npm may be set up not to run install scripts, and Bun's, run twice, would fetch Bun again
RUN npm ci && (node_modules/.bin/bun --version || node node_modules/bun/install.js)
COPY . .
ARG COMMIT=""
RUN ASSAY_COMMIT="$COMMIT" npm run build && node_modules/.bin/bun scripts/rootfs.ts /rootfs

FROM scratch
COPY --from=build /rootfs /
ENV PATH=/usr/bin
USER 65532:65532
ENTRYPOINT ["assay"]
