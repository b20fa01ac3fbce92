# How fast the kernel, the processor and the disk are for a program that runs here. twinboot runs it inside an instance
# and on the bare host. Of Perl it needs no more than perl-base, which every Debian has. Its one argument is a folder for
# files. It tells of one operation a line: its name and the nanoseconds for one operation, in each of nine batches; or its name,
# a dash and why it has none. All times are differences of this kernel's CLOCK_MONOTONIC.
use strict;
use warnings;
no warnings 'void';
use Fcntl;
use IO::Handle;
use POSIX ();
use Socket qw(:DEFAULT IPPROTO_TCP TCP_NODELAY);

my $BATCHES = 9;
my $LEAST_NS = 10_000_000;
my $MOST_S = 15;
my $PAGE = 4096;
# Above 32 MiB malloc asks the kernel anew every time (mallopt(3), M_MMAP_THRESHOLD).
my $FRESH = 40 * 1024 * 1024;

my %numbers = (
	x86_64 => { clock_gettime => 228, sched_setaffinity => 203, sched_getaffinity => 204, prctl => 157 },
	aarch64 => { clock_gettime => 113, sched_setaffinity => 122, sched_getaffinity => 123, prctl => 167 },
);
my $machine = (POSIX::uname())[4];
my $call = $numbers{$machine} or die "the system calls of $machine are not known\n";
$| = 1;
printf "perl %vd\n", $^V;

my $time = "\0" x 16;

sub now {
	syscall($call->{clock_gettime}, 1, $time) == 0 or die "clock_gettime: $!\n";
	my ($s, $ns) = unpack 'qq', $time;
	return $s * 1_000_000_000 + $ns;
}

# All of it on one CPU, so that waking a process is a switch and not a message to another CPU.
sub stay {
	my $mask = "\0" x 128;
	syscall($call->{sched_getaffinity}, 0, 128, $mask) > 0 or die "sched_getaffinity: $!\n";
	my $last = rindex(unpack('b*', $mask), '1');
	$mask = "\0" x 128;
	vec($mask, $last, 1) = 1;
	syscall($call->{sched_setaffinity}, 0, 128, $mask) == 0 or die "sched_setaffinity: $!\n";
}
my $whyNotPinned = eval { stay(); 1 } ? undef : $@;
# PR_SET_THP_DISABLE: a fault brings one page, whatever the host does with huge ones.
syscall($call->{prctl}, 41, 1, 0, 0, 0);

# A batch is told how often, and gives ns for all of it. Each time is so many operations.
sub measure {
	my ($name, $batch, $operations) = @_;
	my @each = eval {
		local $SIG{ALRM} = sub { die "not done within $MOST_S s\n" };
		local $SIG{PIPE} = 'IGNORE';
		alarm $MOST_S;
		my $times = 1;
		for (my $ns = $batch->(1); $ns < $LEAST_NS; $ns = $batch->($times)) {
			my $enough = $ns <= 0 ? 10 * $times : 1 + int(1.2 * $times * $LEAST_NS / $ns);
			$times = $enough < 10 * $times ? $enough : 10 * $times;
		}
		# A difference of two loops is below 0 where only the second was disturbed.
		my @ns = grep { $_ > 0 } map { $batch->($times) / $times / $operations } 1 .. $BATCHES;
		alarm 0;
		@ns;
	};
	my $why = $@;
	alarm 0;
	if (@each) {
		print join(' ', $name, map { sprintf '%.1f', $_ } @each), "\n";
	} else {
		refuse($name, $why);
	}
}

sub refuse {
	my ($name, $why) = @_;
	$why =~ s/[^ -~]+/ /g;
	$why =~ s/ +$//;
	print "$name - $why\n";
}

# 1,000 rounds of SHA-512 in libcrypt (crypt(5)), so that the interpreter has no part in it.
sub cpu {
	my ($times) = @_;
	# Not constants, of which perl would make one when it compiles.
	my ($phrase, $setting) = ('twinboot', '$6$rounds=1000$twinboot');
	my $start = now();
	for (1 .. $times) { crypt($phrase, $setting) // die "crypt: $!\n" }
	return now() - $start;
}

# Ten times getppid(2), less the same with a word that asks the kernel nothing.
sub system_call {
	my ($times) = @_;
	my $start = now();
	for (1 .. $times) { getppid; getppid; getppid; getppid; getppid; getppid; getppid; getppid; getppid; getppid }
	my $middle = now();
	for (1 .. $times) { wantarray; wantarray; wantarray; wantarray; wantarray; wantarray; wantarray; wantarray; wantarray; wantarray }
	return $middle - $start - (now() - $middle);
}

sub page_fault {
	my ($times) = @_;
	my ($ns, $pages, $zero) = (0, $FRESH / $PAGE, "\0");
	for (1 .. $times) {
		my $fresh;
		my $before = faults();
		my $start = now();
		$fresh = $zero x $FRESH;
		$ns += now() - $start;
		my $taken = faults() - $before;
		die "$taken faults brought $pages pages\n" if $taken < 0.9 * $pages || $taken > 1.1 * $pages;
	}
	return $ns;
}

# minflt (proc(5)).
sub faults {
	open my $stat, '<', '/proc/self/stat' or die "/proc/self/stat: $!\n";
	return (split ' ', (<$stat> =~ /.*\)(.*)/s)[0])[7];
}

