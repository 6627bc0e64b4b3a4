import { readFileSync, writeFileSync, globSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import react from '@vitejs/plugin-react';
import type { Plugin } from 'vite';
import { defineConfig } from 'vite';

const WORTH_PACKING = /\.(js|css|svg)$/;
/** Of 11; the last two take many times as long for a few percent. */
const BROTLI_QUALITY = 9;

/** Packed once here instead of for every request. */
function packed(): Plugin {
  return {
    name: 'duizhang-packed',
    writeBundle({ dir = 'dist' }) {
      for (const name of globSync('assets/*', { cwd: dir }).filter((each) => WORTH_PACKING.test(each))) {
        const bytes = readFileSync(join(dir, name));
        writeFileSync(join(dir, `${name}.gz`), gzipSync(bytes, { level: 9 }));
        const params = { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY };
        writeFileSync(join(dir, `${name}.br`), brotliCompressSync(bytes, { params }));
      }
    },
  };
}

export default defineConfig({
  root: import.meta.dirname,
  // What a page may run is named by its policy: scripts of its own files alone, styles that carry the answer's nonce.
  html: { cspNonce: '__CSP_NONCE__' },
  plugins: [react(), packed()],
  build: {
    target: 'es2023',
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1500,
    reportCompressedSize: false,
    // The fallback for old browsers is an inline script.
    modulePreload: { polyfill: false },
  },
  // For work on the console: DUIZHANG_API=http://127.0.0.1:8420 npx vite console
  server: {
    proxy: Object.fromEntries(
      ['/api', '/openapi.json', '/docs'].map((path) => [
        path,
        { target: process.env['DUIZHANG_API'] ?? 'http://127.0.0.1:8420' },
      ]),
    ),
  },
});
