/** The package.json of the client's package. */

export interface RootManifest {
  readonly version: string;
  readonly license: string;
  readonly dependencies: Readonly<Record<string, string>>;
}

/** With binaries, so it cannot be bundled. */
const DEPENDENCIES = ['zeromq'];

/** @param node the oldest version of Node.js that the package runs on */
export function manifest({ version, license, dependencies }: RootManifest, node: string) {
  const needed = DEPENDENCIES.map((name) => [name, dependencies[name]] as const);
  return {
    name: 'lockstep-client',
    version,
    description: 'The client of lockstepd, the daemon that keeps a record in step on every node.',
    license,
    type: 'commonjs',
    main: './index.js',
    types: './index.d.ts',
    exports: {
      '.': {
        import: { types: './index.d.mts', default: './index.mjs' },
        require: { types: './index.d.ts', default: './index.js' },
      },
      './package.json': './package.json',
    },
    engines: { node: `>=${node}` },
    dependencies: Object.fromEntries(needed),
  };
}
