# Stresses the instance that it runs in, within the instance's own limits, until it is told to stop. Of Perl it needs no
# more than perl-base, which every Debian has.
#   stress.pl start KIND MIB   leaves a worker on each CPU that it sees, in an instance of so much memory, and says
#                              `started KIND`
#   stress.pl stop             ends them, and says `done ROUNDS ENDED`: how often all workers together have done what
#                              they repeat, and how many of them ended by themselves and were begun anew
# A stressor that nobody stops ends after ten minutes.
use strict;
use warnings;
use Fcntl;
use IO::Handle;
use POSIX ();
use Socket;

my $STATE = '/run/twinboot-stress';
my $FOLDER = '/var/tmp/twinboot-stress';
my $LONGEST_S = 600;
my $MIB = 1024 * 1024;
my %numbers = (
	x86_64 => { sched_getaffinity => 204, prctl => 157 },
	aarch64 => { sched_getaffinity => 123, prctl => 167 },
);
my $call = $numbers{(POSIX::uname())[4]} // {};
my $rounds = 0;

# As fast as a processor can.
sub cpu {
	my $sum = 0;
	while (1) {
		$sum += $_ * $_ for 1 .. 1000;
		$rounds++;
	}
}

# A fifth more memory than the instance has, written again and again: it is reclaimed, and at last the kernel kills.
sub memory {
	my ($mib) = @_;
	if (open my $score, '>', '/proc/self/oom_score_adj') {
		print $score "1000\n";
		close $score;
	}
	my @held;
	while (1) {
		if (@held * 4 < 1.2 * $mib) {
			push @held, 'x' x (4 * $MIB);
			$rounds++;
		} else {
			for (my $at = 0; $at < 4 * $MIB; $at += 4096) { substr($_, $at, 1) = 'y' for @held }
			$rounds++;
		}
	}
}

# 16 MiB are written and brought to the disk, and removed.
sub disk {
	my $block = 'x' x $MIB;
	my $path = "$FOLDER/$$";
	while (1) {
		sysopen(my $file, $path, O_CREAT | O_TRUNC | O_WRONLY, 0600) or die "$path: $!\n";
		for (1 .. 16) { syswrite($file, $block) or die "$path: $!\n" }
		$file->sync;
		close $file;
		unlink $path;
		$rounds++;
	}
}

# 250 processes that live, and others that begin and end.
sub processes {
	for (1 .. 250) {
		my $pid = fork // last;
		if ($pid == 0) {
			$SIG{TERM} = 'DEFAULT';
			sleep $LONGEST_S;
			POSIX::_exit(0);
		}
	}
	while (1) {
		my $pid = fork // next;
		POSIX::_exit(0) if $pid == 0;
		waitpid $pid, 0;
		$rounds++;
	}
}

# Packets over 127.0.0.1, the only network that every instance has.
sub network {
	socket(my $to, PF_INET, SOCK_DGRAM, 0) or die "socket: $!\n";
	bind($to, pack_sockaddr_in(0, INADDR_LOOPBACK)) or die "bind: $!\n";
	socket(my $from, PF_INET, SOCK_DGRAM, 0) or die "socket: $!\n";
	connect($from, getsockname $to) or die "connect: $!\n";
	my ($packet, $got) = ('x' x 1400, '');
	while (1) {
		for (1 .. 20) { send($from, $packet, 0) // die "send: $!\n" }
		for (1 .. 20) { recv($to, $got, 2000, 0) // die "recv: $!\n" }
		$rounds += 20;
	}
}

# The shortest sleeps that there are: an interrupt of a timer for each.
sub timers {
	# PR_SET_TIMERSLACK: the kernel does not gather timers that end at about the same time.
	syscall($call->{prctl}, 29, 1, 0, 0, 0) if defined $call->{prctl};
	while (1) {
		select undef, undef, undef, 0.00001;
		$rounds++;
	}
}

my %kinds = (
	cpu => \&cpu,
	memory => \&memory,
	disk => \&disk,
	processes => \&processes,
	network => \&network,
	timers => \&timers,
);

# CPUs that this process may use; 1 where that cannot be asked.
sub cpus {
	my $mask = "\0" x 128;
	my $length = defined $call->{sched_getaffinity} ? syscall($call->{sched_getaffinity}, 0, 128, $mask) : -1;
	return $length > 0 ? unpack('%32b*', $mask) : 1;
}

# A worker tells its rounds when it is asked to end. Its group goes with it.
sub work {
	my ($kind, $mib, $tell) = @_;
	setpgrp;
	$SIG{TERM} = sub {
		syswrite $tell, "$rounds\n";
		kill 'KILL', -$$;
	};
	alarm $LONGEST_S;
	eval { $kinds{$kind}->($mib) };
	POSIX::_exit(1);
}

# Begins workers, and others for those that end, until TERM; then writes down what they did.
sub lead {
	my ($kind, $mib, $started) = @_;
	POSIX::setsid();
	open STDIN, '<', '/dev/null';
	open STDOUT, '>', '/dev/null';
	open STDERR, '>', '/dev/null';
	mkdir $FOLDER, 0700;
	pipe(my $told, my $tell) or POSIX::_exit(1);
	my ($stopping, $ended, %workers) = (0, 0);
	$SIG{TERM} = $SIG{ALRM} = sub { $stopping = 1 };
	alarm $LONGEST_S;
	my $begin = sub {
		my $pid = fork // return;
		work($kind, $mib, $tell) if $pid == 0;
		$workers{$pid} = 1;
	};
	$begin->() for 1 .. ($kind eq 'memory' ? 1 : cpus());
	write_state("$$ 0 0");
	syswrite $started, "x";
	close $started;
	until ($stopping) {
		my $pid = waitpid -1, POSIX::WNOHANG();
		if ($pid > 0 && delete $workers{$pid}) {
			$ended++;
			kill 'KILL', -$pid;
			$begin->();
		}
		select undef, undef, undef, 0.02;
	}
	my @left = keys %workers;
	kill 'TERM', @left;
	waitpid $_, 0 for @left;
	kill 'KILL', -$_ for @left;
	close $tell;
	my $done = 0;
	while (my $line = <$told>) { $done += $line }
	unlink glob "$FOLDER/*";
	rmdir $FOLDER;
	write_state("0 $done $ended");
	POSIX::_exit(0);
}

sub write_state {
	my ($line) = @_;
	open my $file, '>', "$STATE.new" or return;
	print $file "$line\n";
	close $file;
	rename "$STATE.new", $STATE;
}

sub read_state {
	open my $file, '<', $STATE or die "$STATE: $!\n";
	return split ' ', <$file> // '';
}

sub start {
	my ($kind, $mib) = @_;
	die "no such stressor\n" unless $kinds{$kind};
	unlink $STATE;
	pipe(my $ready, my $started) or die "pipe: $!\n";
	my $pid = fork // die "fork: $!\n";
	lead($kind, $mib, $started) if $pid == 0;
	close $started;
	my $word = '';
	sysread $ready, $word, 1;
	die "the stressor did not start\n" if $word eq '';
	print "started $kind\n";
}

sub stop {
	my ($pid) = read_state();
	kill 'TERM', $pid if $pid > 0;
	for (1 .. 6000) {
		my ($running, $done, $ended) = read_state();
		if ($running == 0) {
			unlink $STATE;
			print "done $done $ended\n";
			return;
		}
		select undef, undef, undef, 0.02;
	}
	die "the stressor did not end\n";
}

my $order = shift @ARGV // '';
if ($order eq 'start') { start(@ARGV) } elsif ($order eq 'stop') { stop() } else { die "start or stop\n" }
