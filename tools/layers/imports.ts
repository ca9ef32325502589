/**
 * Reads what a TypeScript file imports, values and types alike: static and dynamic imports,
 * re-exports, `import('x').T` in types, `import x = require('x')`.
 */
import { type EcmaScriptModule, type ParseResult, parseSync, Visitor } from 'oxc-parser';

/** `request` is undefined if the name is computed, and so unknown. */
export interface Import {
  readonly request: string | undefined;
  /**
   * It leaves nothing at run time. `import { type X }` leaves `import {}`, which loads the file.
   */
  readonly isErased: boolean;
  /** Counted from 1. */
  readonly line: number;
}

/** Throws on a file that does not parse: its imports must not go unchecked. */
export function readImports(path: string, text: string): readonly Import[] {
  const result = parseSync(path, text);
  const fault = result.errors.find((error) => error.severity === 'Error');
  if (fault !== undefined) throw new Error(`${path} does not parse: ${fault.message}`);
  const found = [
    ...staticRequests(result.module, text),
    ...result.module.dynamicImports.map(({ moduleRequest: { start, end } }) => ({
      request: literal(text.slice(start, end)),
      isErased: false,
      start,
    })),
    ...typeRequests(result),
  ];
  return found.map(({ start, ...rest }) => ({ ...rest, line: lineAt(text, start) }));
}

type Found = Omit<Import, 'line'> & { readonly start: number };

function staticRequests(module: EcmaScriptModule, text: string): readonly Found[] {
  const imports = module.staticImports.map(({ start, moduleRequest }) => ({
    start,
    moduleRequest,
  }));
  const exports = module.staticExports.map(({ start, entries }) => ({
    start,
    moduleRequest: entries.find((entry) => entry.moduleRequest !== null)?.moduleRequest,
  }));
  return [...imports, ...exports].flatMap(({ start, moduleRequest }) => {
    if (!moduleRequest) return [];
    const isErased = /^(import|export)\s+type\b(?!\s*(,|from\b))/.test(text.slice(start));
    return { request: moduleRequest.value, isErased, start };
  });
}

function typeRequests(result: ParseResult): readonly Found[] {
  const found: Found[] = [];
  new Visitor({
    TSImportType: ({ source }) => {
      found.push({ request: source.value, isErased: true, start: source.start });
    },
    TSExternalModuleReference: ({ expression }) => {
      found.push({ request: expression.value, isErased: false, start: expression.start });
    },
  }).visit(result.program);
  return found;
}

function literal(source: string): string | undefined {
  return /^(['"`])([^'"`$\\]*)\1$/.exec(source)?.[2];
}

function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}
