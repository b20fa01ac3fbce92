#!/usr/bin/perl
# kernel-use.pl calls|functions FOLDER: counts what the processes of a cgroup v2, and of all groups below it, use of the
# kernel, by a BPF program (bpf(2)). The kernel counts, so nothing is lost.
#   calls      system calls entered, by number, at the raw tracepoint sys_enter
#   functions  kernel functions called, by name, at every function that can be traced (BPF_TRACE_KPROBE_MULTI, Linux 6.5)
# It says "counting", and answers every line on standard input with "WHICH COUNT" for each one used so far and then "end".
# The program goes with this process: at the end of its input, or when it is killed.
use strict;
use warnings;
use Cwd ();

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
sub jump_over { my ($code, $register, $rest, $constant) = @_; return instruction($code, $register, 0, length($rest) / 8, $constant) . $rest }
my $done = set(0, 0) . instruction(0x95, 0, 0, 0, 0);

# Of a task outside the group nothing is counted. `$which` leaves in register 0 what is counted, from the context in 6.
sub counter {
	my ($groups, $counts, $which) = @_;
	my $add_to_it = set(1, 1) . instruction(0xdb, 0, 1, 0, 0) . $done;
	my $begin_it = set(1, 1) . store(-16, 1) . load_map(1, $counts) . stack_address(2, -8) . stack_address(3, -16) . set(4, 0)
		. call($CALL_UPDATE) . $done;
	my $count = $which . store(-8, 0) . load_map(1, $counts) . stack_address(2, -8) . call($CALL_LOOKUP) . jump_over(0x15, 0, $add_to_it, 0) . $begin_it;
	return copy(6, 1) . load_map(1, $groups) . set(2, 0) . call($CALL_UNDER_CGROUP) . jump_over(0x55, 0, $count, 1) . $done;
}

# The second argument of sys_enter is the call's number.
sub count_calls {
	my ($groups, $counts) = @_;
	my $loaded = load_program($TYPE_RAW_TRACEPOINT, counter($groups, $counts, instruction(0x79, 0, 6, 8, 0)), "GPL\0");
	my $name = "sys_enter\0";
	bpf('BPF_RAW_TRACEPOINT_OPEN', $RAW_TRACEPOINT_OPEN, pack('QLL', address($name), $loaded, 0));
	return sub { return $_[0] };
}

sub count_functions {
	my ($groups, $counts) = @_;
	my %name;
	my $list = '/sys/kernel/tracing/available_filter_functions_addrs';
	open(my $functions, '<', $list) or die "$list: $!\n";
	while (<$functions>) { $name{hex $1} = $2 if /^([0-9a-f]{1,16}) (\S+)/ }
	my @where = sort { $a <=> $b } keys %name;
	die "$list: it names no function\n" if @where == 0;
	my $loaded = load_program($TYPE_KPROBE, counter($groups, $counts, copy(1, 6) . call($CALL_FUNC_IP)), "GPL\0", $KPROBE_MULTI);
	my $addresses = pack('Q*', @where);
	bpf('BPF_LINK_CREATE', $LINK_CREATE, pack('LLLLLLQQQ', $loaded, 0, $KPROBE_MULTI, 0, 0, scalar(@where), 0, address($addresses), 0));
	# What is traced may begin after the landing pad of an indirect branch.
	return sub { return $name{$_[0]} // $name{$_[0] + 4} // sprintf('0x%x', $_[0]) };
}

my $groups = map_of($TYPE_CGROUP_ARRAY, 4, 4, 1);
my $counts = map_of($TYPE_HASH, 8, 8, $MOST);
open(my $group, '<', $folder) or die "$folder: $!\n";
my ($first, $group_number) = (pack('L', 0), pack('L', fileno($group)));
bpf('BPF_MAP_UPDATE_ELEM', $MAP_UPDATE_ELEM, pack('LLQQQ', $groups, 0, address($first), address($group_number), 0));
my $name_of = { calls => \&count_calls, functions => \&count_functions }->{$action}->($groups, $counts);

$| = 1;
print "counting\n";
while (<STDIN>) {
	my ($key, $next, $count) = (undef, pack('Q', 0), pack('Q', 0));
	while (syscall($SYS_BPF, $MAP_GET_NEXT_KEY, my $step = pack('LLQQ', $counts, 0, defined $key ? address($key) : 0, address($next)), 24) == 0) {
		bpf('BPF_MAP_LOOKUP_ELEM', $MAP_LOOKUP_ELEM, pack('LLQQQ', $counts, 0, address($next), address($count), 0));
		print $name_of->(unpack('Q', $next)), ' ', unpack('Q', $count), "\n";
		$key = pack('Q', unpack('Q', $next));
	}
	print "end\n";
}
