package nft

import (
	"net/netip"

	"sigs.k8s.io/knftables"
)

// TableName is the enforcer's own table, of the family inet.
const TableName = "network_policy"

const (
	forwardChain   = "forward"
	spoofingChain  = "spoofing"
	ingressChain   = "ingress"
	egressChain    = "egress"
	deniedChain    = "denied"
	ingressMap     = "ingress_of"
	egressMap      = "egress_of"
	selfSet        = "selves"
	neighbourTypes = "icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert }"
)

// addFrame adds the table anew, with all that stays the same: whatever comes from or goes to a pod's address passes the
// pod's chains. While nothing is known of the pods, none of it passes.
func addFrame(tx *knftables.Transaction, cidrs []netip.Prefix) {
	tx.Add(&knftables.Table{})
	tx.Delete(&knftables.Table{})
	tx.Add(&knftables.Table{})
	for _, family := range families {
		for _, name := range []string{ingressMap, egressMap} {
			tx.Add(&knftables.Map{Name: name + family.suffix, Type: family.addressType + " : verdict"})
		}
		tx.Add(&knftables.Set{Name: selfSet + family.suffix, Type: family.addressType + " . " + family.addressType})
	}
	addDenied(tx)
	addPods(tx, ingressChain, ingressMap, family.destination)
	addPods(tx, egressChain, egressMap, family.source)
	addForward(tx, cidrs)
	addSpoofing(tx)
}

// addDenied drops what no line let pass, but for errors about a connection that is there: they are its replies, without
// a port to be known by.
func addDenied(tx *knftables.Transaction) {
	tx.Add(&knftables.Chain{Name: deniedChain})
	addRules(tx, deniedChain,
		"ct state related ct direction reply meta l4proto { icmp, ipv6-icmp } return",
		"drop")
}

// addPods sends each pod's connections into its chain. An address that is no pod's is dropped.
func addPods(tx *knftables.Transaction, chain, of string, address func(family) string) {
	tx.Add(&knftables.Chain{Name: chain})
	for _, family := range families {
		addRules(tx, chain, address(family)+" vmap @"+of+family.suffix)
	}
	addRules(tx, chain, "drop")
}

func addForward(tx *knftables.Transaction, cidrs []netip.Prefix) {
	tx.Add(&knftables.Chain{
		Name:     forwardChain,
		Type:     knftables.PtrTo(knftables.FilterType),
		Hook:     knftables.PtrTo(knftables.ForwardHook),
		Priority: knftables.PtrTo(knftables.FilterPriority),
		Policy:   knftables.PtrTo(knftables.AcceptPolicy),
	})
	// Of what is no connection, nobody can say who began it.
	addRules(tx, forwardChain, "ct state { invalid, untracked } drop")
	for _, family := range families {
		// A pod always reaches itself, by way of a service too.
		addRules(tx, forwardChain, family.source()+" . "+family.destination()+" @"+selfSet+family.suffix+" accept")
	}
	for _, cidr := range cidrs {
		family := familyOf(cidr.Addr())
		addRules(tx, forwardChain,
			family.source()+" "+cidr.String()+" jump "+egressChain,
			family.destination()+" "+cidr.String()+" jump "+ingressChain)
	}
}

// addSpoofing drops what comes from where its sender's address does not lie. Neighbours must find each other before they
// have an address, and are never forwarded.
func addSpoofing(tx *knftables.Transaction) {
	tx.Add(&knftables.Chain{
		Name:     spoofingChain,
		Type:     knftables.PtrTo(knftables.FilterType),
		Hook:     knftables.PtrTo(knftables.PreroutingHook),
		Priority: knftables.PtrTo(knftables.RawPriority),
		Policy:   knftables.PtrTo(knftables.AcceptPolicy),
	})
	addRules(tx, spoofingChain, neighbourTypes+" accept", "fib saddr . iif oif missing drop")
}

func addRules(tx *knftables.Transaction, chain string, rules ...string) {
	for _, rule := range rules {
		tx.Add(&knftables.Rule{Chain: chain, Rule: rule})
	}
}
