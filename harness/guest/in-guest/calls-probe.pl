#!/usr/bin/perl
# Makes each system call that it is given, `number:argument,…`, in a child; prints its number and the error's, 0, or `killed`.
# Those who ask name calls alone that change nothing with these arguments. Where a call kills the child, another goes on.
use strict;
use warnings;
use POSIX ();

$| = 1;
my @calls = @ARGV;
while (@calls) {
	pipe(my $from, my $to) or die "pipe: $!\n";
	my $child = fork // die "fork: $!\n";
	if ($child == 0) { make($to, @calls); POSIX::_exit(0) }
	close $to;
	my @answers = <$from>;
	waitpid $child, 0;
	print @answers;
	splice @calls, 0, scalar @answers;
	print number(shift @calls), " killed\n" if @calls;
}

sub number { return (split /:/, $_[0])[0] + 0 }

sub make {
	my ($to, @calls) = @_;
	for my $call (@calls) {
		my (undef, @arguments) = split /[:,]/, $call;
		alarm 2;
		my $result = syscall(number($call), map { $_ + 0 } @arguments) == -1 ? $! + 0 : 0;
		syswrite($to, number($call) . " $result\n");
	}
}
