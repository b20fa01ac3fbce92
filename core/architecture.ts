/** The architectures that images are made for, by Debian's names. */
export const architectures = ['amd64', 'arm64', 'riscv64'] as const;
export type Architecture = (typeof architectures)[number];

const byNodeName: Partial<Record<NodeJS.Architecture, Architecture>> = {
  x64: 'amd64',
  arm64: 'arm64',
  riscv64: 'riscv64',
};

/** By what Node calls it; `undefined` for one that twinboot makes no images for. */
export function architectureOf(nodeName: NodeJS.Architecture): Architecture | undefined {
  return byNodeName[nodeName];
}

/** Of the machine that twinboot runs on. */
export function hostArchitecture(): Architecture | undefined {
  return architectureOf(process.arch);
}
