package nft

import (
	"fmt"
	"net/netip"
	"strings"

	"berth/tools/enforcer/policy"
)

// family is an address family, as nftables writes it.
type family struct {
	// protocol is `ip` or `ip6`; suffix ends the names of its sets.
	protocol, suffix, addressType string
}

var (
	ipv4     = family{"ip", "4", "ipv4_addr"}
	ipv6     = family{"ip6", "6", "ipv6_addr"}
	families = []family{ipv4, ipv6}
)

func familyOf(address netip.Addr) family {
	if address.Is4() {
		return ipv4
	}
	return ipv6
}

// source is who began the connection; destination and port are what it came to, behind whatever service it was asked of.
// They are the connection's, not the packet's, so they are the same in both directions.
func (f family) source() string      { return "ct original " + f.protocol + " saddr" }
func (f family) destination() string { return "ct reply " + f.protocol + " saddr" }

const port = "ct reply proto-src"

// rulesOf writes the lines of a chain: what passes returns, and the last rule decides about the rest.
func rulesOf(chain policy.Chain) []string {
	var rules []string
	for _, line := range chain.Lines {
		for _, family := range familiesOf(line) {
			matches := append(peerMatch(chain.Direction, line.Peer, family), portMatch(line.Port, family)...)
			rules = append(rules, strings.Join(append(matches, "return"), " "))
		}
	}
	return append(rules, "goto "+deniedChain)
}

// familiesOf is one rule for each family that a line speaks of by sets, and one for a line that speaks of no address.
func familiesOf(line policy.Line) []family {
	switch {
	case line.Peer.Block.IsValid():
		return []family{familyOf(line.Peer.Block.Addr())}
	case line.Peer.Set == "" && line.Port.Named == "":
		return []family{{}}
	default:
		return families
	}
}

func peerMatch(direction policy.Direction, peer policy.Peer, family family) []string {
	address := family.source()
	if direction == policy.Egress {
		address = family.destination()
	}
	switch {
	case peer.Set != "":
		return []string{address, "@" + peer.Set + family.suffix}
	case peer.Block.IsValid():
		matches := []string{address, peer.Block.String()}
		for _, except := range peer.Except {
			matches = append(matches, address, "!=", except.String())
		}
		return matches
	default:
		return nil
	}
}

func portMatch(line policy.Port, family family) []string {
	if line.Protocol == "" {
		return nil
	}
	matches := []string{"meta l4proto", line.Protocol}
	switch {
	case line.Named != "":
		matches = append(matches, family.destination(), ".", port, "@"+line.Named+family.suffix)
	case line.Last != 0:
		matches = append(matches, port, fmt.Sprintf("%d-%d", line.First, line.Last))
	}
	return matches
}
