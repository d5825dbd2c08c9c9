package nft

import (
	"net/netip"
	"strconv"

	"berth/tools/enforcer/policy"
)

// content is all of the table that changes.
type content struct {
	// sets are the types of the sets, by name.
	sets map[string]string
	// chains are the rules of the chains, by name; a chain of a name never has other rules.
	chains map[string][]string
	// elements have the verdict for those of maps, and nothing for those of sets.
	elements map[element]string
}

type element struct {
	container string
	// second is empty where the key has one part only.
	first, second string
}

// contentOf writes rules for nftables.
func contentOf(rules policy.Rules) content {
	c := content{map[string]string{}, map[string][]string{}, map[element]string{}}
	for name, addresses := range rules.Peers {
		for _, family := range families {
			c.sets[name+family.suffix] = family.addressType
		}
		for _, address := range addresses {
			c.elements[element{name + familyOf(address).suffix, address.String(), ""}] = ""
		}
	}
	for name, ports := range rules.Ports {
		for _, family := range families {
			c.sets[name+family.suffix] = family.addressType + " . inet_service"
		}
		for _, port := range ports {
			address := port.Addr()
			number := strconv.Itoa(int(port.Port()))
			c.elements[element{name + familyOf(address).suffix, address.String(), number}] = ""
		}
	}
	for name, chain := range rules.Chains {
		c.chains[name] = rulesOf(chain)
	}
	for address, pod := range rules.Pods {
		c.addPod(address, pod)
	}
	return c
}

func (c content) addPod(address netip.Addr, pod policy.Pod) {
	suffix := familyOf(address).suffix
	text := address.String()
	c.elements[element{ingressMap + suffix, text, ""}] = verdictOf(pod.Ingress)
	c.elements[element{egressMap + suffix, text, ""}] = verdictOf(pod.Egress)
	c.elements[element{selfSet + suffix, text, text}] = ""
}

func verdictOf(chain string) string {
	if chain == "" {
		return "return"
	}
	return "goto " + chain
}
