/** `CONFIG_NF_TABLES=m`: those that are built in or modules, without CONFIG_. */
export function parseKernelConfig(text: string): Set<string> {
  return new Set([...text.matchAll(/^CONFIG_(\w+)=[ym]$/gm)].map(([, name = '']) => name));
}
