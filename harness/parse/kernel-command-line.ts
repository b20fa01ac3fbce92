/**
 * Parameters whose values bear on figures and name nobody: of kernel-parameters(7), by subsystem. All others keep their
 * name alone, since a value can hold a serial number, an address, a key or a password.
 */
const PUBLIC = new RegExp(
  `^(?:${[
    'mitigations|nospectre_v[12]|no(?:pti|smt|kaslr|hz\\w*|watchdog|softlockup)|pti|kvm[\\w.-]*|spec\\w*|l1tf|mds|tsx\\w*|srbds',
    'retbleed|mmio_stale_data|gather_data_sampling|reg_file_data_sampling|ssbd|l1d_flush|spectre\\w*|srso|its',
    'isolcpus|rcu\\w*(?:\\.\\w+)?|irqaffinity|threadirqs|preempt|maxcpus|nr_cpus|possible_cpus|cpuidle[\\w.]*|idle',
    'intel_idle[\\w.]*|intel_pstate|amd_pstate|processor[\\w.]*|cpufreq[\\w.]*|clocksource|tsc|hpet|lpj|apic|x2apic',
    'transparent_hugepage|hugepages\\w*|default_hugepagesz|mem|numa\\w*|movable_node|swapaccount|zswap[\\w.]*|init_on_\\w+',
    'page_\\w+|slab\\w*|slub_\\w+|cgroup_\\w+|cgroup\\.memory|psi|loglevel|quiet|audit|security|lsm|apparmor|selinux|iommu',
    'intel_iommu|amd_iommu|rootfstype|reboot|panic|systemd\\.unified_cgroup_hierarchy|systemd\\.legacy_systemd_cgroup_controller',
  ].join('|')})$`,
);

/**
 * The kernel's command line for a record that gets published: `quiet root=… mitigations=off`. What follows `--` are
 * words for init, of any meaning, and left out.
 */
export function publicCommandLine(cmdline: string): string {
  const all = words(cmdline);
  const end = all.indexOf('--');
  return (end === -1 ? all : all.slice(0, end))
    .map((word) => {
      const [name = '', ...value] = word.split('=');
      if (value.length === 0 || PUBLIC.test(name)) return word;
      return `${name}=…`;
    })
    .join(' ');
}

/** A quoted value may hold blanks, as in `dyndbg="file a.c +p"` (kernel-parameters.rst). */
function words(cmdline: string): string[] {
  return cmdline.match(/(?:[^\s"]|"[^"]*"?)+/g) ?? [];
}
