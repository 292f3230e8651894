import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'vitest/config'

// `npm run dev` serves the pages with reload and passes what they ask for on to a running `cityloop run console`.
const api = process.env['CITYLOOP_CONSOLE'] ?? 'http://127.0.0.1:8080'

export default defineConfig({
  plugins: [svelte()],
  build: { target: 'es2023', assetsInlineLimit: 0, modulePreload: { polyfill: false }, reportCompressedSize: false },
  server: { proxy: { '/v1': api } },
  test: { include: ['src/**/*.test.ts'], environment: 'node' },
})
