#!/bin/sh
# twinboot's agent: answers questions about the distribution that it runs in. It speaks once the unit that starts it
# is reached, then only when asked. Protocol: harness/guest/protocol.ts. POSIX shell, and of the distribution only
# what every Debian has: coreutils, grep and systemd's own tools.

PROTOCOL=2
# What the image sets for all its services (DefaultEnvironment=) has no part in an answer: locale, colours, pagers.
# The loader reads its own variables anew for every program.
unset LANGUAGE GREP_OPTIONS GREP_COLORS GREP_COLOR SYSTEMD_COLORS SYSTEMD_PAGER SYSTEMD_LESS PAGER SYSTEMD_LOG_LEVEL \
	SYSTEMD_LOG_TARGET LD_PRELOAD LD_LIBRARY_PATH LD_AUDIT LD_DEBUG POSIXLY_CORRECT SYSTEMD_OFFLINE TZ
LC_ALL=C
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export LC_ALL PATH
umask 022

# What a question's programs say on standard error, the loader's complaints among it, is no part of the answer.
ERRORS=/run/twinboot-agent.errors
# Not `:`, whose failing redirection would end the shell.
true 2>/dev/null >"$ERRORS" || ERRORS=/dev/null
MOST_ERRORS=20

# The channel: FIFOs in a bind-mounted folder (container); a virtio-serial port, Xen's second console, else the second
# serial port (VM).
open_channel() {
	if [ -p /run/twinboot/to-guest ]; then
		exec </run/twinboot/to-guest >/run/twinboot/from-guest
	elif [ -e /dev/virtio-ports/twinboot.agent ]; then
		# The port takes one opener at a time: open it once, for both directions.
		exec 3<>/dev/virtio-ports/twinboot.agent
		exec <&3 >&3 3>&-
	else
		port=/dev/ttyS1
		[ ! -e /sys/bus/xen/devices/console-1 ] || port=/dev/hvc1
		exec 3<>"$port"
		stty -F "$port" raw -echo
		exec <&3 >&3 3>&-
	fi
}

# CLOCK_MONOTONIC in nanoseconds, without starting a process. /proc/timer_list is exact; where it is hidden,
# /proc/uptime (CLOCK_BOOTTIME, the same in a guest that was never suspended) has a resolution of 10 ms.
now() {
	if [ -r /proc/timer_list ]; then
		while read -r a b c _; do
			if [ "$a $b" = "now at" ]; then
				clock="ns $c"
				return
			fi
		done </proc/timer_list
	fi
	read -r uptime _ </proc/uptime
	clock="s $uptime"
}

# Units: the manager's own timestamps, then every service that has a file and was loaded, and the targets that are
# milestones of a boot, each with what it starts after; and any other unit that failed, where the manager counts some. The
# manager collects some 300 properties for each unit shown, 30 ms on an emulated CPU: whatever nobody reads (sockets that
# did not fail, other targets, names without a file) is left out by the manager itself.
SHOWN=Id,Names,Description,LoadState,ActiveState,SubState,UnitFileState,Result,Type,MainPID,NRestarts,ConditionResult
SHOWN=$SHOWN,ConditionTimestampMonotonic,InactiveExitTimestampMonotonic,ActiveEnterTimestampMonotonic
SHOWN=$SHOWN,InactiveEnterTimestampMonotonic,CPUUsageNSec,After,Requires,Requisite,BindsTo,WantedBy,RequiredBy
MANAGER=Version,KernelTimestampMonotonic,UserspaceTimestampMonotonic,FinishTimestampMonotonic,NFailedUnits
units() {
	# Of an earlier answer that nobody asked for the unit files of: both would write into one file.
	[ -z "$unit_files_pid" ] || wait "$unit_files_pid"
	list_unit_files --root=/ >"$BESIDE.unit-files" 2>/dev/null &
	unit_files_pid=$!
	show_manager >"$BESIDE.manager" 2>/dev/null &
	manager_pid=$!
	systemctl show --all --state=loaded,masked,error,bad-setting,merged -p "$SHOWN" \
		'*.service' sysinit.target basic.target multi-user.target
	services=$?
	if wait "$manager_pid"; then manager=$(cat "$BESIDE.manager"); else manager=$(show_manager); fi
	printf '\nId=manager\n%s\n' "$manager"
	case $manager in
	*NFailedUnits=0*) ;;
	*) echo && systemctl show --state=failed -p "$SHOWN" '*' ;;
	esac
	return "$services"
}

