/** Parts that belong together share a hue: what runs the instance, the kernels, files, services, and the rest. */
const partColors: Record<string, string> = {
  manager: 'boot0',
  'translation-cache': 'boot1',
  hypervisor: 'boot2',
  // In records of before it was told apart.
  'guest-kernel': 'kernel0',
  'guest-kernel-image': 'kernel0',
  'guest-struct-pages': 'kernel2',
  'guest-slab': 'kernel3',
  'guest-page-tables': 'kernel5',
  'guest-kernel-other': 'kernel4',
  'host-kernel': 'kernel1',
  'guest-page-cache': 'files0',
  'page-cache': 'files1',
  tmpfs: 'files2',
  'duplicated-services': 'user0',
  'other-services': 'user2',
  agent: 'agent0',
  'free-touched': 'rest0',
  merged: 'rest3',
  swapped: 'rest4',
  'charged-ahead': 'rest2',
  unexplained: 'rest1',
};

/** The colour of a part by its metric id, `memory.manager`; one that this version does not know is grey. */
export function partColor(metric: string): string {
  return partColors[metric.slice(metric.indexOf('.') + 1)] ?? 'rest0';
}
