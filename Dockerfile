# syntax=docker/dockerfile:1
# One image for pipeline, api, simulator and the command line; what runs is said by the command (docker-compose.yml).
FROM node:26.10.0-bookworm-slim AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts --omit=optional
COPY . .
RUN node_modules/.bin/vite build console && node tools/dist.mjs --out /build/dist

FROM node:26.10.0-bookworm-slim AS packages
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts --omit=dev --omit=optional

FROM node:26.10.0-bookworm-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=packages /build/node_modules ./node_modules
COPY --from=build /build/dist ./
COPY deploy/duizhang.sh /usr/local/bin/duizhang
# The folder of keys and bills belongs to the user that the processes run as; a new volume takes that over.
RUN mkdir -p /data && chown node:node /data
USER node
ENV DUIZHANG_DATA=/data
VOLUME /data
# SIGTERM lets a process finish what it has begun; a second one forces it.
STOPSIGNAL SIGTERM
CMD ["node", "cli/main.js", "--help"]
