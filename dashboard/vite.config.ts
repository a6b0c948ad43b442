/** Builds the dashboard into static files; in development, passes the net's routes on to a gateway. */
import adapter from '@sveltejs/adapter-static';
import { sveltekit } from '@sveltejs/kit/vite';
import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vite';
import { compilerTarget, readByOldest } from './oldest-browser.ts';
import { withPortableShell } from './portable-shell.ts';

/** The oldest browser that the dashboard serves: WeChat's WebView on phones of five years ago. */
const oldestBrowser = 'chrome87';

// ONENET_GATEWAY: where a gateway listens while developing.
const gateway = process.env['ONENET_GATEWAY'] ?? 'http://127.0.0.1:4000';

export default defineConfig({
  plugins: [
    sveltekit({
      // One shell for every address: the router in the browser decides what it shows.
      adapter: withPortableShell(
        adapter({ pages: 'build', fallback: 'index.html', precompress: true, strict: false }),
        fileURLToPath(new URL('build/index.html', import.meta.url)),
      ),
      inlineStyleThreshold: 0,
      // In the page itself, where the hash of the router's own start is known; who may frame it, the gateway says.
      csp: {
        mode: 'hash',
        directives: {
          'default-src': ['self'],
          'script-src': ['self'],
          // Charts and the editor write styles; what could be done by one, without a script, leads nowhere.
          'style-src': ['self', 'unsafe-inline'],
          'img-src': ['self', 'data:'],
          'object-src': ['none'],
          'base-uri': ['none'],
          'form-action': ['self'],
        },
      },
    }),
    flatScopes(),
    readByOldest(),
  ],
  worker: { format: 'es', plugins: () => [readByOldest()] },
  build: {
    target: compilerTarget,
    cssTarget: oldestBrowser,
    // Large chunks are loaded on their own: ECharts after the figures, the editors on the page for developers,
    // what writes workbooks when somebody takes one.
    chunkSizeWarningLimit: 1000,
    rolldownOptions: {
      output: {
        // Small files that many pages share travel together: over a slow line each of its own costs a way more.
        codeSplitting: {
          groups: [
            {
              name: 'shared',
              test: /dashboard[\\/]src[\\/]lib[\\/](?!charts)/,
              minShareCount: 20,
              entriesAware: true,
              entriesAwareMergeThreshold: 2500,
            },
          ],
        },
      },
    },
  },
  server: {
    proxy: Object.fromEntries(
      ['/graphql', '/live', '/briefs', '/session', '/oauth', '/q', '/.well-known'].map((path) => [
        path,
        gateway,
      ]),
    ),
  },
});

/** Svelte scopes descendants with `:where(…)`, for which Chrome 87 drops the whole rule. */
function flatScopes(): Plugin {
  return {
    name: 'onenet-flat-scopes',
    generateBundle(_options, bundle) {
      for (const file of Object.values(bundle)) {
        if (file.type !== 'asset' || !file.fileName.endsWith('.css')) continue;
        file.source = file.source.toString().replaceAll(/:where\((\.svelte-[\w-]+)\)/g, '$1');
      }
    },
  };
}
