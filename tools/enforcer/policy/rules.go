// Package policy says what NetworkPolicies mean: from the pods, namespaces and policies of a cluster it makes rules about
// connections, without input or output.
//
// A rule speaks of a connection, not of a packet: who began it, with whom, on which of the other's ports. So it holds for
// the packets of both directions, and for connections that were there before it.
package policy

import (
	"fmt"
	"net/netip"
)

// Direction is how a chain looks at a connection.
type Direction string

const (
	// Ingress: the chain's pods are those that somebody reaches; the peer is who began it.
	Ingress Direction = "ingress"
	// Egress: the chain's pods began it; the peer is whom they reach.
	Egress Direction = "egress"
)

// Rules are what the policies of a cluster come to.
type Rules struct {
	// Pods are the addresses that belong to a pod. A pod address that is not here is nobody's yet: it reaches nothing
	// and is not reached.
	Pods map[netip.Addr]Pod
	// Chains by name. A chain is named after its content, so it never changes: pods with the same rules share one.
	Chains map[string]Chain
	// Peers are the pods that a selector selects, by the name of the set.
	Peers map[string][]netip.Addr
	// Ports are the pods' ports of one name and protocol, by the name of the set.
	Ports map[string][]netip.AddrPort
}

// Pod names the chains that an address's connections must pass; none where no policy isolates it in that direction.
type Pod struct{ Ingress, Egress string }

// Chain lets a connection pass when one of its lines does.
type Chain struct {
	Direction Direction
	Lines     []Line
}

// Line lets connections with a peer pass, on a port.
type Line struct {
	Peer Peer
	Port Port
}

// Peer is a set of pods, or a block of addresses without parts of it; the zero Peer is everyone.
type Peer struct {
	Set    string
	Block  netip.Prefix
	Except []netip.Prefix
}

// Port is a range of ports, or a set of named ones, or all of a protocol; the zero Port is all of every protocol.
type Port struct {
	// Protocol is `tcp`, `udp` or `sctp`.
	Protocol    string
	First, Last uint16
	Named       string
}

// String is the line's identity.
func (l Line) String() string {
	return fmt.Sprintf("%s %s %v %s %d-%d %s", l.Peer.Set, l.Peer.Block, l.Peer.Except,
		l.Port.Protocol, l.Port.First, l.Port.Last, l.Port.Named)
}
