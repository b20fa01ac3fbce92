# What the programs that call bpf(2) share; they `require` it. Sizes and numbers are those of linux/bpf.h.
use strict;
use warnings;

our $SYS_BPF = { x86_64 => 321, aarch64 => 280 }->{(split ' ', `uname -m`)[0]} or die "no system call numbers for this machine\n";

# Its result, and the attributes as the kernel has left them.
sub bpf {
	my ($name, $command, $attributes) = @_;
	my $result = syscall($SYS_BPF, $command, $attributes, length $attributes);
	die "$name: $!\n" if $result < 0;
	return ($result, $attributes);
}

# Where the bytes of a string lie: it has to live until the kernel has read them.
sub address { return unpack('Q', pack('P', $_[0])) }

# One instruction: operation, target and source register, jump distance or offset, constant.
sub instruction { my ($code, $to, $from, $offset, $constant) = @_; return pack('CCsl', $code, $to | $from << 4, $offset, $constant) }

# The descriptor of the program that was loaded.
sub load_program {
	my ($type, $program, $license, $attach_type) = @_;
	my ($loaded) = bpf('BPF_PROG_LOAD', 5, pack('LLQQLLQLLa16LL', $type, length($program) / 8, address($program), address($license), 0, 0, 0, 0, 0, '', 0, $attach_type // 0));
	return $loaded;
}

1;
