package nft_test

import (
	"errors"
	"fmt"
	"net"
	"os"
	"testing"
	"time"
)

const (
	// patience is how long an answer may take that must come.
	patience = 10 * time.Second
	// silence is how long none comes where none must.
	silence = 300 * time.Millisecond
)

// serve answers on TCP and UDP ports of a peer with what it is sent.
func (n *node) serve(name string, ports ...int) {
	n.t.Helper()
	for _, port := range ports {
		address := fmt.Sprintf(":%d", port)
		err := within(n.t, n.peers[name].namespace, func() error {
			listener, err := net.Listen("tcp", address)
			if err != nil {
				return err
			}
			n.t.Cleanup(func() { listener.Close() })
			packets, err := net.ListenPacket("udp", address)
			if err != nil {
				return err
			}
			n.t.Cleanup(func() { packets.Close() })
			go echoStreams(listener)
			go echoPackets(packets)
			return nil
		})
		if err != nil {
			n.t.Fatal(err)
		}
	}
}

func echoStreams(listener net.Listener) {
	for {
		connection, err := listener.Accept()
		if err != nil {
			return
		}
		go func() {
			defer connection.Close()
			buffer := make([]byte, 64)
			for {
				length, err := connection.Read(buffer)
				if err != nil {
					return
				}
				connection.Write(buffer[:length])
			}
		}()
	}
}

func echoPackets(packets net.PacketConn) {
	buffer := make([]byte, 64)
	for {
		length, from, err := packets.ReadFrom(buffer)
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err == nil {
			packets.WriteTo(buffer[:length], from)
		}
	}
}

// answers tells whether a peer answers another within a time; the protocol is `tcp`, `udp` or `icmp`.
func (n *node) answers(from, address, family, protocol string, port int, patient time.Duration) bool {
	n.t.Helper()
	answered := false
	err := within(n.t, n.peers[from].namespace, func() error {
		if protocol == "icmp" {
			return ping(address, family, patient, &answered)
		}
		connection, err := net.DialTimeout(protocol+family, net.JoinHostPort(address, fmt.Sprint(port)), patient)
		if err != nil {
			return unlessTimeout(err)
		}
		defer connection.Close()
		answered, err = echoes(connection, patient)
		return err
	})
	if err != nil {
		n.t.Fatalf("%s to %s %s %d: %v", from, address, protocol, port, err)
	}
	return answered
}

func echoes(connection net.Conn, within time.Duration) (bool, error) {
	connection.SetDeadline(time.Now().Add(within))
	if _, err := connection.Write([]byte("hello")); err != nil {
		return false, unlessTimeout(err)
	}
	_, err := connection.Read(make([]byte, 64))
	return err == nil, unlessTimeout(err)
}

func unlessTimeout(err error) error {
	if err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
		return nil
	}
	var network net.Error
	if errors.As(err, &network) && network.Timeout() {
		return nil
	}
	return err
}

// expect reads rows such as `blue/web > green/web tcp 80 open`, and tries each family.
func (n *node) expect(t *testing.T, rows ...string) {
	t.Helper()
	for _, row := range rows {
		var from, to, protocol, verdict string
		var port int
		if _, err := fmt.Sscanf(row, "%s > %s %s %d %s", &from, &to, &protocol, &port, &verdict); err != nil {
			t.Fatalf("%s: %v", row, err)
		}
		for family, address := range n.peers[to].address {
			timeout := patience
			if verdict == "closed" {
				timeout = silence
			}
			if n.answers(from, address, family, protocol, port, timeout) != (verdict == "open") {
				t.Errorf("%s: not so by IPv%s", row, family)
			}
		}
	}
}
