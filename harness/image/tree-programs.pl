#!/usr/bin/perl
# tree-programs.pl ARCHITECTURE TREE BASE SIZE GROUPS COMMAND [ARGUMENT...]: runs a program of a tree that somebody else has
# written, with the tree as its root and nothing of the host's in reach. It is root of a user namespace whose ids 0 to SIZE
# are the host's from BASE on, sees its tree through an id-mapped mount, and has no network, no devices but null, zero and
# random, and no capability that a first boot's work on files does not need. GROUPS: the control groups that it enters,
# folders separated by colons. Ends with the program's own exit code, and with 125 where it could not begin.
use strict;
use warnings;

my ($architecture, $tree, $base, $size, $groups, @command) = @ARGV;
$SIG{__DIE__} = sub { print STDERR "tree-programs.pl: $_[0]"; exit 125 };
die "a number is missing\n" unless @command && $base =~ /^\d+$/ && $size =~ /^\d+$/;

# asm/unistd.h; what came with Linux 5.1 and later has the same number everywhere.
my %numbers = (
	x64   => { mount => 165, pivot_root => 155, umount2 => 166, prctl => 157, unshare => 272 },
	arm64 => { mount => 40, pivot_root => 41, umount2 => 39, prctl => 167, unshare => 97 },
);
my $own = $numbers{$architecture} or die "$architecture is not known\n";
my %number = (%$own, open_tree => 428, move_mount => 429, close_range => 436, mount_setattr => 442);

# sched.h, linux/mount.h, linux/prctl.h, fcntl.h.
my %new = (mount => 0x20000, cgroup => 0x2000000, uts => 0x4000000, ipc => 0x8000000, user => 0x10000000,
	pid => 0x20000000, network => 0x40000000);
my ($MS_NOSUID, $MS_NODEV, $MS_NOEXEC, $MS_BIND, $MS_REC, $MS_PRIVATE) = (2, 4, 8, 4096, 16384, 1 << 18);
my $MNT_DETACH = 2;
my ($AT_FDCWD, $AT_EMPTY_PATH, $OPEN_TREE_CLONE, $OPEN_TREE_CLOEXEC) = (-100, 0x1000, 1, 0x80000);
my $MOVE_MOUNT_F_EMPTY_PATH = 4;
my ($MOUNT_ATTR_NOSUID, $MOUNT_ATTR_NODEV, $MOUNT_ATTR_IDMAP) = (2, 4, 0x100000);
my ($PR_SET_PDEATHSIG, $PR_CAPBSET_DROP, $PR_SET_NO_NEW_PRIVS) = (1, 24, 38);
my $SIGKILL = 9;

# linux/capability.h: CHOWN, DAC_OVERRIDE, FOWNER, FSETID, SETGID and SETUID stay. The kernel refuses the first unknown one.
my %kept = map { $_ => 1 } (0, 1, 3, 4, 6, 7);

sub call {
	my ($name, @arguments) = @_;
	my $result = syscall($number{$name}, @arguments);
	die "$name: $!\n" if $result < 0;
	return $result;
}

