# What `systemctl show` says of the manager and its units, over one connection to the manager and of nothing but what is
# needed: systemctl has each unit's 300 properties made and passes most of them over. Of Perl it needs no more than
# perl-base, which every Debian has. It prints blocks of `Key=value` with empty lines between, the manager's first; then
# for each unit with conditions a line: the last part of its object path, and the conditions as JSON. Whatever it does not
# understand ends it with an error, and who asks falls back on systemctl. Wire format: the D-Bus specification.
use strict;
use warnings;
use Socket;

my @UNIT = qw(Id Names Description LoadState ActiveState SubState UnitFileState ConditionResult
	ConditionTimestampMonotonic InactiveExitTimestampMonotonic ActiveEnterTimestampMonotonic
	InactiveEnterTimestampMonotonic After Requires Requisite BindsTo WantedBy RequiredBy);
my @SERVICE = qw(Result Type NRestarts CPUUsageNSec);
my @MANAGER = qw(Version UserspaceTimestampMonotonic FinishTimestampMonotonic NFailedUnits);
my @LOADED = qw(loaded masked error bad-setting merged);
my @PATTERNS = qw(*.service sysinit.target basic.target multi-user.target);
my $SYSTEMD = 'org.freedesktop.systemd1';
my $ROOT = '/org/freedesktop/systemd1';
my $PROPERTIES = 'org.freedesktop.DBus.Properties';

alarm 60;
socket(my $bus, PF_UNIX, SOCK_STREAM, 0) or die "socket: $!\n";
connect($bus, pack_sockaddr_un('/run/systemd/private')) or die "/run/systemd/private: $!\n";
my $received = '';
send_all("\0AUTH EXTERNAL 30\r\nBEGIN\r\n");
receive() until $received =~ s/^([^\r]*)\r\n//;
die "refused: $1\n" unless $1 =~ /^OK /;

my $serial = 0;

sub send_all {
	my ($bytes) = @_;
	while (length $bytes) {
		my $sent = syswrite($bus, $bytes) or die "write: $!\n";
		substr($bytes, 0, $sent, '');
	}
}

sub receive {
	sysread($bus, $received, 65536, length $received) or die "the manager closed the connection\n";
}

sub align { $_[0] .= "\0" x (-length($_[0]) % $_[1]) }
sub text { return pack('V', length $_[0]) . "$_[0]\0" }

sub texts {
	my $array = '';
	for (@_) {
		align($array, 4);
		$array .= text($_);
	}
	return pack('V', length $array) . $array;
}

# A call whose arguments are strings or lists of strings.
sub call {
	my ($path, $interface, $member, @arguments) = @_;
	my ($body, $signature, $fields) = ('', '', '');
	for (@arguments) {
		align($body, 4);
		$body .= ref $_ ? texts(@$_) : text($_);
		$signature .= ref $_ ? 'as' : 's';
	}
	for ([1, 'o', $path], [2, 's', $interface], [3, 's', $member], [6, 's', $SYSTEMD]) {
		align($fields, 8);
		$fields .= pack('C', $_->[0]) . "\1$_->[1]\0" . text($_->[2]);
	}
	align($fields, 8);
	$fields .= pack('C', 8) . "\1g\0" . pack('C', length $signature) . "$signature\0";
	my $message = pack('a C C C V V V', 'l', 1, 0, 1, length $body, ++$serial, length $fields) . $fields;
	align($message, 8);
	return $message . $body;
}

# The next answer: the serial of its call and its body, or no body where the unit is gone meanwhile. Signals are passed
# over.
sub answer {
	while (1) {
		receive() while length $received < 16;
		my ($order, $type, $bodyLength, $fieldsLength) = unpack 'a C x2 V x4 V', $received;
		die "byte order\n" if $order ne 'l';
		my $start = 16 + $fieldsLength + (-$fieldsLength % 8);
		receive() while length $received < $start + $bodyLength;
		my $fields = substr $received, 16, $fieldsLength;
		my $body = substr $received, $start, $bodyLength;
		substr($received, 0, $start + $bodyLength, '');
		next if $type != 2 && $type != 3;
		my ($at, %fields) = (0);
		while ($at < length $fields) {
			$at += -$at % 8;
			my $code = unpack "x$at C", $fields;
			($fields{$code}, $at) = value('v', $fields, $at + 1);
		}
		return ($fields{5}, $body) if $type == 2;
		return ($fields{5}) if $fields{4} =~ /\.(NoSuchUnit|UnknownObject)$/;
		die "$fields{4}\n";
	}
}

my %size = (b => 4, i => 4, u => 4, t => 8);
my %unpack = (b => 'V', i => 'l<', u => 'V', t => 'Q<');

