#!/bin/sh
# Prints how cleanly this distribution has booted: the manager's state, units that a condition kept from starting, the
# failed ones of any type, the critical chain, and what the journal has of priority err and worse, the last 500 lines.
printf 'state %s\n' "$(systemctl is-system-running)"
systemctl --failed --plain --no-legend --no-pager --all | sed 's/ .*//; s/^/failed /'
systemctl show --all -p Id,ConditionResult,ConditionTimestampMonotonic '*.service' '*.mount' '*.automount' '*.socket' '*.path' \
	'*.timer' '*.target' '*.swap' '*.slice' |
	awk -F= '
		$1 == "Id" { id = $2 }
		$1 == "ConditionResult" { result = $2 }
		$1 == "ConditionTimestampMonotonic" { time = $2 }
		$0 == "" { show() }
		END { show() }
		function show() { if (id != "" && result == "no" && time + 0 > 0) print "skipped " id; id = "" }
	'
LC_ALL=C SYSTEMD_COLORS=0 systemd-analyze critical-chain --no-pager | sed -n 's/^ *`-//; s/^\([^ ]\{1,\} @.*\)/chain \1/p'
if journalctl -b -q -n 0; then
	journalctl -b -q --no-pager -p err -n 500 -o short-monotonic | sed 's/^/journal /'
else
	echo no-journal
fi
echo end
