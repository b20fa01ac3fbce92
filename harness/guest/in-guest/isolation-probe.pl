#!/usr/bin/perl
# isolation-probe.pl [shared]: prints what a process of root's can see and reach in here, a fact a line. Changes nothing: files are opened and closed at
# once, one value is written back as it was read, and a user namespace is made by a child that ends in it.
use strict;
use warnings;
use Fcntl;

my $began = time;
my $WAIT = O_NONBLOCK | O_NOCTTY;
sub lines { open(my $file, '<', $_[0]) or return (); my @lines = <$file>; chomp @lines; return @lines }
sub first { my ($line) = lines(@_); return $line // '' }
sub opens { return sysopen(my $file, $_[0], $_[1] | $WAIT) ? 0 : $! + 0 }
sub say_all { my $key = shift; print "$key $_\n" for @_ }

say_all('status', grep { /^(Uid|Cap\w+|NoNewPrivs|Seccomp):/ } lines('/proc/1/status'));
say_all('uid-map', lines('/proc/1/uid_map'));
say_all('namespace', map { readlink("/proc/1/ns/$_") // () } qw(cgroup ipc mnt net pid time user uts));
say_all('lsm', first('/proc/1/attr/current') =~ tr/\0//dr);
say_all('processes', scalar(() = glob '/proc/[0-9]*'));
say_all('kernel-threads', first('/proc/2/comm') eq 'kthreadd' ? 1 : 0);
say_all('uptime', split ' ', first('/proc/uptime') =~ s/ .*//r);
say_all('load', first('/proc/loadavg'));
say_all('memory', map { /^MemTotal: +(\d+)/ ? $1 : () } lines('/proc/meminfo'));
say_all('release', first('/proc/sys/kernel/osrelease'));
say_all('build', first('/proc/sys/kernel/version'));
my $machine = (split ' ', `uname -m`)[0];
say_all('machine', $machine);
say_all('modules-disabled', first('/proc/sys/kernel/modules_disabled'));
my @mounts = lines('/proc/1/mountinfo');
say_all('mounts', scalar @mounts);

# Opening a node without a driver makes the kernel load its module: the host's, from a container. Every minor of the misc
# devices (10) has a driver of its own; minors of other majors may be in no list, as those of terminals.
my %major = map { /^ *(\d+) / ? ($1 => 1) : () } lines('/proc/devices');
sub driven {
	my ($kind, $number) = @_;
	my ($major, $minor) = ($number >> 8 & 0xfff, $number & 0xff | $number >> 12 & 0xfff00);
	return -e "/sys/dev/$kind/$major:$minor" || $kind eq 'char' && $major != 10 && $major{$major};
}
# A watchdog that is opened begins to bark, a serial line that is opened signals to its other end.
sub devices {
	my ($folder) = @_;
	opendir(my $handle, $folder) or return;
	for my $path (map { "$folder/$_" } grep { !/^\.\.?$/ } readdir $handle) {
		my @status = lstat $path or next;
		if (-d _) { devices($path); next }
		next unless -c _ && driven('char', $status[6]) || -b _ && driven('block', $status[6]);
		next if $path =~ m{/(watchdog\d*|ttyS\d+|ttyAMA\d+|hvc\d+|vport\w+|st\d+|nst\d+|ptmx)$};
		print "device $path ", opens($path, O_RDONLY), "\n";
	}
}
devices('/dev');

# Where something else is mounted it is left alone: an automount would be set off.
my %refused;
my $is_cut = 0;
sub writable {
	my ($folder, $device) = @_;
	if (time - $began > 3) { $is_cut = 1; return }
	opendir(my $handle, $folder) or return;
	for my $path (map { "$folder/$_" } grep { !/^\.\.?$/ } readdir $handle) {
		my @status = lstat $path or next;
		next if $status[0] != $device;
		if (-d _) { writable($path, $device); next }
		next unless -f _ && $status[2] & 0222;
		my $error = opens($path, O_WRONLY | O_NOFOLLOW);
		if ($error) { $refused{$error}++ } else { print "writable $path\n" }
	}
}
# Of a kernel of its own they say nothing of the host.
for my $folder ((shift // '') eq 'shared' ? ('/proc/sys', '/sys') : ()) { my @status = stat $folder; writable($folder, $status[0]) if @status }
print "refused $_ $refused{$_}\n" for sort keys %refused;
print "cut 1\n" if $is_cut;

sub probe { my ($name, $path, $mode) = @_; print "probe $name ", -e $path ? opens($path, $mode) : 'absent', "\n" }
probe('core-pattern', '/proc/sys/kernel/core_pattern', O_WRONLY);
probe('modprobe-path', '/proc/sys/kernel/modprobe', O_WRONLY);
probe('sysrq-trigger', '/proc/sysrq-trigger', O_WRONLY);
probe('uevent-helper', '/sys/kernel/uevent_helper', O_WRONLY);
probe('binfmt-misc', (grep { / - binfmt_misc / } @mounts) ? '/proc/sys/fs/binfmt_misc/register' : '/nowhere', O_WRONLY);
probe('kcore', '/proc/kcore', O_RDONLY);
probe('kmsg', -c '/dev/kmsg' ? '/dev/kmsg' : '/nowhere', O_RDONLY);
probe('mem', '/dev/mem', O_RDONLY);
# SYSLOG_ACTION_SIZE_BUFFER: whoever may ask for the size may read the log.
my ($syslog) = { x86_64 => 103, aarch64 => 116 }->{$machine};
print 'probe syslog ', syscall($syslog, 10, 0, 0) < 0 ? $! + 0 : 0, "\n" if defined $syslog;
my ($agent) = grep { -e } map { (split ' ')[4] . '/release_agent' } grep { / - cgroup / } @mounts;
probe('release-agent', $agent // '/nowhere', O_WRONLY);
my ($socket) = grep { -S } map { "/run/$_" } qw(docker.sock podman/podman.sock containerd/containerd.sock crio/crio.sock);
print 'probe manager-socket ', defined $socket ? -w $socket ? 0 : 13 : 'absent', "\n";

# The value of the whole kernel that is written back: what is written is what was read.
sub write_back {
	my ($path) = @_;
	my $value = first($path);
	return 'absent' if $value eq '';
	sysopen(my $file, $path, O_WRONLY) or return $! + 0;
	return syswrite($file, $value) ? 0 : $! + 0;
}
print 'write-back ', write_back('/proc/sys/vm/swappiness'), "\n";

my ($unshare) = { x86_64 => 272, aarch64 => 97 }->{$machine};
if (defined $unshare && defined(my $child = fork)) {
	if ($child == 0) { my $result = syscall($unshare, 0x10000000) < 0 ? $! + 0 : 0; require POSIX; POSIX::_exit($result) }
	waitpid $child, 0;
	print 'user-namespace ', $? & 127 ? 'killed' : $? >> 8, "\n";
}
print "end\n";