# The value of one complete type at an offset, and the offset behind it.
sub value {
	my ($type, $bytes, $at) = @_;
	my $kind = substr $type, 0, 1;
	if (my $size = $size{$kind}) {
		$at += -$at % $size;
		return (unpack("x$at $unpack{$kind}", $bytes), $at + $size);
	}
	if ($kind eq 's' || $kind eq 'o') {
		$at += -$at % 4;
		my $length = unpack "x$at V", $bytes;
		return (substr($bytes, $at + 4, $length), $at + 5 + $length);
	}
	if ($kind eq 'g') {
		my $length = unpack "x$at C", $bytes;
		return (substr($bytes, $at + 1, $length), $at + 2 + $length);
	}
	if ($kind eq 'v') {
		my ($inner, $next) = value('g', $bytes, $at);
		return value($inner, $bytes, $next);
	}
	if ($kind eq 'a') {
		my $element = substr $type, 1;
		my ($start, $end) = span($element, $bytes, $at);
		my @elements;
		while ($start < $end) {
			(my $found, $start) = value($element, $bytes, $start);
			push @elements, $found;
		}
		return (\@elements, $end);
	}
	die "type $type\n" unless $kind eq '(' || $kind eq '{';
	$at += -$at % 8;
	my @members;
	# No struct that the manager gives holds another one.
	for (substr($type, 1, -1) =~ /a*[^a]/g) {
		(my $found, $at) = value($_, $bytes, $at);
		push @members, $found;
	}
	return (\@members, $at);
}

# Where an array's elements begin and end: one that nobody reads is passed over as a whole.
sub span {
	my ($element, $bytes, $at) = @_;
	$at += -$at % 4;
	my $length = unpack "x$at V", $bytes;
	$at += 4;
	$at += -$at % 8 if $element =~ /^[({t]/;
	return ($at, $at + $length);
}

# Of all properties of an object's interface those that are wanted.
sub wanted {
	my ($body, %wanted) = @_;
	my ($at, $end) = span('{sv}', $body, 0);
	my %found;
	while ($at < $end) {
		$at += -$at % 8;
		(my $name, $at) = value('s', $body, $at);
		(my $type, $at) = value('g', $body, $at);
		if (!$wanted{$name} && $type =~ /^a(.*)/) {
			$at = (span($1, $body, $at))[1];
			next;
		}
		($found{$name}, $at) = value($type, $body, $at);
		$found{$name} = $found{$name} ? 'yes' : 'no' if $type eq 'b';
	}
	return \%found;
}

# Calls that are written at once, and what becomes of each answer.
sub ask_all {
	my @asked = @_;
	my $first = $serial + 1;
	send_all(join '', map { call(@{ $_->[0] }) } @asked);
	for (@asked) {
		my ($of, $body) = answer();
		$asked[$of - $first][1]->($body);
	}
}

sub list_units {
	my ($states, $patterns) = @_;
	my $units;
	my $take = sub { ($units) = value('a(ssssssouso)', $_[0], 0) };
	ask_all([[$ROOT, "$SYSTEMD.Manager", 'ListUnitsByPatterns', $states, $patterns], $take]);
	return map { [$_->[0], $_->[6]] } @$units;
}

sub shown {
	my ($of, @names) = @_;
	return map {
		my $text = $of->{$_};
		$text = join ' ', @$text if ref $text;
		$text =~ s/[\r\n]/ /g if defined $text;
		defined $text ? "$_=$text\n" : ();
	} @names;
}

sub json {
	my ($text) = @_;
	$text =~ s/([\x00-\x1f"\\])/sprintf '\\u%04x', ord $1/ge;
	return "\"$text\"";
}

my (%manager, %seen, @conditions);
my $get = sub {
	my ($path, $interface, $name, $into) = @_;
	my $take = sub { ($into->{$name}) = value('v', $_[0], 0) if defined $_[0] };
	return [[$path, $PROPERTIES, 'Get', $interface, $name], $take];
};
ask_all(map { $get->($ROOT, "$SYSTEMD.Manager", $_, \%manager) } @MANAGER);
my @units = list_units(\@LOADED, \@PATTERNS);
push @units, list_units(['failed'], ['*']) if $manager{NFailedUnits} > 0;
print "Id=manager\n", shown(\%manager, @MANAGER), "\n";

# As many at a time as the socket surely takes before anybody reads the answers.
my @left = grep { !$seen{$_->[0]}++ } @units;
while (my @now = splice @left, 0, 16) {
	my (%of, @calls);
	for (@now) {
		my ($name, $path) = @$_;
		my $take = sub { $of{$name} = wanted($_[0], map { $_ => 1 } @UNIT, 'Conditions') if defined $_[0] };
		push @calls, [[$path, $PROPERTIES, 'GetAll', "$SYSTEMD.Unit"], $take];
		next unless $name =~ /\.service$/;
		push @calls, map { $get->($path, "$SYSTEMD.Service", $_, $of{"$name service"} //= {}) } @SERVICE;
	}
	ask_all(@calls);
	for (@now) {
		my ($name, $path) = @$_;
		my $unit = $of{$name} // next;
		print shown($unit, @UNIT), shown($of{"$name service"} // {}, @SERVICE), "\n";
		my @of = map {
			my ($type, $trigger, $negate, $parameter, $result) = @$_;
			$_ = $_ ? 'true' : 'false' for $trigger, $negate;
			sprintf '[%s,%s,%s,%s,%d]', json($type), $trigger, $negate, json($parameter), $result;
		} @{ $unit->{Conditions} };
		push @conditions, sprintf("%s {\"data\":[%s]}\n", $path =~ /([^\/]*)$/, join ',', @of) if @of;
	}
}
print @conditions;
