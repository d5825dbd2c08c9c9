package policy_test

import (
	"net/netip"
	"testing"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"sigs.k8s.io/yaml"

	"berth/tools/enforcer/policy"
)

var cidrs = []netip.Prefix{netip.MustParsePrefix("10.244.0.0/24"), netip.MustParsePrefix("fd00:10:244::/64")}

// connection is what a test asks about.
type connection struct {
	source, destination netip.Addr
	protocol            string
	port                uint16
}

// passes judges a connection by rules as they are meant: an address in the pods' ranges that is nobody's is closed, a pod
// reaches itself, and both ends must agree.
func passes(rules policy.Rules, c connection) bool {
	if c.source == c.destination {
		return true
	}
	return passesOneWay(rules, c, policy.Egress) && passesOneWay(rules, c, policy.Ingress)
}

func passesOneWay(rules policy.Rules, c connection, direction policy.Direction) bool {
	own, peer := c.source, c.destination
	if direction == policy.Ingress {
		own, peer = peer, own
	}
	pod, known := rules.Pods[own]
	if !known {
		return !cidrs[0].Contains(own) && !cidrs[1].Contains(own)
	}
	name := pod.Egress
	if direction == policy.Ingress {
		name = pod.Ingress
	}
	if name == "" {
		return true
	}
	for _, line := range rules.Chains[name].Lines {
		if meets(rules, line.Peer, peer) && fits(rules, line.Port, c) {
			return true
		}
	}
	return false
}

func meets(rules policy.Rules, peer policy.Peer, address netip.Addr) bool {
	if peer.Set != "" {
		return contains(rules.Peers[peer.Set], address)
	}
	for _, except := range peer.Except {
		if except.Contains(address) {
			return false
		}
	}
	return !peer.Block.IsValid() || peer.Block.Contains(address)
}

func fits(rules policy.Rules, port policy.Port, c connection) bool {
	switch {
	case port.Protocol == "":
		return true
	case port.Protocol != c.protocol:
		return false
	case port.Named != "":
		return contains(rules.Ports[port.Named], netip.AddrPortFrom(c.destination, c.port))
	default:
		return port.Last == 0 || port.First <= c.port && c.port <= port.Last
	}
}

func contains[Item comparable](items []Item, wanted Item) bool {
	for _, item := range items {
		if item == wanted {
			return true
		}
	}
	return false
}

func parse[Object any](t *testing.T, text string) *Object {
	t.Helper()
	object := new(Object)
	if err := yaml.UnmarshalStrict([]byte(text), object); err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	return object
}

func namespaceOf(t *testing.T, text string) *corev1.Namespace {
	return parse[corev1.Namespace](t, text)
}
func podOf(t *testing.T, text string) *corev1.Pod { return parse[corev1.Pod](t, text) }
func policyOf(t *testing.T, namespace, spec string) *networkingv1.NetworkPolicy {
	object := &networkingv1.NetworkPolicy{Spec: *parse[networkingv1.NetworkPolicySpec](t, spec)}
	object.Namespace = namespace
	return object
}
