#!/usr/bin/perl
# device-rules.pl attach FOLDER RULE...: lets the processes of a cgroup v2 use the devices of the rules alone, each written
# as in devices.allow of cgroup v1 (`c 1:3 rwm`), by a program of type BPF_PROG_TYPE_CGROUP_DEVICE (bpf(2)).
# device-rules.pl count FOLDER: prints how many such programs judge the processes of the group.
use strict;
use warnings;
use Cwd ();

my ($action, $folder, @rules) = @ARGV;
require(Cwd::realpath($0 =~ s{[^/]*$}{}r . '../process/bpf.pl'));

# linux/bpf.h.
my ($BPF_PROG_ATTACH, $BPF_PROG_QUERY) = (8, 16);
my ($BPF_PROG_TYPE_CGROUP_DEVICE, $BPF_CGROUP_DEVICE) = (15, 6);
my ($BPF_F_ALLOW_MULTI, $BPF_F_QUERY_EFFECTIVE) = (2, 1);
my %type = (b => 1, c => 2);
my %access = (m => 1, r => 2, w => 4);

sub load { return instruction(0x61, $_[0], 1, $_[1], 0) }
sub allow { return instruction(0xb7, 0, 0, 0, $_[0]) . instruction(0x95, 0, 0, 0, 0) }

# Registers: 2 the type, 3 the access, 4 and 5 the device's numbers (struct bpf_cgroup_dev_ctx).
sub device_program {
	my $program = load(2, 0) . instruction(0x57, 2, 0, 0, 0xffff) . load(3, 0) . instruction(0x77, 3, 0, 0, 16) . load(4, 4) . load(5, 8);
	$program .= rule($_) for @_;
	return $program . allow(0);
}

# Each test that fails jumps over the rest of its rule.
sub rule {
	my ($kind, $major, $minor, $allowed) = $_[0] =~ /^([bc]) (\d+|\*):(\d+|\*) ([rwm]+)$/ or die "not a device rule: $_[0]\n";
	my @tests = ([2, $type{$kind}]);
	push @tests, [4, $major] if $major ne '*';
	push @tests, [5, $minor] if $minor ne '*';
	my $others = 7;
	$others &= ~$access{$_} for split //, $allowed;
	my $rest = instruction(0xbf, 6, 3, 0, 0) . instruction(0x57, 6, 0, 0, $others) . instruction(0x55, 6, 0, 2, 0) . allow(1);
	$rest = instruction(0x55, $_->[0], 0, length($rest) / 8, $_->[1]) . $rest for reverse @tests;
	return $rest;
}

open(my $group, '<', $folder) or die "$folder: $!\n";
if ($action eq 'attach') {
	my $loaded = load_program($BPF_PROG_TYPE_CGROUP_DEVICE, device_program(@rules), "MIT\0");
	bpf('BPF_PROG_ATTACH', $BPF_PROG_ATTACH, pack('LLLL', fileno($group), $loaded, $BPF_CGROUP_DEVICE, $BPF_F_ALLOW_MULTI));
} elsif ($action eq 'count') {
	my (undef, $answer) = bpf('BPF_PROG_QUERY', $BPF_PROG_QUERY, pack('LLLLQLL', fileno($group), $BPF_CGROUP_DEVICE, $BPF_F_QUERY_EFFECTIVE, 0, 0, 0, 0));
	print((unpack('LLLLQLL', $answer))[5], "\n");
} else { die "device-rules.pl: $action is not known\n" }
