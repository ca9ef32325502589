/** WebDAV by nginx: a record is a file, and the header X-Node proves who answers. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { serverOf } from '../server.ts';
import type { NodeApi } from './api.ts';

const NGINX = '/usr/sbin/nginx';

export const webdav: NodeApi = {
  name: 'WebDAV (nginx)',
  missing: () => {
    const { error, stderr } = spawnSync(NGINX, ['-V'], { encoding: 'utf8' });
    if (error !== undefined) return 'nginx is not installed';
    return stderr.includes('http_dav_module') ? undefined : 'nginx has no dav module';
  },
  install: (node, folder, port) => {
    const files = join(folder, 'files');
    for (const name of ['files', 'temp']) mkdirSync(join(folder, name), { recursive: true });
    const conf = join(folder, 'nginx.conf');
    writeFileSync(conf, configuration({ node, folder, port }));
    const args = ['-p', folder, '-c', conf, '-e', 'stderr'];
    return {
      server: serverOf({ command: NGINX, args, port }),
      path: '',
      keys: async () => readdirSync(files).sort(),
    };
  },
  keyOf: (index) => `file ${index} ü&%`,
  example: 'webdav',
  content: {
    changes: { record: { content: 'text' }, create: { body: { text: '{record}' } } },
    recordOf: (index) => ({ text: `number ${index} ü`, lines: [1, 2.5, null] }),
    read: async ({ server }, key) => {
      const url = `http://127.0.0.1:${server.port}/${encodeURIComponent(key)}`;
      return (await fetch(url)).json();
    },
  },
};

function configuration({
  node,
  folder,
  port,
}: {
  node: string;
  folder: string;
  port: number;
}): string {
  const temps = ['proxy', 'fastcgi', 'uwsgi', 'scgi'];
  // The user of tests owns the folder, and only root may choose another.
  const user = process.getuid?.() === 0 ? 'user root;' : '';
  return `
${user}
daemon off;
pid ${folder}/pid;
worker_processes 1;
error_log stderr crit;
events { worker_connections 256; }
http {
  access_log off;
  default_type text/plain;
  client_body_temp_path ${folder}/temp/body;
  ${temps.map((name) => `${name}_temp_path ${folder}/temp/${name};`).join(' ')}
  server {
    listen 127.0.0.1:${port};
    root ${folder}/files;
    add_header X-Node ${node} always;
    location / {
      dav_methods PUT DELETE;
      autoindex on;
      autoindex_format json;
    }
  }
}
`;
}
