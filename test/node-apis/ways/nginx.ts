/** Through nginx, which answers 404 where it has lost its route to a node. */
import { nginxMissing, startNginx } from '../../support/nginx.ts';
import type { Way } from '../stage.ts';

export const throughNginx: Way = {
  name: 'through nginx',
  missing: nginxMissing,
  open: async (nodes) => {
    const urls = [...nodes].map(([name, { server }]) => [name, `http://127.0.0.1:${server.port}`]);
    const nginx = await startNginx(Object.fromEntries(urls) as Record<string, string>);
    const { origin } = new URL(nginx.nodes.split(',')[0]?.split('=')[1] ?? '');
    return {
      address: (name) => ({ url: `${origin}/${name}${nodes.get(name)?.path}` }),
      lose: (node) => nginx.route({ without: [node], fallback: 'return 404;' }),
      regain: () => nginx.route(),
      [Symbol.asyncDispose]: () => Promise.resolve(nginx[Symbol.asyncDispose]()),
    };
  },
};
