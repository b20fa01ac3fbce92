#!/usr/bin/perl
# Makes each system call that it is given, `number:argument,…`, in a child of its own; prints the error's number, 0, or
# `killed`. Those who call it name calls alone that change nothing with these arguments.
use strict;
use warnings;
use POSIX ();

$| = 1;
for my $call (@ARGV) {
	my ($number, @arguments) = split /[:,]/, $call;
	my $child = fork // next;
	if ($child == 0) {
		alarm 2;
		my $result = syscall($number, map { $_ + 0 } @arguments) == -1 ? $! + 0 : 0;
		POSIX::_exit($result);
	}
	waitpid $child, 0;
	print "$number ", $? & 127 ? 'killed' : $? >> 8, "\n";
}
