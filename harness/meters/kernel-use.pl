#!/usr/bin/perl
# kernel-use.pl calls|functions FOLDER: tells what the processes of a cgroup v2, and of all groups below it, use of the
# kernel, by a BPF program (bpf(2)). The kernel counts, so nothing is lost.
#   calls      system calls entered, by number, at the raw tracepoint sys_enter
#   functions  kernel functions called, by name, at all that can be traced (BPF_TRACE_KPROBE_MULTI, Linux 6.5)
# It says "counting", and answers every line on standard input with "WHICH COUNT" for each call, or "WHICH" for each
# function, that was used since the line before, and then "end". A function that was seen is let go until the next line:
# the few functions that are called all the time would else slow down everything.
# The program goes with this process: at the end of its input, or when it is killed.
use strict;
use warnings;
use Cwd ();
use POSIX ();
use Time::HiRes 'time';
# Addresses are of 64 bits.
no warnings 'portable';

my ($action, $folder) = @ARGV;
our $SYS_BPF;
require(Cwd::realpath($0 =~ s{[^/]*$}{}r . '../process/bpf.pl'));

# linux/bpf.h.
my ($MAP_CREATE, $MAP_LOOKUP_ELEM, $MAP_UPDATE_ELEM, $MAP_GET_NEXT_KEY) = (0, 1, 2, 4);
my ($RAW_TRACEPOINT_OPEN, $LINK_CREATE) = (17, 28);
my ($TYPE_HASH, $TYPE_CGROUP_ARRAY) = (1, 8);
my ($TYPE_KPROBE, $TYPE_RAW_TRACEPOINT, $KPROBE_MULTI) = (2, 17, 42);
my ($CALL_LOOKUP, $CALL_UPDATE, $CALL_UNDER_CGROUP, $CALL_FUNC_IP) = (1, 2, 37, 173);
# Debian's kernel has 52,705 functions that can be traced.
my $MOST = 131072;

sub map_of {
	my ($type, $key_size, $value_size, $most) = @_;
	my ($map) = bpf('BPF_MAP_CREATE', $MAP_CREATE, pack('LLLLL', $type, $key_size, $value_size, $most, 0));
	return $map;
}

sub load_map { my ($to, $map) = @_; return instruction(0x18, $to, 1, 0, $map) . instruction(0, 0, 0, 0, 0) }
sub call { return instruction(0x85, 0, 0, 0, $_[0]) }
sub set { return instruction(0xb7, $_[0], 0, 0, $_[1]) }
sub copy { return instruction(0xbf, $_[0], $_[1], 0, 0) }
sub stack_address { my ($to, $offset) = @_; return copy($to, 10) . instruction(0x07, $to, 0, 0, $offset) }
sub store { my ($offset, $from) = @_; return instruction(0x7b, 10, $from, $offset, 0) }
sub jump_over {
	my ($code, $register, $rest, $constant) = @_;
	return instruction($code, $register, 0, length($rest) / 8, $constant) . $rest;
}
my $done = set(0, 0) . instruction(0x95, 0, 0, 0, 0);

# Of a task outside the group nothing is counted. `$which` leaves in register 0 what is counted, from the context in 6.
sub counter {
	my ($groups, $counts, $which) = @_;
	my $add_to_it = set(1, 1) . instruction(0xdb, 0, 1, 0, 0) . $done;
	my $begin_it = set(1, 1) . store(-16, 1) . load_map(1, $counts) . stack_address(2, -8) . stack_address(3, -16)
		. set(4, 0) . call($CALL_UPDATE) . $done;
	my $count = $which . store(-8, 0) . load_map(1, $counts) . stack_address(2, -8) . call($CALL_LOOKUP)
		. jump_over(0x15, 0, $add_to_it, 0) . $begin_it;
	return copy(6, 1) . load_map(1, $groups) . set(2, 0) . call($CALL_UNDER_CGROUP) . jump_over(0x55, 0, $count, 1)
		. $done;
}

# Every key of a map with its count.
sub counted {
	my ($counts) = @_;
	my ($key, %count);
	my ($next, $count) = (pack('Q', 0), pack('Q', 0));
	my $step = sub { return pack('LLQQ', $counts, 0, defined $key ? address($key) : 0, address($next)) };
	while (syscall($SYS_BPF, $MAP_GET_NEXT_KEY, my $attributes = $step->(), 24) == 0) {
		bpf('BPF_MAP_LOOKUP_ELEM', $MAP_LOOKUP_ELEM, pack('LLQQQ', $counts, 0, address($next), address($count), 0));
		$key = pack('Q', unpack('Q', $next));
		$count{unpack('Q', $next)} = unpack('Q', $count);
	}
	return %count;
}

