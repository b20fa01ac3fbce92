#!/usr/bin/perl
# room.pl START USER FILE_BYTES [KIND=PATH...] -- COMMAND...: becomes COMMAND as an ordinary user without rights, in a room:
# a root file system of its own that has the given paths of the host, each where it is on the host, and nothing else.
# KIND: ro, rw (a file or folder, bound), link (a link as the host has it), device (a node of the user's own).
# FILE_BYTES: how long a file may become at most. START: `at-once`, or `when-released`: says by a newline on descriptor 4
# that the room is ready, and waits for one on descriptor 3 (harness/process/launch.ts).
# mount(2), pivot_root(2), capabilities(7), no_new_privs.
use strict;
use warnings;
use Cwd ();
use Fcntl qw(:mode);
use POSIX ();

die "room.pl: only x86-64's system calls are known\n" unless (POSIX::uname())[4] eq 'x86_64';
my ($SYS_PRCTL, $SYS_SETRLIMIT, $SYS_UNSHARE) = (157, 160, 272);
my ($SYS_PIVOT_ROOT, $SYS_MOUNT, $SYS_UMOUNT2, $SYS_MKNOD) = (155, 165, 166, 133);
my ($SYS_SETGROUPS, $SYS_SETRESUID, $SYS_SETRESGID) = (116, 117, 119);
my ($MS_RDONLY, $MS_NOSUID, $MS_NODEV, $MS_REMOUNT, $MS_BIND) = (1, 2, 4, 32, 4096);
my ($MS_REC, $MS_SLAVE) = (0x4000, 0x80000);
my ($NEW_MOUNTS, $NEW_IPC, $NEW_NETWORK) = (0x20000, 0x8000000, 0x40000000);
my $MNT_DETACH = 2;
my ($RLIMIT_FSIZE, $RLIMIT_CORE) = (1, 4);
my ($PR_CAPBSET_READ, $PR_CAPBSET_DROP, $PR_SET_NO_NEW_PRIVS) = (23, 24, 38);
my $HOST = '/.host';

my ($start, $user, $file_bytes, @rest) = @ARGV;
die "usage: room.pl START USER FILE_BYTES [KIND=PATH...] -- COMMAND...\n"
	unless defined $file_bytes && $user =~ /^[1-9]\d*$/ && $file_bytes =~ /^\d+$/;
my @things;
push @things, [split /=/, shift @rest, 2] while @rest && $rest[0] ne '--';
shift @rest;
die "room.pl: no command\n" unless @rest;

sub call {
	my ($name, $number, @arguments) = @_;
	# syscall() takes a string for a pointer and a number for a number, and no constant.
	my @copies = @arguments;
	syscall($number, @copies) >= 0 or die "room.pl: $name: $!\n";
}

sub mount_at {
	my ($source, $target, $type, $flags, $data) = @_;
	call("mount on $target", $SYS_MOUNT, "$source", "$target", "$type", $flags | 0, "$data");
}

sub make_folders_above {
	my ($path) = @_;
	my $above = '';
	for my $part (grep { $_ ne '' } split m{/}, $path =~ s{[^/]*$}{}r) {
		$above .= "/$part";
		-d $above or mkdir $above, 0755 or die "room.pl: $above: $!\n";
	}
}

sub bring {
	my ($kind, $path, $real) = @_;
	my $on_host = "$HOST$real";
	make_folders_above($path);
	if ($kind eq 'link') {
		my $target = readlink $on_host // die "room.pl: $path: $!\n";
		symlink $target, $path or die "room.pl: $path: $!\n";
		return;
	}
	my @status = stat $on_host or die "room.pl: $path: $!\n";
	if ($kind eq 'device') {
		# The host's node keeps its owner and mode.
		call("mknod $path", $SYS_MKNOD, "$path", S_IFCHR | 0600, $status[6] | 0);
		chown $user, $user, $path or die "room.pl: $path: $!\n";
		return;
	}
	if (S_ISDIR($status[2])) {
		-d $path or mkdir $path, 0755 or die "room.pl: $path: $!\n";
	} else {
		open(my $file, '>', $path) or die "room.pl: $path: $!\n";
	}
	mount_at($on_host, $path, '', $MS_BIND, '');
	my $writable = $kind eq 'rw' ? 0 : $MS_RDONLY;
	mount_at('', $path, '', $MS_REMOUNT | $MS_BIND | $MS_NOSUID | $MS_NODEV | $writable, '');
}

sub build_room {
	call('unshare', $SYS_UNSHARE, $NEW_MOUNTS | $NEW_IPC | $NEW_NETWORK);
	# A link that is not followed now would lead into the room.
	push @$_, $_->[0] eq 'link' ? $_->[1] : Cwd::realpath($_->[1]) // die "room.pl: $_->[1]: $!\n" for @things;
	# What the host unmounts meanwhile goes here too, and nothing comes back.
	mount_at('', '/', '', $MS_REC | $MS_SLAVE, '');
	mount_at('twinboot-room', '/tmp', 'tmpfs', $MS_NOSUID, 'mode=755,size=1M');
	mkdir "/tmp$HOST", 0700 or die "room.pl: $HOST: $!\n";
	call('pivot_root', $SYS_PIVOT_ROOT, '/tmp', "/tmp$HOST");
	chdir '/' or die "room.pl: /: $!\n";
	bring(@$_) for @things;
	call('umount2', $SYS_UMOUNT2, $HOST, $MNT_DETACH);
	rmdir $HOST or die "room.pl: $HOST: $!\n";
	mount_at('', '/', '', $MS_REMOUNT | $MS_BIND | $MS_NOSUID | $MS_RDONLY, '');
}

sub limit {
	my ($resource, $most) = @_;
	call('setrlimit', $SYS_SETRLIMIT, $resource, pack('Q2', $most, $most));
}

sub give_up_rights {
	for (my $capability = 0; syscall($SYS_PRCTL, $PR_CAPBSET_READ, $capability, 0, 0, 0) >= 0; $capability += 1) {
		call('capability bounding set', $SYS_PRCTL, $PR_CAPBSET_DROP, $capability, 0, 0, 0);
	}
	limit($RLIMIT_FSIZE, $file_bytes);
	# A core would hold the guest's whole RAM.
	limit($RLIMIT_CORE, 0);
	call('setgroups', $SYS_SETGROUPS, 0, 0);
	call('setresgid', $SYS_SETRESGID, ($user | 0) x 3);
	call('setresuid', $SYS_SETRESUID, ($user | 0) x 3);
	call('no_new_privs', $SYS_PRCTL, $PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

sub wait_until_released {
	open(my $release, '<&=', 3) or die "room.pl: descriptor 3: $!\n";
	open(my $saying, '>&=', 4) or die "room.pl: descriptor 4: $!\n";
	syswrite($saying, "\n") or exit 125;
	sysread($release, my $word, 1) or exit 125;
	close $release;
	close $saying;
}

umask 022;
build_room();
give_up_rights();
wait_until_released() if $start eq 'when-released';
exec { $rest[0] } @rest or die "room.pl: $rest[0]: $!\n";
