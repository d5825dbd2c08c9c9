package policy

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"

	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/labels"
)

type compiler struct {
	pods       []pod
	namespaces map[string]labels.Set
	rules      Rules
}

// Compile says what the policies of a cluster mean for the addresses of its pods, which lie within the given ranges.
func Compile(state State, cidrs []netip.Prefix) Rules {
	c := compiler{
		namespaces: map[string]labels.Set{},
		rules: Rules{
			Pods:   map[netip.Addr]Pod{},
			Chains: map[string]Chain{},
			Peers:  map[string][]netip.Addr{},
			Ports:  map[string][]netip.AddrPort{},
		},
	}
	for _, namespace := range state.Namespaces {
		c.namespaces[namespace.Name] = namespace.Labels
	}
	c.pods = state.knownPods(cidrs, c.namespaces)
	policies := c.compilePolicies(state.Policies)
	for _, pod := range c.pods {
		chains := Pod{
			Ingress: c.chainOf(pod, Ingress, policies[pod.namespace]),
			Egress:  c.chainOf(pod, Egress, policies[pod.namespace]),
		}
		for _, address := range pod.addresses {
			c.rules.Pods[address] = chains
		}
	}
	return c.rules
}

// compiledPolicy has lines for each direction in which it isolates, if only empty ones.
type compiledPolicy struct {
	selector labels.Selector
	lines    map[Direction]map[string]Line
}

func (c *compiler) compilePolicies(objects []*networkingv1.NetworkPolicy) map[string][]compiledPolicy {
	byNamespace := map[string][]compiledPolicy{}
	for _, object := range objects {
		compiled := compiledPolicy{selectorOf(&object.Spec.PodSelector), map[Direction]map[string]Line{}}
		for _, direction := range directionsOf(object.Spec) {
			compiled.lines[direction] = c.linesOf(object, direction)
		}
		byNamespace[object.Namespace] = append(byNamespace[object.Namespace], compiled)
	}
	return byNamespace
}

// directionsOf applies the default of policyTypes: ingress, and egress where there are rules for it.
func directionsOf(spec networkingv1.NetworkPolicySpec) []Direction {
	if len(spec.PolicyTypes) == 0 {
		if len(spec.Egress) > 0 {
			return []Direction{Ingress, Egress}
		}
		return []Direction{Ingress}
	}
	var directions []Direction
	for _, policyType := range spec.PolicyTypes {
		switch policyType {
		case networkingv1.PolicyTypeIngress:
			directions = append(directions, Ingress)
		case networkingv1.PolicyTypeEgress:
			directions = append(directions, Egress)
		}
	}
	return directions
}

// linesOf are what a policy allows in a direction, by their identity.
func (c *compiler) linesOf(object *networkingv1.NetworkPolicy, direction Direction) map[string]Line {
	lines := map[string]Line{}
	add := func(peers []networkingv1.NetworkPolicyPeer, ports []networkingv1.NetworkPolicyPort) {
		for _, peer := range c.peersOf(object.Namespace, peers) {
			for _, port := range c.portsOf(ports) {
				line := Line{peer, port}
				lines[line.String()] = line
			}
		}
	}
	if direction == Ingress {
		for _, rule := range object.Spec.Ingress {
			add(rule.From, rule.Ports)
		}
	} else {
		for _, rule := range object.Spec.Egress {
			add(rule.To, rule.Ports)
		}
	}
	return lines
}

// chainOf adds up what the policies allow that select a pod; the name is empty where none does.
func (c *compiler) chainOf(pod pod, direction Direction, policies []compiledPolicy) string {
	isolated := false
	lines := map[string]Line{}
	for _, policy := range policies {
		allowed, isolates := policy.lines[direction]
		if !isolates || !policy.selector.Matches(pod.labels) {
			continue
		}
		isolated = true
		maps.Copy(lines, allowed)
	}
	if !isolated {
		return ""
	}
	identities := slices.Sorted(maps.Keys(lines))
	name := nameAfter(string(direction), identities...)
	if _, exists := c.rules.Chains[name]; !exists {
		chain := Chain{Direction: direction}
		for _, identity := range identities {
			chain.Lines = append(chain.Lines, lines[identity])
		}
		c.rules.Chains[name] = chain
	}
	return name
}

// nameAfter names a thing after what it is, so that it changes its name rather than its meaning.
func nameAfter(kind string, content ...string) string {
	return fmt.Sprintf("%s_%.12x", kind, sha256.Sum256([]byte(strings.Join(content, "\n"))))
}
