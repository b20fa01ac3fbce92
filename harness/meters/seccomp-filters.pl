#!/usr/bin/perl
# seccomp-filters.pl PID: prints the seccomp filters of a process, the oldest first, a line of hexadecimal each (struct
# sock_filter). The process stands still for the time of the reading and is let go at once; where this program ends early,
# the kernel lets it go (PTRACE_SEIZE without PTRACE_O_EXITKILL). ptrace(2).
use strict;
use warnings;

my ($pid) = @ARGV;
die "seccomp-filters.pl: not a process id\n" unless defined $pid && $pid =~ /^[1-9]\d*$/;
my $SYS_PTRACE = { x86_64 => 101, aarch64 => 117 }->{(split ' ', `uname -m`)[0]} or die "no system call numbers for this machine\n";

# linux/ptrace.h.
my ($PTRACE_DETACH, $PTRACE_SEIZE, $PTRACE_INTERRUPT, $PTRACE_SECCOMP_GET_FILTER) = (17, 0x4206, 0x4207, 0x420c);
my $WALL = 0x40000000;
my ($ENOENT, $EINVAL) = (2, 22);

sub ptrace {
	my ($name, $request, $at, $data) = @_;
	my $result = syscall($SYS_PTRACE, $request, $pid + 0, $at, $data);
	die "$name: $!\n" if $result < 0;
	return $result;
}

# One that stands still in the kernel takes no notice: the default action of the alarm ends this program.
alarm 3;
ptrace('PTRACE_SEIZE', $PTRACE_SEIZE, 0, 0);
ptrace('PTRACE_INTERRUPT', $PTRACE_INTERRUPT, 0, 0);
waitpid($pid, $WALL) == $pid or die "waitpid: $!\n";
my @filters;
my $failure;
while (1) {
	my $length = syscall($SYS_PTRACE, $PTRACE_SECCOMP_GET_FILTER, $pid + 0, scalar @filters, 0);
	if ($length < 0) {
		my ($number, $text) = ($! + 0, "$!");
		# ENOENT: there are no more. EINVAL: it has none at all, or the kernel has not the request.
		my $is_end = $number == $ENOENT || $number == $EINVAL && !@filters && !filtered();
		$failure = "PTRACE_SECCOMP_GET_FILTER: $text" unless $is_end;
		last;
	}
	my $program = "\0" x ($length * 8);
	if (syscall($SYS_PTRACE, $PTRACE_SECCOMP_GET_FILTER, $pid + 0, scalar @filters, $program) < 0) {
		$failure = "PTRACE_SECCOMP_GET_FILTER: $!";
		last;
	}
	push @filters, unpack('H*', $program);
}
ptrace('PTRACE_DETACH', $PTRACE_DETACH, 0, 0);
die "$failure\n" if defined $failure;
print "$_\n" for @filters;

sub filtered {
	open(my $status, '<', "/proc/$pid/status") or return 0;
	return scalar grep { /^Seccomp:\s*2/ } <$status>;
}