# What is asked beside the units, on another CPU, lies here. Where that fails, it is asked for again, in turn.
BESIDE=/run/twinboot-agent
unit_files_pid=

show_manager() {
	systemctl show -p "$MANAGER"
}

# Unit files that are installed but were never loaded have no state to show: name them too. With --root= systemctl reads
# the files itself, as the manager would (both call unit_file_get_list()), and has done so by the time that the manager has
# answered `units`.
unit_files() {
	if [ -n "$unit_files_pid" ] && wait "$unit_files_pid"; then
		cat "$BESIDE.unit-files"
	else
		list_unit_files
	fi
	status=$?
	unit_files_pid=
	return "$status"
}

# A template is no service. The manager applies a pattern before it looks up a state; --type is applied to all that was
# looked up.
list_unit_files() {
	systemctl "$@" list-unit-files --no-legend --no-pager '*[!@].service'
}

# Why units did not start: the conditions that failed, of all units asked for in one process; no line of the journal.
status() {
	# The names are words: whoever asks sends none with blanks or patterns.
	# shellcheck disable=SC2086
	systemctl status --no-pager --full --lines=0 -- $1
}

# The same as the bus has it, a process for each: where the above does not tell. One line for each bus label asked for
# (the last part of the unit's object path, escaped by whoever asks).
conditions() {
	for label in $1; do
		printf '%s ' "$label"
		busctl --json=short get-property org.freedesktop.systemd1 "/org/freedesktop/systemd1/unit/$label" \
			org.freedesktop.systemd1.Unit Conditions || echo
	done
}

# Every process's control group, memory (smaps_rollup) and CPU time: one program reads all the files, since each
# process started here would disturb what is read. A name with a newline in it ends on another line of its stat.
processes() {
	grep -sH -E '^((Rss|Pss|Pss_Anon|Pss_File|Pss_Shmem|Private_Clean|Private_Dirty|Swap):|[0-9]+ \(|.*\) [A-Za-z] (-?[0-9]+ ){20}|0:|[0-9]+:name=systemd:)' \
		/proc/[0-9]*/smaps_rollup /proc/[0-9]*/stat /proc/[0-9]*/cgroup
}

answer() {
	case $1 in
	clock) now && echo "$clock" ;;
	units) units ;;
	unit-files) unit_files ;;
	status) status "$2" ;;
	conditions) conditions "$2" ;;
	processes) processes ;;
	meminfo) cat /proc/meminfo ;;
	kernel-milestones) dmesg | grep -F 'as init process' ;;
	exec) sh -c "$2" ;;
	poweroff) systemctl poweroff ;;
	*)
		echo "unknown question: $1"
		return 64
		;;
	esac
}

open_channel
now
echo "TWINBOOT $PROTOCOL READY $clock"
while read -r id question rest; do
	echo "BEGIN $id"
	answer "$question" "$rest" 2>"$ERRORS" </dev/null
	status=$?
	# The empty line keeps what follows apart from an answer whose last line has no end of its own.
	echo
	count=0
	while [ "$count" -lt "$MOST_ERRORS" ] && { read -r said || [ -n "$said" ]; }; do
		printf 'SAID %s %s\n' "$id" "$said"
		count=$((count + 1))
	done <"$ERRORS"
	printf 'END %s %s\n' "$id" "$status"
done
