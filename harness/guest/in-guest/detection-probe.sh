#!/bin/sh
# Prints what each known way tells of where this runs: its name and what it said; nothing where it said nothing.
say() {
	printf '%s %s\n' "$1" "$(printf '%s' "$2" | tr '\n\t' '  ')"
}
say detect-virt-container "$(systemd-detect-virt --container)"
say detect-virt-vm "$(systemd-detect-virt --vm)"
say manager "$(systemctl show --value -p Virtualization)"
say environment "$(tr '\0' '\n' </proc/1/environ | sed -n 's/^container=//p')"
say run-systemd-container "$(cat /run/systemd/container)"
[ -e /run/host ] && say run-host "$(ls /run/host)"
[ -e /.dockerenv ] && say dockerenv present
[ -e /run/.containerenv ] && say containerenv present
say cgroup "$(cat /proc/1/cgroup)"
say pid-namespace "$(readlink /proc/self/ns/pid)"
say scheduler "$(head -n 1 /proc/1/sched)"
say second-process "$(cat /proc/2/comm)"
say dmi "$(cat /sys/class/dmi/id/sys_vendor /sys/class/dmi/id/product_name)"
say processor "$(grep -m 1 -ow hypervisor /proc/cpuinfo)"
say processor-signature "$(lscpu | sed -n 's/^Hypervisor vendor: *//p')"
say hypervisor "$(cat /sys/hypervisor/type)"
say kernel-log "$(dmesg | grep -m 1 -oE 'Hypervisor detected: .*|paravirtualized kernel on .*')"
say end .