sub fork_exec {
	my ($times) = @_;
	my $start = now();
	for (1 .. $times) {
		my $pid = fork // die "fork: $!\n";
		if ($pid == 0) {
			exec { '/bin/true' } 'true' or POSIX::_exit(127);
		}
		waitpid $pid, 0;
		die "/bin/true did not run\n" if $? != 0;
	}
	return now() - $start;
}

# A batch of bytes that go to another process and back.
sub back_and_forth {
	my ($to, $from) = @_;
	return sub {
		my ($times) = @_;
		my $byte;
		my $start = now();
		for (1 .. $times) {
			syswrite($to, 'x', 1) or die "write: $!\n";
			sysread($from, $byte, 1) or die "the other process is gone\n";
		}
		return now() - $start;
	};
}

# Another process that sends back each byte that it gets, until there is no more.
sub echo_until_end {
	my ($from, $to) = @_;
	$SIG{ALRM} = 'DEFAULT';
	alarm $MOST_S;
	my $byte;
	while (sysread $from, $byte, 1) { syswrite($to, $byte, 1) or last }
	POSIX::_exit(0);
}

# Each time is two switches, with a write and a read of a pipe to each.
sub context_switch {
	die $whyNotPinned if defined $whyNotPinned;
	pipe(my $request, my $ask) && pipe(my $answer, my $reply) or die "pipe: $!\n";
	my $pid = fork // die "fork: $!\n";
	if ($pid == 0) {
		close $ask;
		echo_until_end($request, $reply);
	}
	close $request;
	close $reply;
	return ($pid, back_and_forth($ask, $answer));
}

sub loopback {
	die $whyNotPinned if defined $whyNotPinned;
	socket(my $listener, PF_INET, SOCK_STREAM, 0) or die "socket: $!\n";
	bind($listener, pack_sockaddr_in(0, INADDR_LOOPBACK)) or die "bind: $!\n";
	listen($listener, 1) or die "listen: $!\n";
	my $pid = fork // die "fork: $!\n";
	if ($pid == 0) {
		accept(my $server, $listener) or POSIX::_exit(1);
		setsockopt($server, IPPROTO_TCP, TCP_NODELAY, 1);
		close $listener;
		echo_until_end($server, $server);
	}
	my $client;
	my $connected = eval {
		socket($client, PF_INET, SOCK_STREAM, 0) or die "socket: $!\n";
		setsockopt($client, IPPROTO_TCP, TCP_NODELAY, 1) or die "TCP_NODELAY: $!\n";
		connect($client, getsockname $listener) or die "connect: $!\n";
	};
	kill 'KILL', $pid unless $connected;
	die $@ unless $connected;
	return ($pid, back_and_forth($client, $client));
}

# An operation that another process takes part in, which ends with it.
sub measure_with_other {
	my ($name, $open, $operations) = @_;
	my ($pid, $batch) = eval { $open->() };
	return refuse($name, $@) unless defined $pid;
	measure($name, $batch, $operations);
	kill 'KILL', $pid;
	waitpid $pid, 0;
}

my $folder = "$ARGV[0]/twinboot-work-$$";
my $whyNoFolder = mkdir($folder, 0700) ? undef : "$folder: $!\n";

sub file_create {
	my ($times) = @_;
	die $whyNoFolder if defined $whyNoFolder;
	my $start = now();
	for (1 .. $times) {
		sysopen(my $file, "$folder/$_", O_CREAT | O_EXCL | O_WRONLY, 0600) or die "create: $!\n";
		close $file;
	}
	my $ns = now() - $start;
	unlink map { "$folder/$_" } 1 .. $times;
	return $ns;
}

sub fsync {
	my ($times) = @_;
	die $whyNoFolder if defined $whyNoFolder;
	my $block = 'x' x $PAGE;
	# It grows, so that each time has something for the journal.
	sysopen(my $file, "$folder/synced", O_CREAT | O_TRUNC | O_WRONLY, 0600) or die "create: $!\n";
	my $start = now();
	for (1 .. $times) {
		syswrite($file, $block) == $PAGE or die "write: $!\n";
		$file->sync or die "fsync: $!\n";
	}
	return now() - $start;
}

measure('cpu', \&cpu, 1);
measure('system-call', \&system_call, 10);
measure_with_other('context-switch', \&context_switch, 2);
measure('page-fault', \&page_fault, $FRESH / $PAGE);
measure('fork-exec', \&fork_exec, 1);
measure_with_other('tcp', \&loopback, 1);
measure('file-create', \&file_create, 1);
measure('fsync', \&fsync, 1);
unlink glob "$folder/*";
rmdir $folder;