sub mount {
	my ($source, $target, $type, $flags, $data) = @_;
	call('mount', $source, $target, $type, $flags, $data // '');
}

# A line from one process to another, which waits for it.
sub said { defined readline($_[0]) or die "$_[1]\n" }

for my $group (split /:/, $groups) {
	open(my $processes, '>', "$group/cgroup.procs") or die "$group: $!\n";
	syswrite($processes, '0') or die "$group: $!\n";
}

call('unshare', $new{mount});
mount('none', '/', '', $MS_REC | $MS_PRIVATE);

pipe(my $ready, my $is_ready) or die "pipe: $!\n";
pipe(my $go, my $may_go) or die "pipe: $!\n";
my $child = fork() // die "fork: $!\n";
if ($child == 0) {
	close $ready;
	close $may_go;
	enter();
}
close $is_ready;
close $go;
said($ready, 'no user namespace could be made');
for my $kind ('uid_map', 'gid_map') {
	open(my $map, '>', "/proc/$child/$kind") or die "$kind: $!\n";
	syswrite($map, "0 $base $size\n") or die "$kind: $!\n";
}
cover_tree();
syswrite($may_go, "go\n");
waitpid($child, 0);
exit($? & 127 ? 128 + ($? & 127) : $? >> 8);

# Puts a view of the tree in its place whose ids are the namespace's: nothing is chowned, and no setuid bit counts.
sub cover_tree {
	open(my $namespace, '<', "/proc/$child/ns/user") or die "user namespace: $!\n";
	my $view = call('open_tree', $AT_FDCWD, $tree, $OPEN_TREE_CLONE | $OPEN_TREE_CLOEXEC);
	# struct mount_attr: attr_set, attr_clr, propagation, userns_fd, 64 bits each.
	my $set = $MOUNT_ATTR_IDMAP | $MOUNT_ATTR_NOSUID | $MOUNT_ATTR_NODEV;
	my $attributes = pack('Q4', $set, 0, 0, fileno($namespace));
	my $empty = '';
	call('mount_setattr', $view, $empty, $AT_EMPTY_PATH, $attributes, length $attributes);
	call('move_mount', $view, $empty, $AT_FDCWD, $tree, $MOVE_MOUNT_F_EMPTY_PATH);
}

sub enter {
	call('prctl', $PR_SET_PDEATHSIG, $SIGKILL, 0, 0, 0);
	call('unshare', $new{user});
	syswrite($is_ready, "ready\n");
	said($go, 'the host ended it');
	# Before the ids change: the tree may lie where only the host's root comes.
	chdir $tree or die "$tree: $!\n";
	$( = 0;
	$) = '0 0';
	($<, $>) = (0, 0);
	call('unshare', $new{mount} | $new{pid} | $new{ipc} | $new{uts} | $new{network} | $new{cgroup});
	my $init = fork() // die "fork: $!\n";
	begin() if $init == 0;
	waitpid($init, 0);
	exit($? & 127 ? 128 + ($? & 127) : $? >> 8);
}

# Process 1 of the namespaces: what is left of it ends with it.
sub begin {
	call('prctl', $PR_SET_PDEATHSIG, $SIGKILL, 0, 0, 0);
	# A mount of these namespaces' own, at a place that everybody can name: pivot_root(2) takes no other.
	mount('.', '/tmp', '', $MS_BIND | $MS_REC);
	chdir '/tmp' or die "/tmp: $!\n";
	for my $folder ('proc', 'dev') { die "/$folder is no folder\n" if -l $folder || !-d $folder }
	mount('proc', 'proc', 'proc', $MS_NOSUID | $MS_NODEV | $MS_NOEXEC);
	mount('tmpfs', 'dev', 'tmpfs', $MS_NOSUID | $MS_NOEXEC, 'mode=755,size=64k,nr_inodes=64');
	for my $device ('null', 'zero', 'full', 'random', 'urandom') {
		open(my $place, '>', "dev/$device") or die "dev/$device: $!\n";
		mount("/dev/$device", "dev/$device", '', $MS_BIND);
	}
	# Else a program could make a further user namespace and have every capability in it.
	open(my $limit, '>', 'proc/sys/user/max_user_namespaces') or die "max_user_namespaces: $!\n";
	syswrite($limit, '0') or die "max_user_namespaces: $!\n";
	close $limit;
	my $here = '.';
	call('pivot_root', $here, $here);
	call('umount2', $here, $MNT_DETACH);
	chdir '/' or die "/: $!\n";
	for my $capability (0 .. 63) {
		next if $kept{$capability};
		last if syscall($number{prctl}, $PR_CAPBSET_DROP, $capability, 0, 0, 0) < 0;
	}
	call('prctl', $PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	call('close_range', 3, 0xffffffff, 0);
	umask 022;
	%ENV = (PATH => '/usr/sbin:/usr/bin', LC_ALL => 'C.UTF-8', SOURCE_DATE_EPOCH => $ENV{SOURCE_DATE_EPOCH} // 0);
	{ no warnings; exec { $command[0] } @command }
	die "$command[0]: $!\n";
}
