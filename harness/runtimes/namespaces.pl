#!/usr/bin/perl
# namespaces.pl ARCHITECTURE FSTAB ROOT: process 1 of new namespaces until it becomes the distribution's init. Mounts what
# FSTAB lists, makes ROOT the root, gives up capabilities, and executes /sbin/init: one program for all of it, and no
# module loaded, since each program started here would cost a millisecond or two of what is measured.

my ($architecture, $fstab, $root) = @ARGV;

# asm/unistd.h.
my %number = (
	x64   => { mount => 165, pivot_root => 155, umount2 => 166, prctl => 157 },
	arm64 => { mount => 40, pivot_root => 41, umount2 => 39, prctl => 167 },
);
my $number = $number{$architecture} or die "namespaces.pl: $architecture is not known\n";

# linux/mount.h.
my %flag = (ro => 1, nosuid => 2, nodev => 4, noexec => 8, bind => 4096);
my ($MS_REMOUNT, $MNT_DETACH) = (32, 2);

# linux/capability.h. What systemd-nspawn(1) gives up by default: IPC_LOCK, SYS_MODULE, SYS_RAWIO, SYS_PACCT, SYS_TIME and all
# from MAC_OVERRIDE on; beside it DAC_READ_SEARCH, which opens any file of the host by its handle where no filter of system
# calls forbids it, and MKNOD.
my @given_up = (2, 14, 16, 17, 20, 25, 27);
my ($first_of_the_rest, $most) = (32, 63);
my $PR_CAPBSET_DROP = 24;

sub call {
	my ($name, @arguments) = @_;
	syscall($number->{$name}, @arguments) == 0 or die "$name @arguments: $!\n";
}

# One line of fstab(5). A bind mount takes its flags in a second step (mount(2)).
sub mount {
	my ($source, $target, $type, $options) = map { s/\\([0-7]{3})/chr oct $1/ger } split ' ', $_[0];
	my ($flags, @data) = (0);
	for my $option (split /,/, $options) {
		if ($option eq 'X-mount.mkdir') { mkdir $target }
		elsif ($flag{$option}) { $flags |= $flag{$option} }
		else { push @data, $option }
	}
	call('mount', $source, $target, $type, $flags, join ',', @data);
	return unless $flags & $flag{bind} && $flags != $flag{bind};
	call('mount', $source, $target, $type, $flags | $MS_REMOUNT, '');
}

open my $lines, '<', $fstab or die "$fstab: $!\n";
mount($_) while <$lines>;

# The old root ends up on top of the new one and is taken off from there (pivot_root(2)).
chdir $root or die "$root: $!\n";
my $here = '.';
call('pivot_root', $here, $here);
call('umount2', $here, $MNT_DETACH);
call('prctl', $PR_CAPBSET_DROP, $_, 0, 0, 0) for @given_up;
# The kernel refuses the first that it does not know.
for ($first_of_the_rest .. $most) { syscall($number->{prctl}, $PR_CAPBSET_DROP, $_, 0, 0, 0) == 0 or last }
exec '/sbin/init' or die "/sbin/init: $!\n";
