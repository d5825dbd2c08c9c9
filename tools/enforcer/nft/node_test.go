package nft_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// node is a network namespace that forwards, with a link of its own to each of its peers, as CNI's ptp makes them.
type node struct {
	t     *testing.T
	name  string
	peers map[string]peer
}

// peer is whoever hangs on a node: a pod, or a machine outside.
type peer struct {
	namespace string
	// address by family
	address map[string]string
}

func newNode(t *testing.T) *node {
	t.Helper()
	n := &node{t: t, name: namespaceFor(t, "node"), peers: map[string]peer{}}
	run(t, "ip", "-n", n.name, "link", "set", "lo", "up")
	set(t, n.name, "ipv4/ip_forward", "1")
	set(t, n.name, "ipv6/conf/all/forwarding", "1")
	// What comes from a foreign address is for the table to stop, not for the kernel's own check.
	set(t, n.name, "ipv4/conf/all/rp_filter", "0")
	set(t, n.name, "ipv4/conf/default/rp_filter", "0")
	return n
}

// namespaceFor makes a network namespace that goes with the test.
func namespaceFor(t testing.TB, what string) string {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("network namespaces need root")
	}
	name := fmt.Sprintf("enforcer-%d-%s", os.Getpid(), what)
	run(t, "ip", "netns", "add", name)
	t.Cleanup(func() { run(t, "ip", "netns", "delete", name) })
	// Addresses are ours to give: nobody need wait to see whether another has them.
	set(t, name, "ipv6/conf/default/accept_dad", "0")
	return name
}

func set(t testing.TB, namespace, key, value string) {
	t.Helper()
	run(t, "ip", "netns", "exec", namespace, "sh", "-c", "echo "+value+" > /proc/sys/net/"+key)
}

// add hangs a peer with an address of each family on the node.
func (n *node) add(name, four, six string) {
	n.t.Helper()
	what := strings.ReplaceAll(name, "/", "-")
	namespace := namespaceFor(n.t, what)
	run(n.t, "ip", "-n", n.name, "link", "add", what, "type", "veth", "peer", "eth0", "netns", namespace)
	for _, command := range []string{
		n.name + " addr add 10.244.0.254/32 dev " + what,
		n.name + " addr add fd00:10:244::fe/128 nodad dev " + what,
		n.name + " link set up " + what,
		n.name + " route add " + four + "/32 dev " + what,
		n.name + " -6 route add " + six + "/128 dev " + what,
		namespace + " link set up lo",
		namespace + " addr add " + four + "/32 dev eth0",
		namespace + " addr add " + six + "/128 nodad dev eth0",
		namespace + " link set up eth0",
		namespace + " route add 10.244.0.254 dev eth0",
		namespace + " route add default via 10.244.0.254",
		namespace + " -6 route add fd00:10:244::fe dev eth0",
		namespace + " -6 route add default via fd00:10:244::fe",
	} {
		run(n.t, "ip", append([]string{"-n"}, strings.Fields(command)...)...)
	}
	n.peers[name] = peer{namespace, map[string]string{"4": four, "6": six}}
}

// within does something in a network namespace. The thread that it is done on is not used again.
func within(t testing.TB, namespace string, do func() error) error {
	t.Helper()
	done := make(chan error)
	go func() {
		runtime.LockOSThread()
		file, err := os.Open(filepath.Join("/run/netns", namespace))
		if err == nil {
			defer file.Close()
			err = unix.Setns(int(file.Fd()), unix.CLONE_NEWNET)
		}
		if err == nil {
			err = do()
		}
		done <- err
	}()
	return <-done
}

func run(t testing.TB, command string, arguments ...string) {
	t.Helper()
	if output, err := exec.Command(command, arguments...).CombinedOutput(); err != nil {
		t.Fatalf("%s %s: %v\n%s", command, strings.Join(arguments, " "), err, output)
	}
}
