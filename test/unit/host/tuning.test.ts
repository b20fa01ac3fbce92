import { describe, expect, it } from 'vitest';
import {
  hugePagesFinding,
  samePagesFinding,
  smtFinding,
  turboFinding,
  virtualizationFinding,
} from '../../../harness/host/checks/tuning.ts';

describe('what makes figures unsteady', () => {
  it('is two threads on a core', () => {
    expect(smtFinding('1')).toMatchObject({
      state: 'warning',
      fix: 'echo off | sudo tee /sys/devices/system/cpu/smt/control',
    });
    expect(smtFinding('0')).toEqual({ state: 'ok', found: 'off' });
    expect(smtFinding(undefined).state).toBe('ok');
  });

  it('is a frequency beyond the nominal one, by either driver', () => {
    const [noTurbo, boost] = [undefined, undefined];
    expect(turboFinding({ noTurbo: '0', boost }).fix).toBe(
      'echo 1 | sudo tee /sys/devices/system/cpu/intel_pstate/no_turbo',
    );
    expect(turboFinding({ noTurbo, boost: '1' }).fix).toBe(
      'echo 0 | sudo tee /sys/devices/system/cpu/cpufreq/boost',
    );
    expect(turboFinding({ noTurbo: '1', boost })).toEqual({ state: 'ok', found: 'off' });
    expect(turboFinding({ noTurbo, boost: '0' })).toEqual({ state: 'ok', found: 'off' });
    expect(turboFinding({ noTurbo, boost })).toEqual({ state: 'ok', found: 'not set by this host' });
  });

  it('is huge pages for all memory', () => {
    expect(hugePagesFinding('always').state).toBe('warning');
    for (const choice of ['madvise', 'never', undefined]) expect(hugePagesFinding(choice).state).toBe('ok');
  });

  it('is pages merged while they are measured', () => {
    expect(samePagesFinding('1').fix).toBe('echo 2 | sudo tee /sys/kernel/mm/ksm/run');
    for (const run of ['0', '2', undefined]) expect(samePagesFinding(run).state).toBe('ok');
  });

  it('is a host that is a virtual machine itself', () => {
    expect(virtualizationFinding({ virtualization: 'kvm' })).toMatchObject({
      state: 'warning',
      found: 'kvm',
    });
    expect(virtualizationFinding({ virtualization: 'none' }).state).toBe('ok');
  });

  it('is one that is emulated, all the more', () => {
    expect(virtualizationFinding({ virtualization: 'tcg' })).toMatchObject({
      state: 'warning',
      found: 'tcg (emulated)',
      reason: 'times measured here mean nothing, memory and counts hold',
    });
  });

  it('is what an older record says of it in the words of the maker', () => {
    expect(virtualizationFinding({ virtualization: 'QEMU Standard PC' }).found).toBe('QEMU Standard PC');
    expect(virtualizationFinding({}).state).toBe('ok');
  });
});
