#!/usr/bin/perl
# uml-start.pl COMMAND...: becomes COMMAND, to which PTRACE_GETREGSET of NT_X86_XSTATE does not exist (seccomp(2)).
# User-Mode Linux before 6.13 reads and writes 2696 bytes of extended registers and takes the SSE registers alone where
# it cannot read them. Of a CPU with AMX the registers are larger, reading still works, and writing fails: it panics.
use strict;
use warnings;

die "usage: uml-start.pl COMMAND...\n" unless @ARGV;

# x86-64, where alone User-Mode Linux runs.
my ($SYS_PTRACE, $SYS_SECCOMP) = (101, 317);
my ($SECCOMP_SET_MODE_FILTER, $SECCOMP_FILTER_FLAG_SPEC_ALLOW) = (1, 4);
my ($PTRACE_GETREGSET, $NT_X86_XSTATE) = (0x4204, 0x202);
my ($LOAD, $JUMP_IF_EQUAL, $RETURN) = (0x20, 0x15, 0x06);
my ($ALLOW, $ERRNO, $ENODEV) = (0x7fff0000, 0x00050000, 19);

# Where struct seccomp_data has the number of the call and its first and third argument.
my ($NUMBER, $REQUEST, $TYPE) = (0, 16, 32);
my @filter = map { pack 'SCCL', @$_ } (
	[$LOAD, 0, 0, $NUMBER], [$JUMP_IF_EQUAL, 0, 5, $SYS_PTRACE],
	[$LOAD, 0, 0, $REQUEST], [$JUMP_IF_EQUAL, 0, 3, $PTRACE_GETREGSET],
	[$LOAD, 0, 0, $TYPE], [$JUMP_IF_EQUAL, 0, 1, $NT_X86_XSTATE],
	[$RETURN, 0, 0, $ERRNO | $ENODEV],
	[$RETURN, 0, 0, $ALLOW],
);
my $program = join '', @filter;
my $argument = pack 'S x6 P', scalar @filter, $program;
syscall($SYS_SECCOMP, $SECCOMP_SET_MODE_FILTER, $SECCOMP_FILTER_FLAG_SPEC_ALLOW, $argument) == 0
	or die "seccomp: $!\n";
exec { $ARGV[0] } @ARGV or die "$ARGV[0]: $!\n";
