import { beforeAll } from 'vitest';
import { describeHostileImages, hostileRuntimes } from '../integration/hostile-images.ts';
import { twinboot } from '../support/terminal.ts';
import { emulated } from './emulated.ts';

beforeAll(async () => {
  await twinboot(['image', 'build']);
});

// Here the device rules are a BPF program's, and podman has user namespaces.
describeHostileImages(hostileRuntimes, emulated);
