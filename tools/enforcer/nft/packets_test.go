package nft_test

import (
	"errors"
	"net"
	"testing"
	"time"
)

const blueIsolated = "blue: { podSelector: {}, policyTypes: [Ingress, Egress] }"

func TestPacketsPassAsThePoliciesSay(t *testing.T) {
	e := enforcedNode(t)
	// Before anything is known.
	e.expect(t, "blue/web > green/web tcp 80 closed", "outside > blue/web tcp 80 closed", "blue/web > outside udp 80 closed")

	e.apply()
	e.expect(t,
		"blue/web > blue/db tcp 80 open", "blue/web > blue/db udp 80 open", "blue/web > blue/db icmp 0 open",
		"blue/web > green/web tcp 80 open", "green/web > blue/web tcp 81 open", "blue/web > outside tcp 80 open",
		"outside > blue/web udp 80 open", "outside > blue/web icmp 0 open",
		"blue/web > unknown tcp 80 closed", "unknown > blue/web udp 80 closed", "unknown > outside tcp 80 closed",
		"outside > unknown icmp 0 closed")

	e.apply(blueIsolated,
		`blue: { podSelector: {}, policyTypes: [Ingress, Egress],
			ingress: [{ from: [{ podSelector: {} }], ports: [{ port: http }, { port: 81, protocol: UDP }] }],
			egress: [{ to: [{ podSelector: { matchLabels: { app: web } } }] },
				{ to: [{ ipBlock: { cidr: 0.0.0.0/0, except: [10.0.0.0/8] } }, { ipBlock: { cidr: "::/0", except: ["fd00::/8"] } }],
					ports: [{ port: 70, endPort: 80 }] }] }`)
	e.expect(t,
		"blue/db > blue/web tcp 80 open", "blue/db > blue/web tcp 81 closed", "blue/db > blue/web udp 81 open",
		"blue/db > blue/web udp 80 closed", "blue/db > blue/web icmp 0 closed", "blue/web > blue/db tcp 80 closed",
		"green/web > blue/web tcp 80 closed", "blue/web > green/web tcp 80 closed", "blue/web > outside tcp 80 open",
		"blue/web > outside udp 80 closed", "outside > blue/web tcp 80 closed", "green/web > outside udp 80 open",
		"outside > green/web tcp 81 open", "unknown > blue/web tcp 80 closed")

	e.apply()
	e.expect(t, "blue/db > blue/web tcp 81 open", "blue/web > outside udp 80 open", "unknown > blue/web tcp 80 closed")
}

func TestAPodThatIsGoneIsUnknownAgain(t *testing.T) {
	e := enforcedNode(t)
	e.apply()
	e.expect(t, "green/web > blue/web tcp 80 open")
	e.state.Pods = e.state.Pods[:2]
	e.apply()
	e.expect(t, "green/web > blue/web tcp 80 closed", "blue/web > green/web tcp 80 closed", "blue/web > blue/db tcp 80 open")
}

// An isolated pod gets neither what it asked for before, nor may it go on asking.
func TestANewPolicyCutsWhatRunsAlready(t *testing.T) {
	for _, protocol := range []string{"tcp", "udp"} {
		for _, family := range []string{"4", "6"} {
			t.Run(protocol+" by IPv"+family, func(t *testing.T) {
				e := enforcedNode(t)
				e.apply()
				connection := e.stream("blue/web", "green/web", protocol, family)
				if !hears(connection, patience) {
					t.Fatal("nothing is heard before")
				}
				e.apply(blueIsolated)
				deadline := time.Now().Add(patience)
				for hears(connection, silence) {
					if time.Now().After(deadline) {
						t.Fatal("the stream goes on")
					}
				}
				e.apply()
				if !hears(connection, patience) {
					t.Error("nothing is heard once it is allowed again")
				}
			})
		}
	}
}

func hears(connection net.Conn, patient time.Duration) bool {
	connection.SetReadDeadline(time.Now().Add(patient))
	_, err := connection.Read(make([]byte, 1))
	return err == nil
}

// stream is a connection to a server that goes on sending whether or not it hears anything.
func (e *enforced) stream(from, to, protocol, family string) net.Conn {
	e.t.Helper()
	start := func(namespace string, do func() error) {
		if err := within(e.t, namespace, do); err != nil {
			e.t.Fatal(err)
		}
	}
	start(e.peers[to].namespace, func() error {
		if protocol == "udp" {
			packets, err := net.ListenPacket("udp", ":99")
			if err == nil {
				e.t.Cleanup(func() { packets.Close() })
				go func() {
					_, client, _ := packets.ReadFrom(make([]byte, 1))
					pour(func() error { _, err := packets.WriteTo([]byte{1}, client); return err })
				}()
			}
			return err
		}
		listener, err := net.Listen("tcp", ":99")
		if err == nil {
			e.t.Cleanup(func() { listener.Close() })
			go func() {
				if client, err := listener.Accept(); err == nil {
					defer client.Close()
					pour(func() error { _, err := client.Write([]byte{1}); return err })
				}
			}()
		}
		return err
	})
	var connection net.Conn
	start(e.peers[from].namespace, func() (err error) {
		if connection, err = net.Dial(protocol+family, net.JoinHostPort(e.peers[to].address[family], "99")); err == nil {
			_, err = connection.Write([]byte{1})
		}
		return err
	})
	e.t.Cleanup(func() { connection.Close() })
	return connection
}

func pour(send func() error) {
	for !errors.Is(send(), net.ErrClosed) {
		time.Sleep(10 * time.Millisecond)
	}
}