# Both counters give two functions: one tells what was used since it was asked last, the other is called now and then.

# The second argument of sys_enter is the call's number.
sub count_calls {
	my ($groups) = @_;
	my ($counts, %before) = map_of($TYPE_HASH, 8, 8, $MOST);
	my $loaded = load_program($TYPE_RAW_TRACEPOINT, counter($groups, $counts, instruction(0x79, 0, 6, 8, 0)), "GPL\0");
	my $name = "sys_enter\0";
	bpf('BPF_RAW_TRACEPOINT_OPEN', $RAW_TRACEPOINT_OPEN, pack('QLL', address($name), $loaded, 0));
	my $tell = sub {
		my %now = counted($counts);
		my %since = map { $_ => $now{$_} - ($before{$_} // 0) } keys %now;
		%before = %now;
		return map { "$_ $since{$_}" } grep { $since{$_} > 0 } keys %since;
	};
	return ($tell, sub { });
}

sub count_functions {
	my ($groups) = @_;
	my %name = traceable();
	my ($counts, $loaded, $link, $rest_until, %seen);

	my $called = sub {
		my %called = counted($_[0]);
		# What is traced may begin after the landing pad of an indirect branch.
		return map { (exists $name{$_} ? $_ : $_ + 4) => 1 } keys %called;
	};
	# At all functions but those that were seen. The earlier link ends after that, so that no call is lost.
	my $attach = sub {
		my ($earlier, $began) = ($link, time);
		my @where = sort { $a <=> $b } grep { !$seen{$_} } keys %name;
		my $addresses = pack('Q*', @where);
		($link) = bpf('BPF_LINK_CREATE', $LINK_CREATE, pack('LLLLLLQQQ',
			$loaded, 0, $KPROBE_MULTI, 0, 0, scalar(@where), 0, address($addresses), 0));
		POSIX::close($earlier) if defined $earlier;
		# Attaching takes a quarter of the time at most.
		$rest_until = time + 3 * (time - $began);
	};
	my $begin = sub {
		$counts = map_of($TYPE_HASH, 8, 8, $MOST);
		$loaded = load_program($TYPE_KPROBE, counter($groups, $counts, copy(1, 6) . call($CALL_FUNC_IP)),
			"GPL\0", $KPROBE_MULTI);
		%seen = ();
		$attach->();
	};

	my $tell = sub {
		my @earlier = ($counts, $loaded);
		$begin->();
		my %called = $called->($earlier[0]);
		POSIX::close($_) for @earlier;
		return map { $name{$_} // sprintf('0x%x', $_) } keys %called;
	};
	my $let_go = sub {
		return if time < $rest_until;
		my %called = $called->($counts);
		return if keys %called == keys %seen;
		%seen = %called;
		$attach->();
	};
	$begin->();
	return ($tell, $let_go);
}

# The names of the functions that can be traced, by address.
sub traceable {
	my %name;
	my $list = '/sys/kernel/tracing/available_filter_functions_addrs';
	open(my $functions, '<', $list) or die "$list: $!\n";
	while (<$functions>) { $name{hex $1} = $2 if /^([0-9a-f]{1,16}) (\S+)/ }
	die "$list: it names no function\n" if keys %name == 0;
	return %name;
}

my $groups = map_of($TYPE_CGROUP_ARRAY, 4, 4, 1);
open(my $group, '<', $folder) or die "$folder: $!\n";
my ($first, $group_number) = (pack('L', 0), pack('L', fileno($group)));
bpf('BPF_MAP_UPDATE_ELEM', $MAP_UPDATE_ELEM, pack('LLQQQ', $groups, 0, address($first), address($group_number), 0));
my ($tell, $between) = { calls => \&count_calls, functions => \&count_functions }->{$action}->($groups);

$| = 1;
print "counting\n";
while (1) {
	my $input = '';
	vec($input, fileno(STDIN), 1) = 1;
	if (select($input, undef, undef, 0.5) == 0) { $between->(); next }
	last if sysread(STDIN, my $line, 4096) == 0;
	print map { "$_\n" } $tell->(), 'end';
}
