#!/usr/bin/perl
# id-map.pl MOUNT BASE SIZE: covers MOUNT with an id-mapped clone of itself (open_tree(2), mount_setattr(2),
# move_mount(2)). The mapping is that of a user namespace, which a child holds open meanwhile.
use strict;
use warnings;

my ($mount, $base, $size) = @ARGV;
die "usage: id-map.pl MOUNT BASE SIZE\n" unless defined $size && $base =~ /^\d+$/ && $size =~ /^\d+$/;

# The same numbers on x86-64 and arm64, as for every system call since Linux 5.1.
my ($SYS_OPEN_TREE, $SYS_MOVE_MOUNT, $SYS_MOUNT_SETATTR) = (428, 429, 442);
my ($AT_FDCWD, $AT_EMPTY_PATH) = (-100, 0x1000);
my ($OPEN_TREE_CLONE, $OPEN_TREE_CLOEXEC) = (1, 0x80000);
my $MOVE_MOUNT_F_EMPTY_PATH = 4;
my $MOUNT_ATTR_IDMAP = 0x100000;

# unshare(1) makes the namespace and says so on the pipe; it ends when its standard input does.
pipe(my $ready, my $say) or die "pipe: $!\n";
pipe(my $hold, my $release) or die "pipe: $!\n";
my $child = fork() // die "fork: $!\n";
if ($child == 0) {
	close $release;
	open(STDOUT, '>&', $say) or die;
	open(STDIN, '<&', $hold) or die;
	exec 'unshare', '--user', 'sh', '-c', 'echo ready; exec cat >/dev/null' or die "unshare: $!\n";
}
close $say;
close $hold;
defined(<$ready>) or die "unshare: no user namespace\n";
for my $kind ('uid_map', 'gid_map') {
	open(my $map, '>', "/proc/$child/$kind") or die "$kind: $!\n";
	syswrite($map, "0 $base $size\n") or die "$kind: $!\n";
}
open(my $namespace, '<', "/proc/$child/ns/user") or die "user namespace: $!\n";

sub call {
	my ($name, $result) = @_;
	die "$name: $!\n" if $result < 0;
	return $result;
}

my $tree = call('open_tree', syscall($SYS_OPEN_TREE, $AT_FDCWD, $mount, $OPEN_TREE_CLONE | $OPEN_TREE_CLOEXEC));
# struct mount_attr: attr_set, attr_clr, propagation, userns_fd, 64 bits each.
my $attributes = pack('Q4', $MOUNT_ATTR_IDMAP, 0, 0, fileno($namespace));
my $empty = '';
call('mount_setattr', syscall($SYS_MOUNT_SETATTR, $tree, $empty, $AT_EMPTY_PATH, $attributes, length $attributes));
call('move_mount', syscall($SYS_MOVE_MOUNT, $tree, $empty, $AT_FDCWD, $mount, $MOVE_MOUNT_F_EMPTY_PATH));
close $release;
waitpid($child, 0);
