# Builds from a clean checkout: docker build -t towpath .
FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY tsconfig.json ./
COPY controller ./controller
# What is only read by compilers, browsers, debuggers and other systems does not go into the image.
RUN npm run build \
    && npm prune --omit=dev --ignore-scripts \
    && rm -rf node_modules/.package-lock.json \
    && find dist node_modules -type f \( -name '*.map' -o -name '*.d.ts' -o -name '*.d.mts' -o -name '*.d.cts' \) -delete \
    && find node_modules -type d \( -name dist-es -o -name dist-types \) -path '*/@*' -prune -exec rm -rf {} + \
    && find node_modules -type d -path '*/prebuilds/*' ! -name 'linux-*' -prune -exec rm -rf {} + \
    && find node_modules -type d -empty -delete

FROM node:24-bookworm-slim
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="towpath" \
      org.opencontainers.image.description="GitOps release controller: walks every release along its path to production" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
# Package managers are not needed at run time, and are something to attack.
RUN rm -rf /usr/local/lib/node_modules /opt/yarn* \
    /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack /usr/local/bin/yarn /usr/local/bin/yarnpkg
# The user has no entry in /etc/passwd; without a HOME the AWS SDK fails when it looks for its configuration there.
ENV NODE_ENV=production \
    HOME=/nonexistent
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist/controller ./dist/controller
# What `towpath standalone` installs in its embedded API, and what `towpath init --with-ci` writes.
COPY crds ./crds
COPY examples/ci ./examples/ci
# Writes only to TOWPATH_CACHE (controller) or --data (standalone): the root file system may be read-only.
USER 65532:65532
EXPOSE 8080
ENTRYPOINT ["node", "/app/dist/controller/main.js"]
CMD ["controller"]
