package nft_test

import (
	"errors"
	"net"
	"syscall"
	"testing"
)

// Behind a service stands a pod, on a port of its own: policies speak of that.
func TestAServiceIsThePodBehindIt(t *testing.T) {
	e := enforcedNode(t)
	run(t, "ip", "netns", "exec", e.name, "nft", `table ip services {
		chain prerouting { type nat hook prerouting priority dstnat; ip daddr 10.96.0.1 tcp dport 8000 dnat to 10.244.0.1:80; }
		chain postrouting { type nat hook postrouting priority srcnat; ip saddr 10.244.0.1 ip daddr 10.244.0.1 masquerade; }
	}`)
	asked := func(from string, patient bool) bool {
		timeout := silence
		if patient {
			timeout = patience
		}
		return e.answers(from, "10.96.0.1", "4", "tcp", 8000, timeout)
	}
	e.apply(`green: { podSelector: {}, policyTypes: [Egress], egress: [{ to: [{ namespaceSelector: {} }], ports: [{ port: 80 }] }] }`)
	if !asked("green/web", true) {
		t.Error("the port of the pod is allowed, and does not answer")
	}
	e.apply(`green: { podSelector: {}, policyTypes: [Egress], egress: [{ to: [{ namespaceSelector: {} }], ports: [{ port: 8000 }] }] }`)
	if asked("green/web", false) {
		t.Error("the port of the service is allowed, and the pod answers on another")
	}
	e.apply(blueIsolated)
	if !asked("blue/web", true) {
		t.Error("a pod does not reach itself by its service")
	}
	if asked("blue/db", false) {
		t.Error("another pod does")
	}
}

// A pod gives itself the address of a neighbour that may do what it may not.
func TestAForeignAddressGetsNowhere(t *testing.T) {
	for _, family := range []string{"4", "6"} {
		t.Run("IPv"+family, func(t *testing.T) {
			e := enforcedNode(t)
			e.apply("blue: { podSelector: { matchLabels: { app: web } }, policyTypes: [Egress] }")
			foreign := e.peers["blue/db"].address[family]
			run(t, "ip", "-n", e.peers["blue/web"].namespace, "addr", "add", foreign, "dev", "lo")
			received := e.receiver("green/web", "90")
			e.sendAs(foreign, "blue/web", "green/web", family, "90")
			if hears(received, silence) {
				t.Errorf("what came from %s was received", foreign)
			}
			// Without the check it does arrive, so it was the check.
			run(t, "ip", "netns", "exec", e.name, "nft", "flush chain inet network_policy spoofing")
			e.sendAs(foreign, "blue/web", "green/web", family, "90")
			if !hears(received, patience) {
				t.Errorf("what came from %s is not received without the check either", foreign)
			}
		})
	}
}

// sendAs sends a datagram from an address that the sender has given itself.
func (e *enforced) sendAs(address, from, to, family, port string) {
	e.t.Helper()
	err := within(e.t, e.peers[from].namespace, func() error {
		dialer := net.Dialer{LocalAddr: &net.UDPAddr{IP: net.ParseIP(address)}}
		connection, err := dialer.Dial("udp"+family, net.JoinHostPort(e.peers[to].address[family], port))
		if err != nil {
			return err
		}
		defer connection.Close()
		_, err = connection.Write([]byte("hello"))
		return err
	})
	if err != nil {
		e.t.Fatal(err)
	}
}

// receiver hears what a peer is sent on a UDP port.
func (e *enforced) receiver(name, port string) net.Conn {
	e.t.Helper()
	var received *net.UDPConn
	err := within(e.t, e.peers[name].namespace, func() error {
		packets, err := net.ListenPacket("udp", ":"+port)
		if err == nil {
			received = packets.(*net.UDPConn)
		}
		return err
	})
	if err != nil {
		e.t.Fatal(err)
	}
	e.t.Cleanup(func() { received.Close() })
	return received
}

func TestAnErrorAboutAnAllowedConnectionComesBack(t *testing.T) {
	e := enforcedNode(t)
	e.apply(blueIsolated,
		"blue: { podSelector: {}, policyTypes: [Egress], egress: [{ ports: [{ port: 70, protocol: UDP }] }] }",
		"green: { podSelector: {}, policyTypes: [Ingress, Egress], ingress: [{ ports: [{ port: 70, protocol: UDP }] }] }")
	for family, address := range e.peers["green/web"].address {
		err := within(t, e.peers["blue/web"].namespace, func() error {
			connection, err := net.Dial("udp"+family, net.JoinHostPort(address, "70"))
			if err != nil {
				return err
			}
			defer connection.Close()
			_, err = echoes(connection, patience)
			return err
		})
		if !errors.Is(err, syscall.ECONNREFUSED) {
			t.Errorf("a port where nobody listens is not refused by IPv%s but %v", family, err)
		}
	}
}
